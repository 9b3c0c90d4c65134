"""A sales team that works in EspoCRM: statuses and conversions of leads, stages of opportunities."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from connector.testing.simulators.espocrm import SALES_USERS, EspoSimulator
from tests.platforms.desk import ChangingDesk

Ref = tuple[str, str]
PICKED = {"rejected": "Dead", "recycled": "Recycled", "accepted": "In Process"}


class Desk(ChangingDesk):
    """Converts leads with an opportunity; fields of one name are carried over by EspoCRM itself."""

    name: ClassVar[str] = "espocrm"

    @cached_property
    def simulator(self) -> EspoSimulator:
        return self.made(EspoSimulator)

    def connection(self) -> Mapping[str, Any]:
        return self.block("espocrm.yaml", self.simulator.credentials)

    def tagged(self, email: str) -> bool:
        return "MQL" in (self.simulator.record(self._record(email)).get("cTags") or [])

    def count(self, email: str) -> int:
        return len(self._records(email))

    def score(self, email: str) -> int:
        return int(self.simulator.record(self._record(email))["cLeadloopScore"])

    def set_score(self, email: str, points: int) -> None:
        self.simulator.edit(self._record(email), cLeadloopScore=points)

    def accept(self, email: str) -> None:
        self.simulator.edit(self._record(email), status=PICKED["accepted"])

    def qualify(self, email: str) -> None:
        self.simulator.convert(self._record(email)[1])

    def reject(self, email: str, reason: str) -> None:
        self.simulator.edit(self._record(email), status=PICKED["rejected"], cRejectionReason=_worded(reason))

    def recycle(self, email: str, reason: str) -> None:
        self.simulator.edit(self._record(email), status=PICKED["recycled"], cRejectionReason=_worded(reason))

    def win(self, email: str, amount: float) -> None:
        self.simulator.close(self._deal(email), won=True, amount=amount)

    def lose(self, email: str, reason: str) -> None:
        self.simulator.close(self._deal(email), won=False, cLostReason=_worded(reason))

    def reopen(self, email: str) -> None:
        self.simulator.edit(("Opportunity", self._deal(email)), stage="Qualification")

    def hand_over(self, email: str) -> None:
        self.simulator.edit(self._record(email), assignedUserId=SALES_USERS[1])

    def delete(self, email: str) -> None:
        self.simulator.delete(self._record(email))

    def merge(self, loser: str, winner: str) -> None:
        self.simulator.merge(self._record(loser), self._record(winner))

    @property
    def writes(self) -> int:
        return len(self.simulator.calls("POST|PUT"))

    def _records(self, email: str) -> list[Ref]:
        """A lead and its own contact count once: converted leads are no live records."""
        live = [(entity, row) for entity in ("Lead", "Contact") for row in self.simulator.live(entity)]
        return [(entity, row["id"]) for entity, row in live if row.get("emailAddress") == email]

    def _record(self, email: str) -> Ref:
        [record] = self._records(email)
        return record

    def _deal(self, email: str) -> str:
        _, contact = self._record(email)
        [deal] = [row["id"] for row in self.simulator.live("Opportunity") if row["contactId"] == contact]
        return str(deal)


def _worded(reason: str) -> str | None:
    """What people pick for one of leadloop's reasons."""
    return None if reason == "none_given" else reason.replace("_", " ").capitalize()
