"""One script of what sales decides, played in each CRM's own terms, leaves the same in the store."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

import pytest

from connector.loop.tally import outcome
from tests.platforms.company import SalesCompany
from tests.platforms.desk import SalesDesk
from tests.sync.world import address

SIMULATED = ("dynamics365", "espocrm", "hubspot", "odoo", "pipedrive", "rdstation", "salesforce", "zoho")
SCRIPT: dict[str, Sequence[tuple[str, ...]]] = {
    "ana": (("accepted",), ("qualified",), ("won",)),
    "bia": (("accepted",), ("qualified",), ("lost", "competitor")),
    "caio": (("accepted",), ("rejected", "invalid_data")),
    "davi": (("rejected", "no_contact"),),
    "eva": (("rejected", "no_budget"),),
    "fabio": (("recycled", "bad_timing"),),
    "gil": (("qualified",),),
    "hugo": (("accepted",),),
    "iris": (),
}
"""Each lead's steps: what is decided, and why. All become MQLs first; half a day lies between two steps."""
STAGE = {"rejected": "lead", "recycled": "lead"}
AMOUNT = 900.0


def desk_of(name: str) -> type[SalesDesk]:
    """The desk that the platform's own tests give."""
    found: type[SalesDesk] = importlib.import_module(f"tests.adapters.{name}.desk").Desk
    return found


class Play(SalesCompany[SalesDesk]):
    """RD Station as marketing, and sales at a desk."""

    def __enter__(self) -> Self:
        super().__enter__()
        [crm] = self.open().crm
        crm.adapter.ensure_fields(crm.mapping.field_plan())
        return self

    def decide(self, name: str, kind: str, reason: str = "") -> None:
        """One step of the script, at the desk."""
        email = address(name)
        if kind == "won":
            self.desk.win(email, AMOUNT)
        elif kind in ("rejected", "recycled", "lost"):
            {"rejected": self.desk.reject, "recycled": self.desk.recycle, "lost": self.desk.lose}[kind](email, reason)
        else:
            {"accepted": self.desk.accept, "qualified": self.desk.qualify}[kind](email)


@pytest.fixture(params=SIMULATED)
def play(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Play]:
    with Play(tmp_path, desk_of(request.param)) as play:
        yield play


def test_the_same_decisions_reasons_and_stages_whatever_the_crm(play: Play) -> None:
    for name in SCRIPT:
        play.convert(name, "ebook-a", "ebook-b")
    play.run_until_quiet()
    assert [play.desk.tagged(address(name)) for name in SCRIPT] == [True] * len(SCRIPT)

    for step in range(max(map(len, SCRIPT.values()))):
        play.later(hours=12)
        for name, steps in SCRIPT.items():
            if step < len(steps) and steps[step][0] in play.desk.can:
                play.decide(name, *steps[step])
        play.run_until_quiet()

    for name, steps in SCRIPT.items():
        told = [(kind, *why) if why else (kind, None) for kind, *why in steps if kind in play.desk.can]
        assert play.decided(name) == told, name
        last = told[-1][0] if told else "mql"
        assert play.stage(name) == STAGE.get(last, last), name
    assert play.ask("SELECT amount FROM decisions WHERE kind = 'won'") == [(AMOUNT,)]
    assert play.rejects() == []


def test_the_script_is_told_to_marketing_and_then_nothing_more_is_written(play: Play) -> None:
    for name in ("ana", "caio"):
        play.convert(name, "ebook-a", "ebook-b")
    play.run_until_quiet()
    play.later(hours=12)
    play.decide("caio", "rejected", "invalid_data")
    play.run_until_quiet()
    told = play.contact("caio")
    assert (told["cf_sales_decision"], told["cf_rejection_reason"]) == ("rejected", "invalid_data")
    written = play.desk.writes
    for _ in range(2):
        play.later(hours=1)
        assert outcome(play.run()) == "ok"
    assert play.desk.writes == written
    assert [play.desk.count(address(name)) for name in ("ana", "caio")] == [1, 1]
