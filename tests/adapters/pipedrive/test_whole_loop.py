"""The real loop between RD Station and Pipedrive: pushed, decided on, told back, and then quiet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connector.loop.tally import outcome
from connector.shipped import shipped
from connector.testing.simulators.pipedrive import PipedriveSimulator
from tests.sync.world import FACTOR, Company, address


class PipedriveCompany(Company):
    """RD Station and Pipedrive, with leadloop between them; `object` is what is made for an MQL."""

    def __init__(self, folder: Path, made: str) -> None:
        super().__init__(folder)
        times: dict[str, Any] = {"clock": self.clock.now, "monotonic": self.clock.monotonic}
        self.pd = PipedriveSimulator(**times, factor=FACTOR)
        self.made = made

    def __enter__(self) -> PipedriveCompany:
        super().__enter__()
        self._stack.enter_context(self.pd)
        connection = {
            "adapter": "pipedrive", "credentials": self.pd.credentials, "base_url": self.pd.base_url,
            "mapping": str(shipped("pipedrive.yaml")), "object": self.made,
        }  # fmt: skip
        self.settings["all"] = {"crm": {f"pipedrive-{self.made}": connection}}
        return self

    def row_of(self, name: str) -> dict[str, Any]:
        """The one person of an address in Pipedrive."""
        [found] = [row for row in self.pd.live("person") if row["emails"][0]["value"] == address(name)]
        return found

    def record(self, name: str, kind: str = "") -> tuple[str, Any]:
        """The one record that stands for somebody."""
        kind = kind or self.made
        person = self.row_of(name)["id"]
        [found] = [row["id"] for row in self.pd.live(kind) if person in (row["id"], row.get("person_id"))]
        return kind, found

    def writes(self) -> int:
        """Requests that wrote."""
        return len(self.pd.calls("POST|PATCH"))


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
    assert [company.pd.value(ref, name) for name in ("Lead score", "Lead grade")] == [60, "A"]
    assert company.pd.labels_of(ref) == ["MQL"]
    assert "ebook-a" in company.pd.value(ref, "MQL reason")
    [task] = company.pd.store.rows["activity"].values()
    assert (task["subject"], task["person_id"]) == ("Call Ana: A, 60 points", company.row_of("ana")["id"])
    assert len(company.pd.live("person")) == 1, "only MQLs are made"

    company.run_until_quiet()
    written = company.writes()
    company.run()
    assert company.writes() == written, "a second run with nothing new sends nothing"

    company.later(minutes=10)
    if company.made == "deal":
        company.pd.close(ref[1], won=False, reason="No budget")
    elif company.made == "lead":
        company.pd.archive(ref, **{"Rejection reason": "No budget"})
    else:
        company.pd.edit(ref, **{"Rejection reason": "No budget"})
    company.run_until_quiet()
    told = company.contact("ana")
    assert company.history("ana")[-1][:2] == ("lost" if company.made == "deal" else "rejected", "sales")
    assert told["cf_rejection_reason"] == "no_budget"
    assert company.ask("SELECT stream, code, text FROM rejects WHERE state = 'open'") == []
    written = company.writes()
    company.run()
    assert company.writes() == written
    assert len(company.pd.live("person")) == 1


def test_a_deal_of_the_person_is_qualified_and_won(company: PipedriveCompany) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run()
    company.later(minutes=10)
    if company.made == "lead":
        deal = company.pd.convert(company.record("ana")[1])
    elif company.made == "person":
        deal = company.pd.add_deal(company.record("ana")[1])
    else:
        deal = company.record("ana")[1]
        company.pd.move(deal, 2)
        company.run()
        assert company.stage("ana") == "accepted"
        company.later(minutes=10)
        company.pd.move(deal, 3)
    company.run()
    assert company.stage("ana") == "qualified"
    company.later(hours=2)
    company.pd.close(deal, won=True, value=900)
    company.run_until_quiet()
    assert company.stage("ana") == "won"
    assert company.ask("SELECT kind, amount, by FROM decisions WHERE kind = 'won'") == [("won", 900.0, "201")]
    assert company.contact("ana")["sales"] == ["OPPORTUNITY", "SALE"]


def test_a_person_that_sales_knows_is_not_made_again(company: PipedriveCompany) -> None:
    known = company.pd.add_person("Ana of Acme", address("ana"))
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    assert [row["id"] for row in company.pd.live("person")] == [known]
    assert company.row_of("ana")["name"] == "Ana of Acme"
    assert company.pd.value(company.record("ana"), "Lead score") == 60


def test_a_lead_that_was_put_aside_is_followed_at_its_person(tmp_path: Path) -> None:
    with PipedriveCompany(tmp_path, "lead") as company:
        company.convert("ana", "ebook-a", "ebook-b")
        company.run_until_quiet()
        company.pd.archive(company.record("ana"), **{"Rejection reason": "No fit"})
        company.run_until_quiet()
        company.convert("ana", "ebook-c")
        company.run_until_quiet()
        assert company.pd.value(company.record("ana", "person"), "Lead score") == 90
        assert len(company.pd.store.rows["lead"]) == 1, "what sales put aside is not made a second time"
