"""The real loop between RD Station and a real Tryton: pushed, decided on, told back. Tryton's own history judges it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from connector.loop.tally import outcome
from connector.model import REASONS
from tests.adapters.tryton.desk import Desk
from tests.adapters.tryton.running import TrytonServer
from tests.platforms.company import SalesCompany
from tests.sync.world import address

pytestmark = pytest.mark.long

DECIDED = {"opportunity": "accepted", "converted": "qualified", "won": "won"}


class TrytonCompany(SalesCompany[Desk]):
    """RD Station and Tryton, with leadloop between them."""

    def __init__(self, folder: Path, server: TrytonServer) -> None:
        super().__init__(folder, partial(Desk, server=server))

    def deciders(self, name: str) -> list[str]:
        """Who made each decision on a name, oldest first."""
        found = self.ask("SELECT by FROM decisions WHERE person_id = ? ORDER BY at, id", self.person(name))
        return [str(by) for (by,) in found]

    def versions(self, name: str) -> list[str]:
        """The states that Tryton's own history table holds of a lead, oldest first, each once in a row."""
        id_ = self.desk.lead(address(name))
        rows = self.desk.server.sql("SELECT state FROM sale_opportunity__history WHERE id = ? ORDER BY __id", id_)
        states = [str(state) for (state,) in rows]
        return [one for one, before in zip(states, [None, *states], strict=False) if one != before]


@pytest.fixture
def company(tmp_path: Path, running: TrytonServer) -> Iterator[TrytonCompany]:
    with TrytonCompany(tmp_path, running) as company:
        yield company


def test_an_mql_reaches_sales_and_comes_back_with_a_reason(company: TrytonCompany) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.convert("bia", "ebook-a")
    lines = company.run()
    assert outcome(lines) == "ok", [(line.step, line.stream, line.error, line.hint) for line in lines]
    office, email = company.desk.office, address("ana")
    lead = company.desk.lead(email)
    row = office.opportunity(lead)
    assert "Lead grade: A\nLead score: 60\nMQL: yes\n" in row["comment"]
    assert "ebook-a" in row["comment"]
    assert (row["state"], row["description"]) == ("lead", "Ana Silva")
    assert company.desk.tagged(email)
    [note] = office.notes(lead)
    assert note.startswith("Call Ana: A, 60 points\nUntil 2026-")
    assert office.of_email(address("bia")) == [], "only MQLs are made"

    company.run_until_quiet()
    written = company.desk.writes
    company.run()
    assert company.desk.writes == written, "a second run with nothing new sends nothing"

    company.later(minutes=10)
    company.desk.reject(email, "no_budget")
    company.run_until_quiet()
    me = str(office.me["user"])
    assert company.decided("ana") == [("rejected", "no_budget")]
    assert company.deciders("ana") == [me]
    assert company.contact("ana")["cf_rejection_reason"] == "no_budget"
    assert company.ask("SELECT stream, code, text FROM rejects WHERE state = 'open'") == []
    written = company.desk.writes
    company.run()
    assert company.desk.writes == written
    assert company.desk.count(email) == 1


def test_no_decision_is_missed_between_two_looks(company: TrytonCompany) -> None:
    names = ("ana", "bia", "caio", "duda")
    for name in names:
        company.convert(name, "ebook-a", "ebook-b")
    company.run_until_quiet()
    desk = company.desk
    for step in ("accept", "qualify"):
        for name in names:
            company.later(minutes=3)
            getattr(desk, step)(address(name))
    company.later(minutes=3)
    desk.win(address("ana"), 900)
    desk.lose(address("bia"), "competitor")
    desk.win(address("caio"), 1250.5)
    company.run_until_quiet()
    me = str(desk.office.me["user"])
    for name in names:
        last = company.versions(name)[-1]
        expected = [DECIDED.get(state, state) for state in company.versions(name) if state != "lead"]
        assert [kind for kind, _ in company.decided(name)] == expected, f"Tryton's own history of {name}"
        assert set(company.deciders(name)) == {me}
        assert company.stage(name) == {"converted": "qualified"}.get(last, last)
    assert company.decided("bia")[-1][1] == "competitor"
    assert company.ask("SELECT amount FROM decisions WHERE kind = 'won' ORDER BY amount") == [(900.0,), (1250.5,)]


def test_every_reason_comes_back_as_what_it_is(company: TrytonCompany) -> None:
    names = {reason: f"lead-{reason.replace('_', '-')}" for reason in REASONS}
    for name in [*names.values(), "later"]:
        company.convert(name, "ebook-a", "ebook-b")
    company.run_until_quiet()
    company.later(minutes=5)
    for reason, name in names.items():
        company.desk.reject(address(name), reason)
    company.desk.recycle(address("later"), "bad_timing")
    company.run()
    assert {name: company.decided(name)[-1] for name in names.values()} == {
        name: ("rejected", reason) for reason, name in names.items()
    }
    assert company.decided("later") == [("recycled", "bad_timing")]


def test_a_lead_that_was_lost_goes_on_at_its_party(company: TrytonCompany) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    company.desk.reject(address("ana"), "no_fit")
    company.run_until_quiet()
    company.convert("ana", "ebook-c")
    company.run_until_quiet()
    party = company.desk.office.opportunity(company.desk.lead(address("ana")))["party"]
    domain = [["party", "=", party], ["name", "=", "leadloop"]]
    [mechanism] = company.desk.office.search("party.contact_mechanism", domain, "comment")
    assert "Lead score: 90" in mechanism["comment"]
    assert company.desk.count(address("ana")) == 1, "what sales lost is not made a second time"


def test_a_person_that_sales_knows_is_not_made_again(company: TrytonCompany) -> None:
    known = company.desk.office.add_lead(
        "Ana of Acme", address("ana").upper(), reference="PO 77", comment="Met at a fair."
    )
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    assert company.desk.count(address("ana")) == 1
    row = company.desk.office.opportunity(known)
    assert (row["reference"], row["description"]) == ("PO 77", "Ana of Acme"), "what sales wrote stays"
    assert row["comment"].startswith("Met at a fair.\n\n--- leadloop ---\nLead grade: A\nLead score: 60\n")


def test_a_line_of_ours_that_sales_changed_is_written_again_and_the_second_time_it_is_told(
    company: TrytonCompany,
) -> None:
    company.mql()
    company.desk.accept(address("ana"))
    company.run_until_quiet()
    assert company.ask("SELECT corrected FROM desired WHERE connection = 'crm'") == [("{}",)]
    for expected in (60, 7):
        company.later(hours=1)
        company.desk.set_score(address("ana"), 7)
        company.run_until_quiet()
        assert company.desk.score(address("ana")) == expected
    assert company.rejects() == [("crm", "field_contested", "field_contested")]
    written = company.desk.writes
    company.run()
    assert company.desk.writes == written
