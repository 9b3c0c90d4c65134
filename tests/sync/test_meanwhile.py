"""What changes of a lead while a write of it is under way is written next, and is not taken for written."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from adapters.salesforce.crm import SalesforceCrm
from connector.adapter import ToRead
from connector.loop.run import pull_step
from connector.loop.score import score_step
from connector.model import LeadWrite, Outcome
from connector.state import reading
from tests.sync.oracle import must_hold
from tests.sync.world import Company


def change(company: Company, uuid: str, **attributes: str) -> None:
    """Marketing changes a contact, which is read and worked out at once."""
    loop = company.open()
    with company.rd.lock:
        company.rd.account.contacts[uuid].attributes.update(attributes)
    with loop.store.write(step=True) as tx:
        reading.want_read(tx, "rd", [ToRead("contacts", uuid)])
    pull_step(loop)
    score_step(loop)


def test_a_field_that_changes_while_another_is_written_is_written_next(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    uuid = company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    company.convert("ana", "ebook-c")
    company.run("pull", "score")
    write, waiting = SalesforceCrm.write, [True]

    def slow(adapter: SalesforceCrm, batch: Sequence[LeadWrite]) -> Sequence[Outcome]:
        outcomes = write(adapter, batch)
        if waiting:
            waiting.clear()
            change(company, uuid, job_title="Analyst")
        return outcomes

    monkeypatch.setattr(SalesforceCrm, "write", slow)
    company.run("push")
    company.run_until_quiet()
    [(grade,)] = company.ask("SELECT grade FROM scores")
    assert grade != "A"
    assert company.lead("ana")["LeadGrade__c"] == grade
    must_hold(company)


def test_a_value_that_is_corrected_while_the_wrong_one_is_refused_is_sent(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    uuid = company.convert("ana", "ebook-a", "ebook-b")
    company.run("pull", "score")
    write, waiting = SalesforceCrm.write, [True]

    def refused(adapter: SalesforceCrm, batch: Sequence[LeadWrite]) -> Sequence[Outcome]:
        if not waiting:
            return write(adapter, batch)
        waiting.clear()
        change(company, uuid, name="Anna Silva")
        return [Outcome(one.effect, "rejected", code="bad_name", text="not a name") for one in batch]

    monkeypatch.setattr(SalesforceCrm, "write", refused)
    company.run("push")
    company.run_until_quiet()
    company.run_until_quiet()
    assert company.lead("ana")["FirstName"] == "Anna"
    assert company.rejects() == []


def test_the_mark_goes_off_for_who_opted_out_while_the_record_was_made(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    uuid = company.convert("ana", "ebook-a", "ebook-b")
    company.run("pull", "score")
    write, waiting = SalesforceCrm.write, [True]

    def slow(adapter: SalesforceCrm, batch: Sequence[LeadWrite]) -> Sequence[Outcome]:
        outcomes = write(adapter, batch)
        if waiting:
            waiting.clear()
            company.later(seconds=1)
            company.rd.opt_out(uuid)
            change(company, uuid)
        return outcomes

    monkeypatch.setattr(SalesforceCrm, "write", slow)
    company.run("push")
    company.run_until_quiet()
    assert company.lead("ana")["MQL__c"] is False
    must_hold(company)
