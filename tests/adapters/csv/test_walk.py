"""Cursors over files: unchanged, changed, changing, interrupted."""

from datetime import timedelta
from pathlib import Path

import pytest

from adapters.csv.walk import PAGE_RECORDS
from connector.adapter import WholeFile
from connector.errors import ConfigError, ContractError, RetryableError
from tests.adapters.csv.connections import NOON, Clock, gather, marketing, put


def test_an_unchanged_file_is_not_read_and_the_page_says_so(tmp_path: Path) -> None:
    path = put(tmp_path, "id\n1\n")
    adapter = marketing(tmp_path)
    first = gather(adapter.changes(None))
    path.chmod(0)
    again = gather(adapter.changes(first.cursor))
    assert (again.records, again.why_zero) == (
        [],
        "contacts.csv is unchanged since it was read at 2026-11-22 12:00 UTC",
    )


def test_a_file_that_was_only_touched_brings_nothing(tmp_path: Path) -> None:
    put(tmp_path, "id\n1\n")
    adapter = marketing(tmp_path)
    cursor = gather(adapter.changes(None)).cursor
    put(tmp_path, "id\n1\n", age_s=30)
    assert "unchanged" in (gather(adapter.changes(cursor)).why_zero or "")


def test_a_changed_file_is_read_whole(tmp_path: Path) -> None:
    put(tmp_path, "id\n1\n")
    adapter = marketing(tmp_path)
    cursor = gather(adapter.changes(None)).cursor
    put(tmp_path, "id\n1\n2\n", age_s=30)
    assert [record["id"] for record in gather(adapter.changes(cursor)).records] == ["1", "2"]


def test_a_second_write_within_one_tick_of_the_files_clock_is_noticed(tmp_path: Path) -> None:
    put(tmp_path, "id\n1\n", age_s=1)
    adapter = marketing(tmp_path)
    cursor = gather(adapter.changes(None)).cursor
    put(tmp_path, "id\n2\n", age_s=1)
    assert [record["id"] for record in gather(adapter.changes(cursor)).records] == ["2"]


def test_a_mapping_that_reads_another_column_reads_all_files_again(tmp_path: Path) -> None:
    put(tmp_path, "id,name\n1,a\n")
    cursor = gather(marketing(tmp_path).changes(None)).cursor
    assert gather(marketing(tmp_path, fields=["name"]).changes(cursor)).records


def test_a_file_that_lost_a_column_is_not_read_before_it_is_back_or_nobody_reads_it_any_more(tmp_path: Path) -> None:
    put(tmp_path, "id,Do Not Call,city\n1,Yes,Rio\n")
    wanted = ["Do Not Call", "phone"]  # the file never had the second
    cursor = gather(marketing(tmp_path, fields=wanted).changes(None)).cursor
    put(tmp_path, "id,DoNotCall\n1,Yes\n", age_s=30)
    with pytest.raises(ContractError, match=r"contacts\.csv has no column 'Do Not Call' any more") as lost:
        gather(marketing(tmp_path, fields=wanted).changes(cursor))
    assert lost.value.code == "lost_column"
    assert gather(marketing(tmp_path, fields=["DoNotCall"]).changes(cursor)).records
    put(tmp_path, "id,Do Not Call\n1,No\n", age_s=20)
    assert gather(marketing(tmp_path, fields=wanted).changes(cursor)).records == [{"id": "1", "Do Not Call": "No"}]


def test_an_empty_file_between_two_exports_does_not_make_us_forget_its_columns(tmp_path: Path) -> None:
    put(tmp_path, "id,city\n1,Rio\n")
    cursor = gather(marketing(tmp_path, fields=["city"]).changes(None)).cursor
    put(tmp_path, "", age_s=40)
    cursor = gather(marketing(tmp_path, fields=["city"]).changes(cursor)).cursor
    put(tmp_path, "id,town\n1,Rio\n", age_s=30)
    with pytest.raises(ContractError):
        gather(marketing(tmp_path, fields=["city"]).changes(cursor))


def test_a_cursor_of_before_knows_no_columns_and_is_gone_on_with(tmp_path: Path) -> None:
    put(tmp_path, "id,city\n1,Rio\n")
    cursor = gather(marketing(tmp_path, fields=["city"]).changes(None)).cursor
    assert cursor is not None
    del cursor["files"]["contacts.csv"]["columns"]
    put(tmp_path, "id\n1\n", age_s=30)
    assert gather(marketing(tmp_path, fields=["city"]).changes(cursor)).records == [{"id": "1"}]


