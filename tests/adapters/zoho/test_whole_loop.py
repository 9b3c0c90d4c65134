"""The real loop between RD Station and Zoho: pushed, decided on, told back, and then quiet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.loop.tally import outcome
from tests.adapters.zoho.desk import Desk
from tests.platforms.company import SalesCompany
from tests.platforms.converting import ANA, ConvertedLeads


@pytest.fixture
def company(tmp_path: Path) -> Iterator[SalesCompany[Desk]]:
    with SalesCompany(tmp_path, Desk) as company:
        yield company


def test_an_mql_reaches_sales_and_comes_back_with_a_reason(company: SalesCompany[Desk]) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.convert("bia", "ebook-a")
    lines = company.run()
    assert outcome(lines) == "ok", [(line.step, line.stream, line.error, line.hint) for line in lines]
    [lead] = company.crm.live("Leads")
    assert (lead["First_Name"], lead["Last_Name"], lead["Email"]) == ("Ana", "Silva", ANA)
    assert (lead["Leadloop_Score"], lead["Leadloop_Grade"], lead["Leadloop_MQL"]) == (60, "A", True)
    assert "ebook-a" in lead["Leadloop_Reasons"]
    assert company.desk.tagged(ANA)
    [task] = company.crm.live("Tasks")
    assert (task["Subject"], task["What_Id"]["id"]) == ("Call Ana: A, 60 points", lead["id"])
    assert task["Owner"]["id"] == lead["Owner"]["id"]


class TestConvertedLeads(ConvertedLeads):
    contact = "Contacts"
    score = "Leadloop_Score"
    sales = "724445000000323201"


@pytest.mark.parametrize("mapped", [True, False], ids=["fields carried over", "fields left behind"])
def test_a_converted_lead_is_not_made_a_second_time(company: SalesCompany[Desk], mapped: bool) -> None:
    company.crm.maps_fields = mapped
    company.mql()
    company.desk.qualify(ANA)
    company.convert("ana", "ebook-c")
    company.run_until_quiet()
    assert company.desk.count(ANA) == 1
    assert [row["Leadloop_Score"] for row in company.crm.live("Contacts")] == [90]


def test_a_person_that_sales_knows_is_not_made_again(company: SalesCompany[Desk]) -> None:
    contact = company.crm.add_contact("Ana of Acme", ANA)
    company.mql()
    row = company.crm.record(("Contacts", contact))
    assert company.desk.count(ANA) == 1
    assert (row["Last_Name"], row["Leadloop_Score"]) == ("Ana of Acme", 60)
    company.crm.edit(("Contacts", contact), Rejection_Reason="No fit")
    company.run_until_quiet()
    assert company.told() == ("rejected", "sales", "no_fit")
