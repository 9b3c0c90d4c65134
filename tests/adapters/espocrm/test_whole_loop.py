"""The real loop between RD Station and EspoCRM: pushed, decided on, told back, and then quiet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.loop.tally import outcome
from tests.adapters.espocrm.desk import Desk
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
    [lead] = company.crm.live("Lead")
    assert (lead["firstName"], lead["lastName"], lead["emailAddress"]) == ("Ana", "Silva", ANA)
    assert (lead["cLeadloopScore"], lead["cLeadloopGrade"], lead["cLeadloopMql"]) == (60, "A", True)
    assert "ebook-a" in lead["cLeadloopReasons"]
    assert lead["cTags"] == ["MQL"]
    [task] = company.crm.live("Task")
    assert (task["name"], task["parentId"]) == ("Call Ana: A, 60 points", lead["id"])


class TestConvertedLeads(ConvertedLeads):
    contact = "Contact"
    score = "cLeadloopScore"
    sales = "65f0a0000000000b1"


def test_a_lead_with_an_old_reason_is_not_rejected_again_by_its_conversion(company: SalesCompany[Desk]) -> None:
    company.mql()
    company.crm.edit(company.desk._record(ANA), status="In Process", cRejectionReason="Bad timing")
    company.run()
    company.later(minutes=10)
    company.desk.qualify(ANA)
    company.run_until_quiet()
    assert company.stage("ana") == "qualified"


def test_a_person_that_sales_knows_is_not_made_again(company: SalesCompany[Desk]) -> None:
    contact = company.crm.add_contact("Ana of Acme", ANA)
    company.mql()
    row = company.crm.record(("Contact", contact))
    assert company.desk.count(ANA) == 1
    assert (row["lastName"], row["cLeadloopScore"], row["cTags"]) == ("Ana of Acme", 60, ["MQL"])
    [task] = company.crm.live("Task")
    assert (task["parentType"], task["assignedUserId"]) == ("Contact", row["assignedUserId"])
    company.crm.edit(("Contact", contact), cDeclineReason="No fit")
    company.run_until_quiet()
    assert company.told() == ("rejected", "sales", "no_fit")


def test_two_persons_of_one_name_are_two_leads(company: SalesCompany[Desk]) -> None:
    company.crm.add_lead("Silva", "another-ana@elsewhere.example", firstName="Ana")
    company.mql()
    assert company.desk.count(ANA) == 1
    assert company.desk.tagged(ANA)
    assert company.rejects() == []
