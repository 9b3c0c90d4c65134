"""Sales in a simulated HubSpot: the status of contacts, and deals."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from connector.testing.simulators.hubspot import HubSpotSimulator
from tests.adapters.hubspot.company import as_crm, writes
from tests.platforms.desk import WORDING, ChangingDesk


class Desk(ChangingDesk):
    """A contact stays what it is; a deal with it qualifies it."""

    name: ClassVar[str] = "hubspot"

    @cached_property
    def simulator(self) -> HubSpotSimulator:
        return self.made(HubSpotSimulator)

    def connection(self) -> Mapping[str, Any]:
        return as_crm(self.simulator)

    def tagged(self, email: str) -> bool:
        return self.simulator.account.values(self._contact(email)).get("leadloop_mql") == "true"

    def count(self, email: str) -> int:
        live = self.simulator.account.contacts.live.values()
        return len([one for one in live if one.values.get("email") == email])

    def score(self, email: str) -> int:
        return int(self.simulator.account.values(self._contact(email))["leadloop_score"])

    def set_score(self, email: str, points: int) -> None:
        self._edit(email, leadloop_score=str(points))

    def accept(self, email: str) -> None:
        self._edit(email, hs_lead_status="IN_PROGRESS")

    def qualify(self, email: str) -> None:
        self.simulator.account.add_deal(self._contact(email))

    def reject(self, email: str, reason: str) -> None:
        self._edit(email, hs_lead_status="UNQUALIFIED", leadloop_rejection_reason=WORDING[reason])

    def recycle(self, email: str, reason: str) -> None:
        self._edit(email, hs_lead_status="BAD_TIMING", leadloop_rejection_reason=WORDING[reason])

    def win(self, email: str, amount: float) -> None:
        self.simulator.account.move_deal(self._deal(email), "closedwon", amount=str(amount))

    def lose(self, email: str, reason: str) -> None:
        self.simulator.account.move_deal(self._deal(email), "closedlost", closed_lost_reason=WORDING[reason])

    def reopen(self, email: str) -> None:
        self.simulator.account.move_deal(self._deal(email), "appointmentscheduled")

    def hand_over(self, email: str) -> None:
        self._edit(email, hubspot_owner_id="702")

    def delete(self, email: str) -> None:
        self.simulator.account.delete(self._contact(email))

    def merge(self, loser: str, winner: str) -> None:
        self.simulator.account.merge(self._contact(loser), self._contact(winner))

    @property
    def writes(self) -> int:
        return writes(self.simulator)

    def _edit(self, email: str, **values: str) -> None:
        self.simulator.account.edit(self._contact(email), values)

    def _contact(self, email: str) -> str:
        live = self.simulator.account.contacts.live.values()
        [found] = [str(one.id) for one in live if one.values.get("email") == email]
        return found

    def _deal(self, email: str) -> str:
        [deal] = self.simulator.account.links[("contacts", "deals")][int(self._contact(email))]
        return str(deal)
