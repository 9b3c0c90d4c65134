"""Sales in a simulated Odoo: leads that are taken on, converted, marked lost with a reason, and won."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from connector.testing.simulators.odoo import SALES_USERS, OdooSimulator
from tests.platforms.desk import WORDING, ChangingDesk


class Desk(ChangingDesk):
    """A record is a lead until sales converts it, and stays the same record."""

    name: ClassVar[str] = "odoo"
    options: ClassVar[Mapping[str, Any]] = {}
    """What else the simulator is told."""

    @cached_property
    def simulator(self) -> OdooSimulator:
        return self.made(OdooSimulator, **self.options)

    def connection(self) -> Mapping[str, Any]:
        return self.block("odoo.yaml", self.simulator.credentials)

    def tagged(self, email: str) -> bool:
        return "MQL" in self.simulator.tags_of(self._lead(email))

    def count(self, email: str) -> int:
        return len(self.simulator.leads_of(email))

    def score(self, email: str) -> int:
        [lead] = self.simulator.leads_of(email)
        return int(lead["x_leadloop_score"])

    def set_score(self, email: str, points: int) -> None:
        self.simulator.edit(self._lead(email), x_leadloop_score=points)

    def accept(self, email: str) -> None:
        self.simulator.assign(self._lead(email), SALES_USERS[0])

    def qualify(self, email: str) -> None:
        self.simulator.convert(self._lead(email))

    def reject(self, email: str, reason: str) -> None:
        self.simulator.lose(self._lead(email), WORDING[reason])

    def recycle(self, email: str, reason: str) -> None:
        self.simulator.lose(self._lead(email), f"Recycled: {WORDING[reason]}")

    def win(self, email: str, amount: float) -> None:
        self.simulator.win(self._lead(email), amount)

    def lose(self, email: str, reason: str) -> None:
        self.simulator.lose(self._lead(email), WORDING[reason])

    def take_back(self, email: str) -> None:
        self.simulator.restore(self._lead(email))
        self.simulator.assign(self._lead(email), SALES_USERS[1])

    def reopen(self, email: str) -> None:
        self.simulator.restore(self._lead(email))

    def hand_over(self, email: str) -> None:
        self.simulator.assign(self._lead(email), SALES_USERS[1])

    def delete(self, email: str) -> None:
        self.simulator.delete(self._lead(email))

    def merge(self, loser: str, winner: str) -> None:
        self.simulator.merge(self._lead(loser), self._lead(winner))

    @property
    def writes(self) -> int:
        return len(self.simulator.calls("POST", "/(create|write)$"))

    def _lead(self, email: str) -> int:
        [lead] = self.simulator.leads_of(email)
        return int(lead["id"])


class DeskOfOpportunities(Desk):
    """A database before 19.0 that uses no leads: everything is an opportunity, and qualified once it moves on."""

    options: ClassVar[Mapping[str, Any]] = {"version": 17, "uses_leads": False}

    def qualify(self, email: str) -> None:
        self.simulator.move(self._lead(email), "Qualified")


class DeskWithoutSettings(Desk):
    """leadloop's user may not read tracked values."""

    @cached_property
    def simulator(self) -> OdooSimulator:
        odoo = super().simulator
        odoo.methods.is_admin = False
        return odoo
