"""The real loop between RD Station and Pipedrive: pushed, decided on, told back, and then quiet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connector.loop.tally import outcome
from tests.adapters.pipedrive.desk import Desk
from tests.platforms.company import SalesCompany
from tests.sync.world import address


class PipedriveCompany(SalesCompany[Desk]):
    """RD Station and Pipedrive, with leadloop between them; `made` is what is made for an MQL."""

    def __init__(self, folder: Path, made: str) -> None:
        super().__init__(folder, Desk, object=made)
        self.made = made

    def row_of(self, name: str) -> dict[str, Any]:
        """The one person of an address in Pipedrive."""
        [found] = [row for row in self.crm.live("person") if row["emails"][0]["value"] == address(name)]
        return found

    def record(self, name: str, kind: str = "") -> tuple[str, Any]:
        """The one record that stands for somebody."""
        kind = kind or self.made
        person = self.row_of(name)["id"]
        [found] = [row["id"] for row in self.crm.live(kind) if person in (row["id"], row.get("person_id"))]
        return kind, found


@pytest.fixture(params=["lead", "person", "deal"])
def company(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PipedriveCompany]:
    with PipedriveCompany(tmp_path, request.param) as company:
        yield company


def test_an_mql_reaches_sales_and_comes_back_with_a_reason(company: PipedriveCompany) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.convert("bia", "ebook-a")
    lines = company.run()
    assert outcome(lines) == "ok", [(line.step, line.stream, line.error, line.hint) for line in lines]
    ref = company.record("ana")
    assert company.row_of("ana")["name"] == "Ana Silva"
    assert [company.crm.value(ref, name) for name in ("Lead score", "Lead grade")] == [60, "A"]
    assert company.crm.labels_of(ref) == ["MQL"]
    assert "ebook-a" in company.crm.value(ref, "MQL reason")
    [task] = company.crm.store.rows["activity"].values()
    assert (task["subject"], task["person_id"]) == ("Call Ana: A, 60 points", company.row_of("ana")["id"])
    assert len(company.crm.live("person")) == 1, "only MQLs are made"

    company.run_until_quiet()
    written = company.desk.writes
    company.run()
    assert company.desk.writes == written, "a second run with nothing new sends nothing"

    company.later(minutes=10)
    if company.made == "deal":
        company.crm.close(ref[1], won=False, reason="No budget")
    elif company.made == "lead":
        company.crm.archive(ref, **{"Rejection reason": "No budget"})
    else:
        company.crm.edit(ref, **{"Rejection reason": "No budget"})
    company.run_until_quiet()
    told = company.contact("ana")
    assert company.history("ana")[-1][:2] == ("lost" if company.made == "deal" else "rejected", "sales")
    assert told["cf_rejection_reason"] == "no_budget"
    assert company.ask("SELECT stream, code, text FROM rejects WHERE state = 'open'") == []
    written = company.desk.writes
    company.run()
    assert company.desk.writes == written
    assert len(company.crm.live("person")) == 1


def test_a_deal_of_the_person_is_qualified_and_won(company: PipedriveCompany) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run()
    company.later(minutes=10)
    if company.made == "lead":
        deal = company.crm.convert(company.record("ana")[1])
    elif company.made == "person":
        deal = company.crm.add_deal(company.record("ana")[1])
    else:
        deal = company.record("ana")[1]
        company.crm.move(deal, 2)
        company.run()
        assert company.stage("ana") == "accepted"
        company.later(minutes=10)
        company.crm.move(deal, 3)
    company.run()
    assert company.stage("ana") == "qualified"
    company.later(hours=2)
    company.crm.close(deal, won=True, value=900)
    company.run_until_quiet()
    assert company.stage("ana") == "won"
    assert company.ask("SELECT kind, amount, by FROM decisions WHERE kind = 'won'") == [("won", 900.0, "201")]
    assert company.contact("ana")["sales"] == ["OPPORTUNITY", "SALE"]


def test_a_person_that_sales_knows_is_not_made_again(company: PipedriveCompany) -> None:
    known = company.crm.add_person("Ana of Acme", address("ana"))
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    assert [row["id"] for row in company.crm.live("person")] == [known]
    assert company.row_of("ana")["name"] == "Ana of Acme"
    assert company.crm.value(company.record("ana"), "Lead score") == 60


def test_a_lead_that_was_put_aside_is_followed_at_its_person(tmp_path: Path) -> None:
    with PipedriveCompany(tmp_path, "lead") as company:
        company.convert("ana", "ebook-a", "ebook-b")
        company.run_until_quiet()
        company.crm.archive(company.record("ana"), **{"Rejection reason": "No fit"})
        company.run_until_quiet()
        company.convert("ana", "ebook-c")
        company.run_until_quiet()
        assert company.crm.value(company.record("ana", "person"), "Lead score") == 90
        assert len(company.crm.store.rows["lead"]) == 1, "what sales put aside is not made a second time"
