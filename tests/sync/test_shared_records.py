"""A CRM's record may bear the addresses of two leads: it is written for one of them, and the other is told."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from adapters.salesforce.crm import SalesforceCrm
from connector.adapter import Found, PersonKeys, Resolution
from connector.model import LeadWrite, Outcome
from tests.sync.oracle import must_hold
from tests.sync.test_joined_on_the_way import ask_for
from tests.sync.world import Company, address


def bears_both(company: Company, monkeypatch: pytest.MonkeyPatch) -> str:
    """A record with ana's address is found by bia's, too."""
    record = company.sf.create("Lead", {"LastName": "X", "Company": "X", "Email": address("ana")})
    resolve = SalesforceCrm.resolve

    def found(adapter: SalesforceCrm, keys: Sequence[PersonKeys]) -> Sequence[Resolution]:
        its_key = company.sf.record(record)["LeadLoop_Id__c"]
        return [
            Resolution(key.leadloop_id, [Found("Lead", record, "email", key=its_key)])
            if address("bia") in key.emails
            else answer
            for key, answer in zip(keys, resolve(adapter, keys), strict=True)
        ]

    monkeypatch.setattr(SalesforceCrm, "resolve", found)
    return record


def test_a_record_that_is_found_for_two_leads_at_once_is_written_for_one(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = bears_both(company, monkeypatch)
    company.convert("ana", "ebook-a", "ebook-b")
    company.convert("bia", "ebook-a", "ebook-b", "ebook-c")
    company.run_until_quiet()
    assert (company.sf.record(record)["FirstName"], company.sf.record(record)["LeadScore__c"]) == ("Ana", 60)
    assert len(company.sf.live("Task")) == 1
    assert company.rejects() == [("sf", "record", "crm_record_taken")]
    ask_for(company, "identity join", loser=company.person("bia"), winner=company.person("ana"))
    company.run_until_quiet()
    assert company.rejects() == []
    assert company.sf.record(record)["LeadScore__c"] == company.points("ana") == 90
    must_hold(company)


def test_a_creation_that_meets_the_record_of_another_lead_does_not_take_it_over(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    record, write = company.lead("ana")["Id"], SalesforceCrm.write

    def exists(adapter: SalesforceCrm, batch: Sequence[LeadWrite]) -> Sequence[Outcome]:
        if batch[0].email == address("bia"):
            return [Outcome(one.effect, "conflict", existing=[("Lead", record)]) for one in batch]
        return write(adapter, batch)

    monkeypatch.setattr(SalesforceCrm, "write", exists)
    company.convert("bia", "ebook-a", "ebook-b", "ebook-c")
    company.run()
    company.run()
    assert company.sf.record(record)["LeadScore__c"] == 60
    assert company.rejects() == [("sf", "record", "crm_record_taken")]
    assert company.ask("SELECT person_id FROM desired WHERE record_id = ?", record) == [(company.person("ana"),)]
