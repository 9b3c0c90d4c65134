"""Nothing is tried for ever, and nothing is guessed: what does not come to an end by itself is left to a person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from adapters.salesforce.crm import SalesforceCrm
from connector.errors import UnknownOutcome
from connector.model import LeadWrite, Outcome, ReadBack
from tests.sync.world import Company

TWO = (("Lead", "00Q000000000001AAA"), ("Lead", "00Q000000000002AAA"))


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Have Salesforce answer every write of a record like this; gives the list of what was sent."""

    def always(**outcome: Any) -> list[str]:
        sent: list[str] = []
        real = SalesforceCrm.write

        def write(adapter: SalesforceCrm, batch: Sequence[LeadWrite]) -> Sequence[Outcome]:
            if batch[0].kind != "record":
                return real(adapter, batch)
            sent.extend(one.effect for one in batch)
            return [Outcome(one.effect, **outcome) for one in batch]

        monkeypatch.setattr(SalesforceCrm, "write", write)
        return sent

    return always


def an_mql(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b")


def days_of_runs(company: Company, days: int, a_day: int = 8) -> None:
    for _ in range(days * a_day):
        company.run("push")
        company.later(hours=24 / a_day)


def test_of_several_records_none_is_guessed_and_all_are_named(
    company: Company, answers: Callable[..., list[str]]
) -> None:
    sent = answers(status="conflict", existing=TWO)
    an_mql(company)
    company.run()
    days_of_runs(company, 1)
    assert len(sent) == 1
    assert company.rejects() == [("sf", "record", "crm_ambiguous")]
    [(text,)] = company.ask("SELECT text FROM rejects")
    assert all(id_ in text for _, id_ in TWO)
    assert company.ask("SELECT record_id FROM desired WHERE connection = 'sf'") == [(None,)]


def test_a_record_that_stays_locked_is_left_to_a_person(company: Company, answers: Callable[..., list[str]]) -> None:
    sent = answers(status="rejected", code="UNABLE_TO_LOCK_ROW", retry_after_s=30.0)
    an_mql(company)
    company.run()
    days_of_runs(company, 1)
    assert len(sent) == 6
    assert company.rejects() == [("sf", "record", "UNABLE_TO_LOCK_ROW")]
    company.replay()
    days_of_runs(company, 1)
    assert len(sent) == 12


def test_a_write_that_nobody_can_tell_of_is_left_to_a_person_after_a_day(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []

    def lost(adapter: SalesforceCrm, batch: Sequence[LeadWrite]) -> Sequence[Outcome]:
        sent.extend(one.effect for one in batch)
        raise UnknownOutcome("no answer")

    def nobody_knows(adapter: SalesforceCrm, batch: Sequence[LeadWrite]) -> Sequence[ReadBack]:
        return [ReadBack(one.effect, present=False, unclear=True) for one in batch]

    with monkeypatch.context() as patched:
        patched.setattr(SalesforceCrm, "write", lost)
        patched.setattr(SalesforceCrm, "read_back", nobody_knows)
        an_mql(company)
        company.run()
        days_of_runs(company, 2)
    assert len(sent) == 1
    assert company.rejects() == [("sf", "record", "unconfirmed")]
    assert company.ask("SELECT state FROM outbox WHERE kind = 'record'") == [("rejected",)]
    company.replay()
    company.run_until_quiet()
    assert company.lead("ana")["MQL__c"] is True
    assert company.rejects() == []


def test_a_record_that_moves_for_ever_is_left_to_a_person(company: Company, answers: Callable[..., list[str]]) -> None:
    """It is found, and gone when it is written to: hidden from our user, say."""
    company.sf.create("Lead", {"LastName": "X", "Company": "X", "Email": "ana@company.example"})
    sent = answers(status="rejected", code="ENTITY_IS_DELETED", moved=True)
    an_mql(company)
    company.run()
    days_of_runs(company, 5)
    assert len(sent) == 6
    assert company.rejects() == [("sf", "record", "ENTITY_IS_DELETED")]


def test_a_record_that_is_told_to_be_another_for_ever_is_left_to_a_person(
    company: Company, answers: Callable[..., list[str]]
) -> None:
    sent = answers(status="conflict", existing=TWO[:1])
    an_mql(company)
    company.run()
    days_of_runs(company, 5)
    assert len(sent) == 6
    assert company.rejects() == [("sf", "record", "crm_ambiguous")]
    company.later(days=1)
    company.convert("ana", "ebook-c")
    company.run()
    assert len(sent) > 6
