"""A sales team that works in Zoho: statuses and conversions of leads, stages of deals."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from connector.testing.simulators.zoho import SALES_USERS, ZohoSimulator
from tests.platforms.desk import ChangingDesk

Ref = tuple[str, str]
PICKED = {"rejected": "Not Qualified", "recycled": "Contact in Future", "accepted": "Contacted"}


class Desk(ChangingDesk):
    """Converts with the box "carry over tags" ticked, in an account whose conversion mapping carries our fields."""

    name: ClassVar[str] = "zoho"

    @cached_property
    def simulator(self) -> ZohoSimulator:
        return self.made(ZohoSimulator)

    def connection(self) -> Mapping[str, Any]:
        return self.block("zoho.yaml", self.simulator.credentials, auth_url=self.simulator.base_url)

    def tagged(self, email: str) -> bool:
        return "MQL" in self.simulator.tags_of(self._record(email))

    def count(self, email: str) -> int:
        return len(self._records(email))

    def score(self, email: str) -> int:
        return int(self.simulator.record(self._record(email))["Leadloop_Score"])

    def set_score(self, email: str, points: int) -> None:
        self.simulator.edit(self._record(email), Leadloop_Score=points)

    def accept(self, email: str) -> None:
        self.simulator.edit(self._record(email), Lead_Status=PICKED["accepted"])

    def qualify(self, email: str) -> None:
        self.simulator.convert(self._record(email)[1], with_tags=True)

    def reject(self, email: str, reason: str) -> None:
        self.simulator.edit(self._record(email), Lead_Status=PICKED["rejected"], Rejection_Reason=_worded(reason))

    def recycle(self, email: str, reason: str) -> None:
        self.simulator.edit(self._record(email), Lead_Status=PICKED["recycled"], Rejection_Reason=_worded(reason))

    def win(self, email: str, amount: float) -> None:
        self.simulator.close(self._deal(email), won=True, Amount=amount)

    def lose(self, email: str, reason: str) -> None:
        self.simulator.close(self._deal(email), won=False, reason=_worded(reason))

    def reopen(self, email: str) -> None:
        self.simulator.edit(("Deals", self._deal(email)), Stage="Qualification")

    def hand_over(self, email: str) -> None:
        self.simulator.edit(self._record(email), Owner={"name": "Another", "id": SALES_USERS[1]})

    def delete(self, email: str) -> None:
        self.simulator.delete(self._record(email))

    def merge(self, loser: str, winner: str) -> None:
        self.simulator.merge(self._record(loser), self._record(winner))

    @property
    def writes(self) -> int:
        changing = self.simulator.calls("POST|PUT", "/crm/")
        return len([one for one in changing if not one.path.endswith("/coql")])

    def _records(self, email: str) -> list[Ref]:
        """A lead and its own contact count once: converted leads are no live records."""
        live = [(module, row) for module in ("Leads", "Contacts") for row in self.simulator.live(module)]
        return [(module, row["id"]) for module, row in live if row["Email"] == email]

    def _record(self, email: str) -> Ref:
        [record] = self._records(email)
        return record

    def _deal(self, email: str) -> str:
        _, contact = self._record(email)
        [deal] = [row["id"] for row in self.simulator.live("Deals") if row["Contact_Name"]["id"] == contact]
        return str(deal)


def _worded(reason: str) -> str | None:
    """What people pick for one of leadloop's reasons."""
    return None if reason == "none_given" else reason.replace("_", " ").capitalize()
