"""The real loop between RD Station and Odoo: pushed, decided on, told back, and then quiet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.loop.tally import outcome
from tests.adapters.odoo.desk import Desk, DeskOfOpportunities, DeskWithoutSettings
from tests.platforms.company import SalesCompany
from tests.sync.world import address


@pytest.fixture
def company(tmp_path: Path) -> Iterator[SalesCompany[Desk]]:
    with SalesCompany(tmp_path, Desk) as company:
        yield company


@pytest.fixture(params=[Desk, DeskOfOpportunities, DeskWithoutSettings])
def any_company(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SalesCompany[Desk]]:
    with SalesCompany(tmp_path, request.param) as company:
        yield company


def test_an_mql_reaches_sales_and_comes_back_with_a_reason(any_company: SalesCompany[Desk]) -> None:
    company = any_company
    company.convert("ana", "ebook-a", "ebook-b")
    company.convert("bia", "ebook-a")
    lines = company.run()
    assert outcome(lines) == "ok", [(line.step, line.stream, line.error, line.hint) for line in lines]
    [lead] = company.crm.leads_of(address("ana"))
    assert (lead["contact_name"], lead["x_leadloop_score"], lead["x_leadloop_grade"]) == ("Ana Silva", 60, "A")
    assert lead["type"] == company.crm.leads.defaults(0)["type"]
    assert lead["user_id"] is False, "nobody owns it until sales takes it"
    assert company.crm.tags_of(lead["id"]) == ["MQL"]
    assert "ebook-a" in lead["x_leadloop_reasons"]
    [task] = company.crm.store.rows["mail.activity"].values()
    assert (task["summary"], task["user_id"]) == ("Call Ana: A, 60 points", 9), "the leader of the team gets it"
    assert company.crm.leads_of(address("bia")) == [], "only MQLs are made"

    company.run_until_quiet()
    written = company.desk.writes
    company.run()
    assert company.desk.writes == written, "a second run with nothing new sends nothing"

    company.later(minutes=10)
    company.desk.reject(address("ana"), "no_budget")
    company.run_until_quiet()
    assert company.history("ana")[-1][:2] == ("rejected", "sales")
    assert company.contact("ana")["cf_rejection_reason"] == "no_budget"
    assert company.ask("SELECT by FROM decisions") == [("7",)]
    assert company.rejects() == []
    written = company.desk.writes
    company.run()
    assert company.desk.writes == written
    assert company.desk.count(address("ana")) == 1


def test_a_lead_is_taken_on_qualified_and_won(any_company: SalesCompany[Desk]) -> None:
    company = any_company
    company.convert("ana", "ebook-a", "ebook-b")
    company.run()
    for step, stage in ((company.desk.accept, "accepted"), (company.desk.qualify, "qualified")):
        company.later(minutes=10)
        step(address("ana"))
        company.run()
        assert company.stage("ana") == stage
    company.later(hours=2)
    company.desk.win(address("ana"), 900)
    company.run_until_quiet()
    assert company.stage("ana") == "won"
    assert company.ask("SELECT kind, amount, by FROM decisions WHERE kind = 'won'") == [("won", 900.0, "7")]
    assert company.contact("ana")["sales"] == ["OPPORTUNITY", "SALE"]


def test_an_owner_that_odoo_itself_assigned_accepts_nothing(company: SalesCompany[Desk]) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    [lead] = company.crm.leads_of(address("ana"))
    company.crm.assign(lead["id"], 7, by=1)
    company.run_until_quiet()
    assert company.stage("ana") == "mql"


def test_a_lead_that_sales_lost_before_is_found_though_it_is_archived(company: SalesCompany[Desk]) -> None:
    known = company.crm.add_lead(address("ana"))
    company.crm.lose(known, "No response")
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    [lead] = company.crm.leads_of(address("ana"))
    assert (lead["id"], lead["x_leadloop_score"], lead["active"]) == (known, 60, False)


def test_a_merge_in_odoo_goes_on_at_the_survivor(company: SalesCompany[Desk]) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    [lead] = company.crm.leads_of(address("ana"))
    survivor = company.crm.add_lead(address("ana"))
    company.crm.merge(lead["id"], survivor)
    company.convert("ana", "ebook-c")
    company.run_until_quiet()
    [row] = company.crm.leads_of(address("ana"))
    assert (row["id"], row["x_leadloop_score"]) == (survivor, 90)
