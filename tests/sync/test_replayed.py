"""What a platform refused once and a person replays: it is sent then, whatever kind it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from adapters.rdstation.marketing import RdStationMarketing
from adapters.salesforce.crm import SalesforceCrm
from connector.model import LeadWrite, Outcome, ReadBack
from tests.sync.oracle import must_hold
from tests.sync.world import Company

Write = Callable[..., Sequence[Outcome]]


def refusing(write: Write, kind: str) -> Write:
    """A platform that refuses all writes of one kind."""

    def refused(adapter: object, batch: Sequence[LeadWrite]) -> Sequence[Outcome]:
        if batch[0].kind == kind:
            return [Outcome(one.effect, "rejected", code="not_allowed", text="no right to do that") for one in batch]
        return write(adapter, batch)

    return refused


def test_a_task_that_was_refused_is_made_when_a_person_replays_it(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    with monkeypatch.context() as patched:
        patched.setattr(SalesforceCrm, "write", refusing(SalesforceCrm.write, "task"))
        company.run_until_quiet()
    company.run_until_quiet()
    assert company.rejects() == [("sf", "task", "not_allowed")]
    assert not company.sf.live("Task")
    company.replay()
    company.run_until_quiet()
    assert len(company.sf.live("Task")) == 1
    assert company.rejects() == []
    must_hold(company)


def test_an_event_that_was_refused_is_told_when_a_person_replays_it(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.convert("ana", "demo-request")
    with monkeypatch.context() as patched:
        patched.setattr(RdStationMarketing, "write_back", refusing(RdStationMarketing.write_back, "event"))
        company.run_until_quiet()
    assert company.rejects() == [("rd", "event", "not_allowed")]
    company.replay()
    company.run_until_quiet()
    assert company.contact("ana")["sales"] == ["OPPORTUNITY"]
    assert company.rejects() == []
    must_hold(company)


def test_a_task_of_which_nobody_could_tell_is_asked_after_before_it_is_sent_again(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    write, read_back = SalesforceCrm.write, SalesforceCrm.read_back

    def silent(adapter: SalesforceCrm, batch: Sequence[LeadWrite]) -> Sequence[Outcome]:
        told = write(adapter, batch)
        return told if batch[0].kind != "task" else [Outcome(one.effect, "unknown") for one in told]

    def unclear(adapter: SalesforceCrm, writes: Sequence[LeadWrite]) -> Sequence[ReadBack]:
        told = read_back(adapter, writes)
        return told if writes[0].kind != "task" else [ReadBack(one.effect, present=False, unclear=True) for one in told]

    with monkeypatch.context() as patched:
        patched.setattr(SalesforceCrm, "write", silent)
        patched.setattr(SalesforceCrm, "read_back", unclear)
        company.run()
        company.later(hours=25)
        company.run()
    assert company.rejects() == [("sf", "task", "unconfirmed")]
    company.replay()
    company.run_until_quiet()
    assert len(company.sf.live("Task")) == 1
    assert company.rejects() == []
    must_hold(company)


def test_a_replay_makes_no_record_for_a_lead_that_is_no_mql_any_more(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.convert("ana", "fair-spring")
    with monkeypatch.context() as patched:
        patched.setattr(SalesforceCrm, "write", refusing(SalesforceCrm.write, "record"))
        company.run()
    company.later(days=12)
    company.run()
    assert company.stage("ana") == "lead"
    company.replay()
    company.run_until_quiet()
    assert not company.sf.live("Lead")
