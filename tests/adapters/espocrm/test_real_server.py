"""The real loop between RD Station and an EspoCRM that somebody runs; its own stream judges it.

Runs where ESPOCRM_URL and ESPOCRM_KEY are given, and leaves behind what the key may not delete.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from secrets import randbits, token_hex

import pytest

from connector.loop.tally import outcome
from connector.shipped import shipped
from tests.adapters.espocrm import real
from tests.adapters.espocrm.real import ADMIN, HOST, KEY, MISSING, URL, People, WallClock
from tests.sync.world import Company, address

pytestmark = [
    pytest.mark.long,
    pytest.mark.allow_hosts([HOST, "127.0.0.1"]),
    pytest.mark.skipif(not (URL and KEY), reason=MISSING),
]

MEANS = {"In Process": "accepted", "Recycled": "recycled", "Dead": "rejected", "Converted": "qualified"}
A_MOMENT_S = 2.2
"""EspoCRM keeps whole seconds, and its clock is known to one: so long changes and looks wait for each other."""


class RealCompany(Company):
    """RD Station, simulated, and EspoCRM as it is, with leadloop between them. Names are new in each run."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, clock=WallClock(), seed=randbits(64))  # keys are new in each run, too
        self.people = People()
        self.run_id = token_hex(4)

    def __enter__(self) -> RealCompany:
        super().__enter__()
        self._stack.callback(self.people.clear)
        crm = {"adapter": "espocrm", "base_url": URL, "mapping": str(shipped("espocrm.yaml")), "allow_private": True}
        since = self.clock.now().date().isoformat()
        if ADMIN:
            user, password = ADMIN.split(":", 1)
            signed = {**crm, "credentials": {"username": user, "password": password}, "since": since}
            self.settings["all"] = {"crm": {"espo": signed}}
            [one] = self.open().crm
            told = one.adapter.ensure_fields(one.mapping.field_plan())
            assert {line.status for line in told} <= {"exists", "created"}, told
            self.close()
        self.settings["all"] = {"crm": {"espo": {**crm, "credentials": {"api_key": KEY}, "since": since}}}
        return self

    def mqls(self, *names: str) -> list[str]:
        """These become MQLs and are pushed; their whole names."""
        whole = [f"{name}-{self.run_id}" for name in names]
        for name in whole:
            self.convert(name, "ebook-a", "ebook-b")
        self.settle()
        self.pause()
        return whole

    def settle(self) -> None:
        """Passes until nothing is under way to EspoCRM; RD Station's events take minutes, and are not waited for."""
        self.pause()
        for _ in range(5):
            lines = self.run()
            assert outcome(lines) == "ok", [(line.step, line.stream, line.error, line.hint) for line in lines]
            if not self.ask(
                "SELECT 1 FROM outbox WHERE connection = 'espo' AND state IN ('planned', 'sent', 'unknown')"
            ):
                return
        raise AssertionError("writes to EspoCRM are still under way")

    def pause(self) -> None:
        """The next seconds begin."""
        self.clock.sleep(A_MOMENT_S)

    def decided(self, name: str) -> list[tuple[str, str | None]]:
        """What the store holds of sales' decisions on somebody, oldest first."""
        found = self.ask("SELECT kind, reason FROM decisions WHERE person_id = ? ORDER BY at, id", self.person(name))
        return [(str(kind), reason) for kind, reason in found]


@pytest.fixture
def company(tmp_path: Path) -> Iterator[RealCompany]:
    with RealCompany(tmp_path) as company:
        yield company


def test_leadloop_may_do_there_what_it_needs(company: RealCompany) -> None:
    [crm] = company.open().crm
    assert [line for line in crm.adapter.check() if line.level == "fail"] == []


def test_an_mql_reaches_sales_and_comes_back_with_a_reason(company: RealCompany) -> None:
    [ana] = company.mqls("ana")
    lead = company.people.lead(address(ana))
    assert (lead["cLeadloopScore"], lead["cLeadloopGrade"], lead["cLeadloopMql"]) == (60, "A", True)
    assert lead["cTags"] == ["MQL"]
    assert len(company.people.tasks(lead["id"])) == 1
    company.people.edit("Lead", lead["id"], status="Dead", cRejectionReason="No budget")
    company.settle()
    assert company.decided(ana) == [("rejected", "no_budget")]
    assert company.contact(ana)["cf_rejection_reason"] == "no_budget"
    before = company.people.lead(address(ana))["modifiedAt"]
    company.pause()
    assert outcome(company.run()) == "ok"
    assert company.people.lead(address(ana))["modifiedAt"] == before, "a second run with nothing new sends nothing"
    assert company.people.count(address(ana)) == 1
    assert company.rejects() == []


def test_no_decision_is_missed(company: RealCompany) -> None:
    ana, bia = company.mqls("ana", "bia")
    people = company.people
    leads = {name: people.lead(address(name))["id"] for name in (ana, bia)}
    for lead in leads.values():
        people.edit("Lead", lead, status="In Process")
    company.settle()
    deals = {name: people.convert(lead) for name, lead in leads.items()}
    company.settle()
    people.edit("Opportunity", deals[ana], stage="Closed Won", amount=900)
    people.edit("Opportunity", deals[bia], stage="Closed Lost", cLostReason="Competitor")
    company.settle()
    for name, lead in leads.items():
        kinds = [kind for kind, _ in company.decided(name)]
        assert kinds[:-1] == [MEANS[one] for one in people.states("Lead", lead)], f"EspoCRM's own stream of {name}"
    assert [company.stage(name) for name in (ana, bia)] == ["won", "lost"]
    assert company.decided(bia)[-1] == ("lost", "competitor")
    won = company.ask("SELECT amount FROM decisions WHERE kind = 'won' AND person_id = ?", company.person(ana))
    assert won == [(900.0,)]
    assert company.rejects() == []


@pytest.mark.skipif(not real.ADMIN, reason="ESPOCRM_ADMIN (user:password) is not set: leadloop's own user plays sales")
def test_a_decision_has_its_moment_and_author(company: RealCompany) -> None:
    [ana] = company.mqls("ana")
    lead = company.people.lead(address(ana))
    company.people.edit("Lead", lead["id"], status="In Process")
    company.settle()
    [(by, precision)] = company.ask("SELECT by, precision FROM decisions WHERE person_id = ?", company.person(ana))
    assert by
    assert precision == "exact"
