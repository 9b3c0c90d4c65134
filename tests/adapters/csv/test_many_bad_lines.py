"""A file with more bad lines than anybody would read one by one: none is lost, and their rejects stay few."""

from pathlib import Path

from adapters.csv.parked import ALONE
from adapters.csv.walk import PAGE_RECORDS
from connector.adapter import BadRecord
from connector.model import Json
from tests.adapters.csv.connections import contacts, gather, marketing, put


def lines_of(bad: BadRecord) -> list[int]:
    """The numbers of all lines that a reject stands for."""
    told = bad.raw.get("lines") or bad.place.rpartition(":")[2]
    spans = [span.partition("-") for span in told.split(", ")]
    return [number for first, _, last in spans for number in range(int(first), int(last or first) + 1)]


def all_bad(folder: Path, cursor: Json | None = None) -> list[BadRecord]:
    return [bad for page in marketing(folder).changes(cursor) for bad in page.bad]


def test_a_cell_with_more_line_ends_than_a_record_may_have_becomes_few_rejects_that_name_every_line(
    tmp_path: Path,
) -> None:
    total = 20_000
    put(tmp_path, "id,a,b,c\n1,x,y,z\n" + '2,"' + "word\n" * total + '",y,z\n3,x,y,z\n')
    bad = all_bad(tmp_path)
    assert len(bad) <= ALONE + 2 * (total // PAGE_RECORDS + 1)
    assert [number for one in bad for number in lines_of(one)] == [*range(3, 4 + total)]
    assert [one.records for one in bad] == [len(lines_of(one)) for one in bad]
    assert [record["id"] for record in gather(marketing(tmp_path).changes(None)).records] == ["1", "3"]


def test_bad_lines_between_good_ones_are_named_by_their_numbers_and_mistakes_are_kept_apart(tmp_path: Path) -> None:
    kinds = ("{},x,y", "{},x", "{},x,y,z")  # good, too few, too many
    total = 3 * (ALONE + 300)
    put(tmp_path, "id,a,b\n" + "".join(kinds[n % 3].format(n) + "\n" for n in range(total)))
    bad = all_bad(tmp_path)
    numbers = {code: sorted(n for one in bad if one.error.code == code for n in lines_of(one)) for code in CODES}
    assert numbers == {code: [n + 2 for n in range(total) if n % 3 == kind] for code, kind in CODES.items()}
    assert len({(one.place, one.error.code) for one in bad}) == len(bad) < ALONE + 20
    shared = bad[-1]
    assert shared.error.code in CODES
    assert "the first of" in shared.error.message
    assert str(shared.records) in shared.error.message


CODES = {"too_few_columns": 1, "too_many_columns": 2}


def test_lines_that_a_later_one_replaces_are_counted_too(tmp_path: Path) -> None:
    put(tmp_path, "id,note\n" + "".join(f"{n},{turn}\n" for turn in "ab" for n in range(2 * ALONE)))
    read = contacts(tmp_path, (tmp_path / "contacts.csv").read_bytes())
    assert [record["note"] for record in read.records] == ["b"] * 2 * ALONE
    assert sum(one.records for one in all_bad(tmp_path)) == 2 * ALONE
    assert len(all_bad(tmp_path)) < ALONE + 5


def test_a_walk_that_was_interrupted_tells_the_same_rejects(tmp_path: Path) -> None:
    put(tmp_path, "id,note\n" + "x\n" * (ALONE + 2 * PAGE_RECORDS))
    whole = {one.place for one in all_bad(tmp_path)}
    first = gather(marketing(tmp_path).changes(None), upto=2)
    assert {*first.bad, *(one.place for one in all_bad(tmp_path, first.cursor))} == whole


def test_a_cursor_that_counts_no_rejects_yet_is_gone_on_with(tmp_path: Path) -> None:
    put(tmp_path, "id,note\n" + "x\n" * (2 * PAGE_RECORDS))
    first = gather(marketing(tmp_path).changes(None), upto=1)
    assert first.cursor is not None
    del first.cursor["files"]["contacts.csv"]["parked"]
    assert sum(one.records for one in all_bad(tmp_path, first.cursor)) == PAGE_RECORDS


def test_the_text_that_is_kept_of_a_bad_line_is_bounded_in_every_cell(tmp_path: Path) -> None:
    put(tmp_path, "id,note\n" + f"1,{'x' * 100_000}\n" * 2)
    [bad] = all_bad(tmp_path)
    assert bad.error.code == "duplicate_key"
    assert len(bad.raw["note"]) < 5000
