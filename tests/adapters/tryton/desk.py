"""Sales in Tryton, on a real server: leads become opportunities, quotations, orders, or are lost with a reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Self

from connector.testing.conformance.clock import Clock
from tests.adapters.tryton.front import TrytonFront
from tests.adapters.tryton.office import Office
from tests.adapters.tryton.running import TrytonServer
from tests.platforms.desk import SalesDesk

WORDS: Mapping[str, str] = {
    "no_budget": "No budget", "bad_timing": "Bad timing", "no_contact": "No answer", "invalid_data": "Wrong number",
    "no_fit": "Not a good fit", "no_authority": "Not the decision maker", "competitor": "Lost to competitor",
    "existing_customer": "Already a customer", "duplicate": "Duplicate", "not_a_buyer": "Student", "other": "Other",
    "none_given": "",
}  # fmt: skip
"""What people type for each reason: Tryton's reason for loss is free text."""


class Desk(SalesDesk):
    """The people of `Office`, named as the script names them. `simulator` is the front of the real server."""

    name = "tryton"

    def __init__(self, clock: Clock, factor: float, server: TrytonServer) -> None:
        super().__init__(clock, factor)
        self.server = server
        self.office = Office(server, clock.now)

    def __enter__(self) -> Self:
        self.server.reset()
        return super().__enter__()

    @cached_property
    def simulator(self) -> TrytonFront:
        return self.made(TrytonFront, server=self.server)

    def connection(self) -> Mapping[str, Any]:
        return self.block("tryton.yaml", self.simulator.credentials)

    def tagged(self, email: str) -> bool:
        return "MQL" in self.office.categories(int(self.office.opportunity(self.lead(email))["party"]))

    def count(self, email: str) -> int:
        return len(self.office.of_email(email))

    def score(self, email: str) -> int:
        [points] = re.findall(r"^Lead score: (\d+)$", self._comment(email), re.MULTILINE)
        return int(points)

    def set_score(self, email: str, points: int) -> None:
        changed = re.sub(r"^Lead score: \d+$", f"Lead score: {points}", self._comment(email), flags=re.MULTILINE)
        self.office.edit(self.lead(email), comment=changed)

    def _comment(self, email: str) -> str:
        return str(self.office.opportunity(self.lead(email))["comment"])

    def accept(self, email: str) -> None:
        self.office.accept(self.lead(email))

    def qualify(self, email: str) -> None:
        self.office.convert(self.lead(email))

    def reject(self, email: str, reason: str) -> None:
        self.office.lose(self.lead(email), WORDS[reason])

    def recycle(self, email: str, reason: str) -> None:
        self.office.lose(self.lead(email), f"Nurture: {WORDS[reason]}")

    def win(self, email: str, amount: float) -> None:
        self.office.win(self.lead(email), amount)

    def lose(self, email: str, reason: str) -> None:
        lead = self.lead(email)
        if not self.office.opportunity(lead)["sales"]:
            self.office.convert(lead)
        self.office.drop(lead, WORDS[reason])

    @property
    def writes(self) -> int:
        return len(self.simulator.calls("POST|PUT|DELETE", r"/(create|import_data)$|/\d+$"))

    def lead(self, email: str) -> int:
        """The one opportunity of an address."""
        [found] = self.office.of_email(email)
        return found
