"""One bad record never stops the good ones: it is a reject with its reason, and is not sent again until it changes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from adapters.salesforce.crm import SalesforceCrm
from connector.adapter import Page
from connector.loop.requests import perform
from connector.loop.tally import exit_code, outcome
from connector.model import CrmRecord, Json
from connector.testing.conformance.crm.without_id import WithoutId
from connector.testing.simulator import Fault, Reply
from tests.sync.world import Company, line_of


def spoil(company: Company, name: str) -> None:
    """The org holds a validation that this person's record does not pass: the name is too long."""
    company.convert(name, "ebook-a", "ebook-b")
    company.rd.edit(company.convert(name), job_title="CEO " + "x" * 100)


def org_takes_short_titles_only(company: Company) -> None:
    from dataclasses import replace

    table = company.sf.store.tables["Lead"]
    table.fields["Title"] = replace(table.fields["Title"], length=40)


def test_a_record_that_the_crm_refuses_is_parked_and_the_others_go(company: Company) -> None:
    org_takes_short_titles_only(company)
    spoil(company, "bad")
    for name in ("ana", "bia"):
        company.convert(name, "ebook-a", "ebook-b")
    lines = company.run()
    assert {lead["Email"].split("@")[0] for lead in company.sf.live("Lead")} == {"ana", "bia"}
    assert company.rejects() == [("sf", "record", "STRING_TOO_LONG")]
    assert (outcome(lines), exit_code(lines)) == ("partial", 1)
    [(field, text)] = company.ask("SELECT field, text FROM rejects")
    assert field == "Title"
    assert "@" not in text


def test_nobody_is_sent_to_call_about_a_record_that_does_not_say_why(company: Company) -> None:
    """The record is there already; what hands the lead over is refused, so the task waits with it."""
    org_takes_short_titles_only(company)
    company.sf.create("Lead", {"LastName": "X", "Company": "X", "Email": "bad@company.example"})
    spoil(company, "bad")
    for _ in range(3):
        company.run()
    assert company.rejects() == [("sf", "record", "STRING_TOO_LONG")]
    assert company.sf.live("Task") == []
    company.rd.edit(company.convert("bad"), job_title="CEO")
    company.convert("bad", "ebook-c")
    company.run_until_quiet()
    assert company.lead("bad")["MQL__c"] is True
    assert len(company.sf.live("Task")) == 1


def test_a_refused_record_is_not_sent_again_until_it_changes(company: Company) -> None:
    org_takes_short_titles_only(company)
    spoil(company, "bad")
    company.run()
    writes = len(company.sf.calls("PATCH|POST", "/composite"))
    lines = company.run()
    assert len(company.sf.calls("PATCH|POST", "/composite")) == writes
    assert (outcome(lines), exit_code(lines)) == ("ok", 0)
    company.rd.edit(company.convert("bad"), job_title="CEO")
    company.convert("bad", "ebook-c")
    company.run_until_quiet()
    assert company.lead("bad")["LeadScore__c"] == 90
    assert len(company.sf.live("Task")) == 1
    assert company.rejects() == []


def test_a_refused_record_goes_when_the_org_was_mended_and_a_person_replays_it(company: Company) -> None:
    org_takes_short_titles_only(company)
    spoil(company, "bad")
    company.run()
    from dataclasses import replace as changed

    table = company.sf.store.tables["Lead"]
    table.fields["Title"] = changed(table.fields["Title"], length=200)
    company.run()
    assert not company.sf.live("Lead")
    company.replay()
    company.run_until_quiet()
    assert company.lead("bad")["MQL__c"] is True
    assert len(company.sf.live("Task")) == 1
    assert company.rejects() == []


def test_a_record_that_is_locked_is_tried_again_later_by_itself(company: Company) -> None:
    for name in ("ana", "bia"):
        company.convert(name, "ebook-a", "ebook-b")
    company.run_until_quiet()
    company.sf.lock_record(company.lead("ana")["Id"], times=2)
    for name in ("ana", "bia"):
        company.convert(name, "ebook-c")
    company.run()
    assert company.lead("bia")["LeadScore__c"] == 90
    company.run_until_quiet()
    assert company.lead("ana")["LeadScore__c"] == 90
    assert company.rejects() == []


def test_an_act_that_cannot_be_read_is_a_reject_and_the_others_count(company: Company) -> None:
    uuid = company.convert("ana", "ebook-a", "ebook-b")
    company.rd.account.contacts[uuid].events["CONVERSION"][0]["event_timestamp"] = "yesterday"
    company.run()
    assert company.points("ana") == 30
    assert [stream for _, stream, _ in company.rejects()] == ["activities"]


