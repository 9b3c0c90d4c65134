"""Sales in a simulated Salesforce: Leads by status, conversions, Opportunities."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from connector.testing.simulators.salesforce import SALES_USERS, SalesforceSimulator
from tests.platforms.desk import WORDING, ChangingDesk

CREDENTIALS = {"client_id": "simulated-client", "client_secret": "simulated-secret"}


class Desk(ChangingDesk):
    """Everything begins as a Lead; qualifying converts it."""

    name: ClassVar[str] = "salesforce"

    @cached_property
    def simulator(self) -> SalesforceSimulator:
        return self.made(SalesforceSimulator)

    def connection(self) -> Mapping[str, Any]:
        return self.block("salesforce.yaml", CREDENTIALS, auth_url=self.simulator.base_url)

    def tagged(self, email: str) -> bool:
        return self._record(email)["MQL__c"] is True

    def count(self, email: str) -> int:
        return len([one for one in self.simulator.live("Lead") if one["Email"] == email])

    def score(self, email: str) -> int:
        return int(self._record(email)["LeadScore__c"])

    def set_score(self, email: str, points: int) -> None:
        self.simulator.edit(self._record(email)["Id"], LeadScore__c=points)

    def accept(self, email: str) -> None:
        self.simulator.set_status(self._lead(email)["Id"], "Working")

    def qualify(self, email: str) -> None:
        self.simulator.convert(self._lead(email)["Id"])

    def reject(self, email: str, reason: str) -> None:
        self.simulator.set_status(self._lead(email)["Id"], "Unqualified", reason=WORDING[reason])

    def recycle(self, email: str, reason: str) -> None:
        self.simulator.set_status(self._lead(email)["Id"], "Nurturing", reason=WORDING[reason])

    def win(self, email: str, amount: float) -> None:
        self.simulator.close(self._lead(email)["ConvertedOpportunityId"], won=True, amount=amount)

    def lose(self, email: str, reason: str) -> None:
        self.simulator.close(self._lead(email)["ConvertedOpportunityId"], won=False, reason=WORDING[reason])

    def reopen(self, email: str) -> None:
        self.simulator.set_stage(self._lead(email)["ConvertedOpportunityId"], "Prospecting")

    def hand_over(self, email: str) -> None:
        self.simulator.edit(self._lead(email)["Id"], OwnerId=SALES_USERS[1])

    def is_there(self, email: str) -> bool:
        rows = [row for name in ("Lead", "Contact") for row in self.simulator.live(name)]
        return any(row["Email"] == email and not row.get("IsConverted") for row in rows)

    def delete(self, email: str) -> None:
        lead = self._lead(email)
        self.simulator.delete(lead["ConvertedContactId"] or lead["Id"])

    def merge(self, loser: str, winner: str) -> None:
        self.simulator.merge(self._lead(winner)["Id"], self._lead(loser)["Id"])

    @property
    def writes(self) -> int:
        return len([one for one in self.simulator.ledger if one.method != "GET" and "/oauth2/" not in one.path])

    def _record(self, email: str) -> Mapping[str, Any]:
        """The lead, or the contact that it was converted to."""
        lead = self._lead(email)
        contacts = [one for one in self.simulator.live("Contact") if one["Id"] == lead["ConvertedContactId"]]
        return contacts[0] if contacts else lead

    def _lead(self, email: str) -> Mapping[str, Any]:
        [found] = [one for one in self.simulator.live("Lead") if one["Email"] == email]
        return found
