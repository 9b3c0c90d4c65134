"""The real loop between RD Station and Dynamics 365: pushed, decided on, told back, and then quiet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.loop.tally import outcome
from connector.model import REASONS
from tests.adapters.dynamics365.desk import Desk
from tests.platforms.company import SalesCompany
from tests.sync.world import address


class DynamicsCompany(SalesCompany[Desk]):
    """RD Station and Dynamics 365, with leadloop between them."""

    def row(self, name: str, table: str = "lead") -> dict:
        """The one record of an address."""
        [found] = [row for row in self.crm.live(table) if row["emailaddress1"] == address(name)]
        return found


@pytest.fixture
def company(tmp_path: Path) -> Iterator[DynamicsCompany]:
    with DynamicsCompany(tmp_path, Desk) as company:
        yield company


def test_an_mql_reaches_sales_and_comes_back_with_a_reason(company: DynamicsCompany) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.convert("bia", "ebook-a")
    lines = company.run()
    assert outcome(lines) == "ok", [(line.step, line.stream, line.error, line.hint) for line in lines]
    lead = company.row("ana")
    assert (lead["new_mqlscore"], lead["new_mqlgrade"], lead["new_ismql"]) == (60, "A", True)
    assert (lead["firstname"], lead["lastname"], lead["subject"]) == ("Ana", "Silva", "Ana Silva")
    assert "ebook-a" in lead["new_mqlreasons"]
    [task] = company.crm.live("task")
    assert (task["subject"], task["regardingobjectid"]) == ("Call Ana: A, 60 points", ("lead", lead["leadid"]))
    assert task["ownerid"] == lead["ownerid"]
    assert len(company.crm.live("lead")) == 1, "only MQLs are made"

    company.run_until_quiet()
    written = company.desk.writes
    company.run()
    assert company.desk.writes == written, "a second run with nothing new sends nothing"

    company.later(minutes=10)
    company.desk.reject(address("ana"), "no_budget")
    company.run_until_quiet()
    told = company.contact("ana")
    assert (told["cf_sales_decision"], told["cf_rejection_reason"]) == ("rejected", "no_budget")
    assert company.rejects() == []
    written = company.desk.writes
    company.run()
    assert company.desk.writes == written
    assert len(company.crm.live("lead")) == 1


def test_a_qualified_lead_goes_on_as_a_contact_and_its_opportunity_is_won(company: DynamicsCompany) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    company.later(minutes=10)
    company.desk.accept(address("ana"))
    company.run()
    assert company.stage("ana") == "accepted"
    company.later(minutes=10)
    company.desk.qualify(address("ana"))
    company.run()
    assert company.stage("ana") == "qualified"
    company.convert("ana", "ebook-c")
    company.run_until_quiet()
    assert company.row("ana", "contact")["new_mqlscore"] == 90
    assert company.row("ana")["new_mqlscore"] == 60, "a qualified lead stays as it is"
    company.later(hours=2)
    company.desk.win(address("ana"), 900.0)
    company.run_until_quiet()
    assert company.stage("ana") == "won"
    seller = company.crm.record(company.crm.live("opportunity")[0]["opportunityid"])["modifiedby"][1]
    assert company.ask("SELECT kind, amount, by FROM decisions WHERE kind = 'won'") == [("won", 900.0, seller)]
    assert company.contact("ana")["sales"] == ["OPPORTUNITY", "SALE"]
    assert company.rejects() == []


def test_each_reason_of_sales_arrives_as_one_of_ours(company: DynamicsCompany) -> None:
    reasons = {f"p{number}": code for number, code in enumerate(REASONS) if code != "none_given"}
    for name in reasons:
        company.convert(name, "ebook-a", "ebook-b")
    company.run_until_quiet()
    company.later(hours=1)
    for name, code in reasons.items():
        company.desk.reject(address(name), code)
    company.run_until_quiet()
    found = company.ask("SELECT person_id, kind, reason FROM decisions")
    told = {person: (kind, reason) for person, kind, reason in found}
    assert {name: told[company.person(name)] for name in reasons} == {
        name: ("rejected", code) for name, code in reasons.items()
    }


def test_a_lead_that_is_handed_back_names_why(company: DynamicsCompany) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    company.later(hours=1)
    company.desk.recycle(address("ana"), "bad_timing")
    company.run_until_quiet()
    assert company.ask("SELECT kind, reason, precision FROM decisions") == [("recycled", "bad_timing", "exact")]
    assert company.row("ana")["new_ismql"] is False
    assert company.desk.count(address("ana")) == 1


def test_a_person_that_sales_knows_is_not_made_again(company: DynamicsCompany) -> None:
    known = company.crm.create("contact", {"lastname": "Ana of Acme", "emailaddress2": address("ana")})
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    contact = company.crm.record(known)
    assert (contact["lastname"], contact["new_mqlscore"]) == ("Ana of Acme", 60)
    assert company.crm.live("lead") == []


def test_a_disqualified_lead_that_takes_no_changes_is_told_and_not_made_again(company: DynamicsCompany) -> None:
    company.crm.rows.closed_states = frozenset({1, 2})
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    company.later(hours=1)
    company.desk.reject(address("ana"), "no_fit")
    company.run_until_quiet()
    assert company.rejects() == [("crm", "record", "lead_closed")]
    assert company.contact("ana")["cf_rejection_reason"] == "no_fit"
    assert len(company.crm.live("lead")) == 1