def test_a_bad_contact_is_a_reject_and_the_others_are_saved(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    bad = company.convert("bia", "ebook-a")
    company.rd.account.contacts[bad].legal_bases[:] = [{"category": "communications", "status": {"not": "a word"}}]
    lines = company.run()
    assert company.stage("ana") == "mql"
    named = line_of(lines, "pull", "named_contacts")
    assert named.read == named.saved + named.unchanged + named.rejected


def test_per_stream_what_was_read_was_saved_unchanged_or_rejected(company: Company) -> None:
    for name in ("ana", "bia", "cid"):
        company.convert(name, "ebook-a", "ebook-b")
    for lines in (company.run(), company.run()):
        for line in lines:
            assert line.read == line.saved + line.unchanged + line.rejected, line


def test_a_row_of_the_crm_without_its_id_is_one_reject_and_the_others_count(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.convert("bia", "ebook-a", "ebook-b")
    company.run_until_quiet()
    for name in ("ana", "bia"):
        company.sf.set_status(company.lead(name)["Id"], "Working")
    company.sf.faults.append(Fault("edit_after", path="/query", times=1000, edit=WithoutId()))
    lines = company.run()
    line = line_of(lines, "decisions", "decisions")
    assert (line.error, line.rejected, exit_code(lines)) == (None, 1, 1)
    assert sorted([company.stage("ana"), company.stage("bia")]) == ["accepted", "mql"]
    [(connection, stream, code)] = company.rejects()
    assert (connection, stream, code) == ("sf", "decisions", "no_id")


def test_a_removal_without_its_id_is_one_reject_and_the_others_count(company: Company) -> None:
    for name in ("ana", "bia"):
        company.convert(name, "ebook-a", "ebook-b")
    company.run_until_quiet()
    for name in ("ana", "bia"):
        company.sf.delete(company.lead(name)["Id"])
    company.sf.faults.append(Fault("edit_after", path="/queryAll", times=1000, edit=WithoutId()))
    line = line_of(company.run(), "decisions", "removals")
    assert (line.error, line.read, line.saved, line.rejected) == (None, 2, 1, 1)
    assert ("sf", "removals", "no_id") in company.rejects()


def test_a_deal_whose_amount_is_no_number_is_a_reject_until_it_was_read_well(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    _, deal = company.sf.convert(company.lead("ana")["Id"])
    company.sf.close(str(deal), won=True, amount=1200)
    records = SalesforceCrm.records

    def odd(adapter: SalesforceCrm, cursor: Json | None) -> Iterator[Page[CrmRecord]]:
        for page in records(adapter, cursor):
            many = [replace(one, fields={**one.fields, "Amount": "many"}) for one in page.records]
            yield replace(
                page, records=[new if one.id == deal else one for one, new in zip(page.records, many, strict=True)]
            )

    with monkeypatch.context() as patched:
        patched.setattr(SalesforceCrm, "records", odd)
        company.run_until_quiet()
    assert company.rejects() == [("sf", "decisions", "bad_number")]
    assert company.stage("ana") == "qualified"
    company.sf.edit(str(deal))
    company.run_until_quiet()
    assert company.rejects() == []
    assert company.stage("ana") == "won"


def test_a_replay_leaves_open_what_only_the_crm_can_tell_again(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    _, deal = company.sf.convert(company.lead("ana")["Id"])
    company.sf.close(str(deal), won=True)
    company.sf.edit(str(deal), Amount="many")
    company.run_until_quiet()
    [(number,)] = company.ask("SELECT id FROM rejects WHERE state = 'open'")
    store = company.open().store
    with store.hold(), store.write(step=True) as tx:
        assert perform(tx, store, "rejects replay", {}) == {"replayed": 0, "left": 1}
        assert "cursor reset sf decisions" in perform(tx, store, "rejects replay", {"id": number})["hint"]
    assert company.rejects() == [("sf", "decisions", "bad_number")]


def test_an_unreadable_amount_of_the_past_is_a_reject_of_its_own_and_the_deal_goes_on(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Won, reopened since; a mapping may read its amounts from a field of texts, whose history nobody can correct."""
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    _, deal = company.sf.convert(company.lead("ana")["Id"])
    company.sf.close(str(deal), won=True, amount=500)
    company.later(minutes=1)
    company.sf.set_stage(str(deal), "Prospecting")
    company.later(minutes=1)
    company.sf.edit(str(deal), Amount=900)
    records = SalesforceCrm.records

    def odd(adapter: SalesforceCrm, cursor: Json | None) -> Iterator[Page[CrmRecord]]:
        for page in records(adapter, cursor):
            yield replace(page, records=[_with_an_odd_past(one) for one in page.records])

    monkeypatch.setattr(SalesforceCrm, "records", odd)
    assert exit_code(company.run()) == 1
    assert company.ask("SELECT kind, amount FROM decisions WHERE object = 'Opportunity'") == [("won", None)]
    [(key, field)] = company.ask("SELECT key, field FROM rejects WHERE state = 'open'")
    assert (key.partition(",")[0], field) == (f"Opportunity {deal}", "Amount")
    company.sf.close(str(deal), won=True)
    assert exit_code(company.run()) == 0
    assert company.stage("ana") == "won"
    assert company.ask("SELECT amount FROM decisions WHERE object = 'Opportunity' ORDER BY id") == [(None,), (900.0,)]
    assert len(company.rejects()) == 1, "a deal that is read well closes its rejects, and not what its past lacks"


def _with_an_odd_past(record: CrmRecord) -> CrmRecord:
    return replace(record, history=[replace(one, old="many") if one.old == 500 else one for one in record.history])


def test_a_refused_write_says_what_the_adapter_knows_to_do_about_it(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    refusal = Reply(400, {"errors": {"error_type": "INVALID_FIELDS", "error_message": "no such field"}})
    company.rd.faults.append(Fault("reply", path="/platform/contacts/", method="PATCH", times=9, reply=refusal))
    company.run()
    [(code, hint)] = company.ask("SELECT code, hint FROM rejects WHERE connection = 'rd'")
    assert code == "INVALID_FIELDS"
    assert hint == "the mapping writes a field that is read-only or unknown: 'leadloop mapping check' names it"
