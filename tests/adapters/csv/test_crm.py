"""Files as CRM: `leads.csv` is written whole, and what sales noted is read."""

import csv
import stat
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from adapters.csv.crm import CsvCrm
from connector.adapter import Client, FieldPlan, Options, PersonKeys
from connector.errors import ContractError, RetryableError
from connector.model import LeadWrite
from tests.adapters.csv.connections import NOON, Clock, crm, gather, put


def lead(key: str, record_id: str | None = None, **fields: Any) -> LeadWrite:
    return LeadWrite(f"effect of {key}", "record", key, "Lead", record_id, fields=fields)


def lines(folder: Path) -> list[list[str]]:
    with (folder / "out" / "leads.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_a_lead_is_a_line_with_its_id_first_and_columns_in_the_mappings_order(tmp_path: Path) -> None:
    [outcome] = crm(tmp_path).write([lead("ll-1", grade="A", score=64)])
    assert (outcome.status, outcome.record_id) == ("created", "ll-1")
    assert lines(tmp_path) == [["leadloop_id", "score", "grade"], ["ll-1", "64", "A"]]


def test_writing_the_same_again_changes_nothing_on_the_disk(tmp_path: Path) -> None:
    crm(tmp_path).write([lead("ll-1", score=64, grade=None)])
    before = (tmp_path / "out" / "leads.csv").stat()
    [outcome] = crm(tmp_path).write([lead("ll-1", score=64, grade="")])
    assert outcome.status == "unchanged"
    assert (tmp_path / "out" / "leads.csv").stat() == before


def test_an_update_keeps_the_fields_that_it_does_not_name(tmp_path: Path) -> None:
    crm(tmp_path).write([lead("ll-1", score=64, grade="A"), lead("ll-2", score=1)])
    [outcome] = crm(tmp_path).write([lead("ll-1", "ll-1", score=70)])
    assert outcome.status == "updated"
    assert lines(tmp_path)[1:] == [["ll-1", "70", "A"], ["ll-2", "1", ""]]


@pytest.mark.parametrize(
    "text", ["Rua A\rnumber 7", "\r", "two\r\nlines", "two\nlines", "x" * 200_000], ids=lambda one: repr(one[:9])
)
def test_a_text_with_any_line_end_or_of_any_length_is_read_again_as_it_was_written(tmp_path: Path, text: str) -> None:
    crm(tmp_path).write([lead("ll-1", grade=text), lead("ll-2", grade="B")])
    later = crm(tmp_path)
    [outcome, _] = later.write([lead("ll-1", "ll-1", grade=text), lead("ll-2", "ll-2", grade="C")])
    assert outcome.status == "unchanged"
    assert b"\r\n" not in (tmp_path / "out" / "leads.csv").read_bytes().replace(b"two\r\nlines", b"")


def test_columns_of_an_earlier_mapping_stay_at_the_end(tmp_path: Path) -> None:
    crm(tmp_path, fields=["old", "score"]).write([lead("ll-1", old="kept", score=1)])
    crm(tmp_path, fields=["grade", "score"]).write([lead("ll-1", grade="B", score=2)])
    assert lines(tmp_path) == [["leadloop_id", "grade", "score", "old"], ["ll-1", "B", "2", "kept"]]


def test_a_lead_that_somebody_deleted_is_told_as_moved(tmp_path: Path) -> None:
    [gone, created] = crm(tmp_path).write([lead("ll-1", "ll-1", score=1), lead("ll-2", score=2)])
    assert (gone.status, gone.code, gone.moved, created.status) == ("rejected", "gone", True, "created")


def test_a_person_is_found_by_record_by_key_and_by_email(tmp_path: Path) -> None:
    crm(tmp_path).write([lead("ll-1", email="Ann@example.com"), lead("ll-2", email="")])
    keys = [
        PersonKeys("ll-1", records=[("Lead", "ll-1"), ("Lead", "ll-0")]),
        PersonKeys("ll-2", emails=["nobody@example.com"]),
        PersonKeys("ll-3", emails=["ann@example.com "]),
        PersonKeys("ll-4"),
    ]
    found = crm(tmp_path).resolve(keys)
    assert [[(hit.id, hit.by) for hit in one.found] for one in found] == [
        [("ll-1", "id")], [("ll-2", "key")], [("ll-1", "email")], [],
    ]  # fmt: skip
    assert found[0].gone == (("Lead", "ll-0"),)
    assert found[2].found[0].key == "ll-1"


def test_what_was_written_is_read_back_as_it_was_meant(tmp_path: Path) -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    write = lead("ll-1", score=5, is_mql=True, at=at, note="=1+1", tags=["a", "b"], nothing=None)
    crm(tmp_path).write([write])
    [back, absent] = crm(tmp_path).read_back([write, lead("ll-2", score=5)])
    assert back.present
    assert dict(back.fields) == dict(write.fields)
    assert not absent.present


def test_read_back_shows_what_somebody_changed_by_hand(tmp_path: Path) -> None:
    crm(tmp_path).write([lead("ll-1", score=5)])
    (tmp_path / "out" / "leads.csv").write_text("leadloop_id,score\nll-1,6\n")
    assert crm(tmp_path).read_back([lead("ll-1", score=5)])[0].fields == {"score": "6"}


def test_another_hand_in_the_file_is_noticed_between_two_writes(tmp_path: Path) -> None:
    adapter = crm(tmp_path)
    adapter.write([lead("ll-1", score=5)])
    (tmp_path / "out" / "leads.csv").write_text("leadloop_id,score,mine\nll-1,6,x\n")
    adapter.write([lead("ll-2", score=7)])
    assert lines(tmp_path)[1:] == [["ll-1", "6", "x"], ["ll-2", "7", ""]]


@pytest.mark.parametrize("content", ["name,score\n", "leadloop_id,score\nll-1\n", 'leadloop_id,score\nll-1,"5\n', ""])
def test_a_file_that_is_not_ours_is_never_overwritten(tmp_path: Path, content: str) -> None:
    (tmp_path / "out").mkdir()
    path = put(tmp_path / "out", content, "leads.csv")
    with pytest.raises(ContractError) as raised:
        crm(tmp_path).write([lead("ll-1", score=5)])
    assert raised.value.code == "not_ours"
    assert crm(tmp_path).check()[0].level == "fail"
    assert path.read_text() == content


def test_a_folder_that_takes_no_file_leaves_the_old_file_and_is_retried(tmp_path: Path) -> None:
    adapter = crm(tmp_path)
    adapter.write([lead("ll-1", score=5)])
    (tmp_path / "out" / ".leads.csv.new").mkdir()
    with pytest.raises(RetryableError) as raised:
        adapter.write([lead("ll-1", score=6)])
    assert raised.value.code == "cannot_write"
    assert lines(tmp_path)[1:] == [["ll-1", "5"]]
    assert adapter.read_back([lead("ll-1", score=5)])[0].fields == {"score": 5}


def test_a_new_file_is_for_its_owner_alone_and_an_opened_one_stays_open(tmp_path: Path) -> None:
    path = tmp_path / "out" / "leads.csv"
    crm(tmp_path).write([lead("ll-1", score=5)])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    crm(tmp_path).write([lead("ll-1", score=6)])
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_nine_thousand_leads_cost_well_under_a_second(tmp_path: Path) -> None:
    batch = [lead(f"ll-{n}", score=n, grade="A", email=f"{n}@example.com") for n in range(9240)]
    began = time.process_time()
    crm(tmp_path).write(batch)
    assert time.process_time() - began < 1
    assert len(lines(tmp_path)) == 9241


NOTES = "leadloop_id,email,Status,Note\nll-1,ann@example.com,Won,secret\n,bob@example.com,Lost,\n"


def test_a_line_of_decisions_is_a_record_with_the_columns_that_the_mapping_reads(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    put(tmp_path / "out", NOTES, "decisions.csv")
    read = gather(crm(tmp_path, fields=["Status"], decisions="decisions*.csv").records(None))
    [record] = read.records
    assert (record.object, record.id, record.key, record.email) == ("Lead", "ll-1", "ll-1", "ann@example.com")
    assert dict(record.fields) == {"Status": "Won"}
    assert (record.changed_at, record.precision) == (NOON, "poll")
    assert read.bad == {"decisions.csv:3": "blank_key"}


def test_decisions_may_name_leads_by_an_id_of_marketing_and_lie_elsewhere(tmp_path: Path) -> None:
    put(tmp_path, "Prospect,Tags\np-1,Busy\n", "export.csv")
    values = {"decisions": str(tmp_path / "export.csv"), "decisions_key": "Prospect"}
    [record] = gather(crm(tmp_path, fields=["Tags"], **values).records(None)).records
    assert (record.id, record.key, dict(record.fields)) == ("p-1", None, {"Tags": "Busy"})


def test_unchanged_decisions_are_not_read_and_our_own_file_is_no_decision(tmp_path: Path) -> None:
    adapter = crm(tmp_path, decisions="*.csv")
    adapter.write([lead("ll-1", score=5)])
    put(tmp_path / "out", "leadloop_id,Status\nll-1,Won\n", "noted.csv")
    first = gather(adapter.records(None))
    assert [record.id for record in first.records] == ["ll-1"]
    again = gather(adapter.records(first.cursor))
    assert again.why_zero == f"noted.csv is unchanged since it was read at {NOON:%Y-%m-%d %H:%M} UTC"


def test_without_files_of_decisions_the_page_says_why(tmp_path: Path) -> None:
    assert gather(crm(tmp_path).records(None)).why_zero == "no `decisions` files are configured"
    why = gather(crm(tmp_path, decisions="decisions.csv").records(None)).why_zero
    assert why == f"no file fits decisions.csv in {tmp_path / 'out'}"


def test_fields_are_our_columns_and_those_that_sales_fills(tmp_path: Path) -> None:
    put(tmp_path, NOTES, "noted.csv")
    adapter = crm(tmp_path, fields=["score"], decisions="../noted.csv")
    assert [field.name for field in adapter.fields()] == ["leadloop_id", "score", "email", "Status", "Note"]
    [planned] = adapter.ensure_fields([FieldPlan("Lead", "score", "Score", "number")])
    assert planned.status == "exists"


def test_check_says_what_is_there_and_what_is_missing(tmp_path: Path) -> None:
    put(tmp_path, NOTES, "noted.csv")
    found = crm(tmp_path, decisions="../noted.csv", decisions_key="Prospect").check()
    assert [line.level for line in found] == ["ok", "fail"]
    assert found[0].what.endswith("leads.csv: 0 leads")


def test_check_warns_of_a_column_that_tells_decisions_and_is_not_in_the_newest_file(tmp_path: Path) -> None:
    def lines(*asked: str) -> list[str]:
        options = Options(
            "sales", {"Lead": ("score", *asked)}, "leadloop_id", base_dir=tmp_path,
            values={"folder": "out", "decisions": "../decisions*.csv"}, asked={"Lead": asked},
        )  # fmt: skip
        return [line.what for line in CsvCrm(cast("Client", Clock()), options).check() if line.level == "warn"]

    assert not any("never fits" in line for line in lines("decision"))
    put(tmp_path, "leadloop_id,Tagz\nll-1,won\n", "decisions.csv")
    [told] = lines("Tags", "Tagz")
    assert told == "the newest file of decisions has no column 'Tags': what asks for it never fits"
    assert lines("Tagz") == []


def test_a_folder_that_may_not_be_looked_into_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def shut(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.stat", shut)
    with pytest.raises(RetryableError, match=r"leads\.csv cannot be read: Permission denied") as raised:
        crm(tmp_path).fields()
    assert raised.value.code == "cannot_read"