@pytest.mark.parametrize("total", [PAGE_RECORDS, PAGE_RECORDS + 1, 3 * PAGE_RECORDS])
def test_a_walk_that_stops_after_any_page_goes_on_where_it_stopped(tmp_path: Path, total: int) -> None:
    put(tmp_path, "id,note\n" + "".join(f'{n},"two\nlines"\n\n' for n in range(total)))
    adapter, ids, cursor = marketing(tmp_path), [], None
    for _ in range(-(-total // PAGE_RECORDS)):
        read = gather(adapter.changes(cursor), upto=1)
        ids += [record["id"] for record in read.records]
        cursor = read.cursor
    assert ids == [str(n) for n in range(total)]
    assert "unchanged" in (gather(adapter.changes(cursor)).why_zero or "")


def test_the_last_page_of_a_file_alone_says_that_it_was_read_whole_and_since_when(tmp_path: Path) -> None:
    put(tmp_path, "id\n" + "".join(f"{n}\n" for n in range(2 * PAGE_RECORDS)))
    first, last = marketing(tmp_path).changes(None)
    assert (first.whole, last.whole) == ((), (WholeFile("contacts.csv", NOON),))


def test_a_file_that_changes_while_it_is_read_is_read_again_from_its_top(tmp_path: Path) -> None:
    ids = [*range(PAGE_RECORDS + 5)]
    put(tmp_path, "id\n" + "".join(f"{n}\n" for n in ids))
    pages = marketing(tmp_path).changes(None)
    next(pages)
    put(tmp_path, "id\nx\n", age_s=30)
    assert [record["id"] for record in gather(pages).records] == ["x"]


def test_a_file_that_never_rests_is_told_as_in_use(tmp_path: Path) -> None:
    pages = marketing(tmp_path).changes(None)
    for age_s in (10, 20, 30):
        put(tmp_path, "id\n" + "".join(f"{n}\n" for n in range(3 * PAGE_RECORDS)), age_s=age_s)
        next(pages)
    put(tmp_path, "id\n1\n", age_s=40)
    with pytest.raises(RetryableError) as raised:
        next(pages)
    assert raised.value.code == "file_in_use"


def test_a_file_that_disappears_while_it_is_read_is_unavailable(tmp_path: Path) -> None:
    path = put(tmp_path, "id\n" + "".join(f"{n}\n" for n in range(2 * PAGE_RECORDS)))
    pages = marketing(tmp_path).changes(None)
    next(pages)
    path.unlink()
    with pytest.raises(RetryableError) as raised:
        next(pages)
    assert raised.value.code == "cannot_read"


def test_files_are_read_in_the_order_of_their_names_and_hidden_ones_are_not(tmp_path: Path) -> None:
    for name in ("contacts-2.csv", "contacts-1.csv", ".contacts-0.csv", "other.csv"):
        put(tmp_path, f"id\n{name}\n", name)
    read = gather(marketing(tmp_path).changes(None))
    assert [record["id"] for record in read.records] == ["contacts-1.csv", "contacts-2.csv"]


def test_a_pattern_that_fits_no_file_says_so(tmp_path: Path) -> None:
    assert gather(marketing(tmp_path).changes(None)).why_zero == f"no file fits contacts*.csv in {tmp_path}"


def test_a_missing_folder_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(RetryableError) as raised:
        gather(marketing(tmp_path, folder="elsewhere").changes(None))
    assert raised.value.code == "no_folder"
    assert marketing(tmp_path, folder="elsewhere").check()[0].level == "fail"


def test_a_folder_that_may_not_be_looked_into_is_unavailable_and_no_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "id\n1\n")

    def shut(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    for call in ("os.scandir", "os.listdir"):  # Python asks by the one or the other
        monkeypatch.setattr(call, shut)
    with pytest.raises(RetryableError, match="cannot be read: Permission denied") as raised:
        gather(marketing(tmp_path).changes(None))
    assert raised.value.code == "no_folder"


def test_a_mapping_without_a_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="which column is the id"):
        marketing(tmp_path, key="").changes(None)


def test_an_act_holds_its_contact_and_its_time_where_the_engine_looks_for_them(tmp_path: Path) -> None:
    put(tmp_path, "lead,when,what\n 7 ,2026-11-01 10:00,opened\n8,,visited\n,2026-11-01,x\n", "acts.csv")
    adapter = marketing(tmp_path, activities="acts*.csv", activities_key="lead", activities_at="when")
    read = gather(adapter.activities(None))
    assert [(act["id"], act["at"], act["what"]) for act in read.records] == [
        ("7", "2026-11-01 10:00", "opened"),
        ("8", "", "visited"),
    ]
    assert read.bad == {"acts.csv:4": "blank_key"}


def test_several_acts_of_one_contact_are_no_duplicates(tmp_path: Path) -> None:
    put(tmp_path, "id,at\n7,2026-11-01\n7,2026-11-02\n", "acts.csv")
    assert len(gather(marketing(tmp_path, activities="acts.csv").activities(None)).records) == 2


def test_the_fields_of_an_account_of_files_are_the_columns_of_the_newest_one(tmp_path: Path) -> None:
    put(tmp_path, "id,old\n", "contacts-1.csv", age_s=90)
    put(tmp_path, "id,new\n", "contacts-0.csv", age_s=60)
    assert [(field.name, field.unique) for field in marketing(tmp_path).fields()] == [("id", True), ("new", False)]


def test_a_clock_that_moved_does_not_make_a_file_new(tmp_path: Path) -> None:
    put(tmp_path, "id\n1\n")
    adapter = marketing(tmp_path)
    cursor = gather(adapter.changes(None)).cursor
    adapter.client = Clock(NOON + timedelta(days=1))  # type: ignore[assignment]
    assert gather(adapter.changes(cursor)).records == []
