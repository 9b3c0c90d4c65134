"""Sales in a simulated Pipedrive: the Leads Inbox by labels and reasons, and deals."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from connector.testing.simulators.pipedrive import SALES_USERS, PipedriveSimulator
from tests.platforms.desk import WORDING, ChangingDesk


class Desk(ChangingDesk):
    """Everything begins in the Leads Inbox; qualifying makes a deal of the lead."""

    name: ClassVar[str] = "pipedrive"

    @cached_property
    def simulator(self) -> PipedriveSimulator:
        company = self.made(PipedriveSimulator)
        for label in ("Accepted", "Recycled"):
            company.make_lead_label(label)
        return company

    def connection(self) -> Mapping[str, Any]:
        return self.block("pipedrive.yaml", self.simulator.credentials)

    def tagged(self, email: str) -> bool:
        return "MQL" in self.simulator.labels_of(("lead", self._only("lead", email)))

    def count(self, email: str) -> int:
        return len(self._ids("person", email))

    def score(self, email: str) -> int:
        return int(self.simulator.value(("lead", self._only("lead", email)), "Lead score"))

    def set_score(self, email: str, points: int) -> None:
        self.simulator.edit(("lead", self._only("lead", email)), **{"Lead score": points})

    def accept(self, email: str) -> None:
        self._label(email, "Accepted")

    def qualify(self, email: str) -> None:
        self.simulator.convert(self._only("lead", email))

    def reject(self, email: str, reason: str) -> None:
        lead = self._only("lead", email)
        self.simulator.archive(("lead", lead), **{"Rejection reason": WORDING[reason]})

    def recycle(self, email: str, reason: str) -> None:
        lead = self._only("lead", email)
        self.simulator.edit(("lead", lead), **{"Rejection reason": WORDING[reason]})
        self._label(email, "Recycled")

    def win(self, email: str, amount: float) -> None:
        self.simulator.close(self._only("deal", email), won=True, value=amount)

    def lose(self, email: str, reason: str) -> None:
        self.simulator.close(self._only("deal", email), won=False, reason=WORDING[reason])

    def take_back(self, email: str) -> None:
        [person] = self._ids("person", email)
        [lead] = [row["id"] for row in self.simulator.store.rows["lead"].values() if row["person_id"] == person]
        self.simulator.edit(("lead", lead), is_archived=False)
        self.accept(email)

    def reopen(self, email: str) -> None:
        deal = ("deal", self._only("deal", email))
        self.simulator.edit(deal, status="open", lost_time=None, close_time=None, lost_reason=None)

    def hand_over(self, email: str) -> None:
        self.simulator.edit(("lead", self._only("lead", email)), owner_id=SALES_USERS[1])

    def is_there(self, email: str) -> bool:
        return any(row["person_id"] in self._ids("person", email) for row in self.simulator.live("lead"))

    def delete(self, email: str) -> None:
        [person] = self._ids("person", email)
        own = [(kind, row) for kind in ("lead", "deal") for row in self.simulator.live(kind)]
        [ref] = [(kind, row["id"]) for kind, row in own if row.get("person_id") == person]
        self.simulator.delete(ref)

    def merge(self, loser: str, winner: str) -> None:
        [lost], [kept] = self._ids("person", loser), self._ids("person", winner)
        self.simulator.merge(lost, kept)

    @property
    def writes(self) -> int:
        return len(self.simulator.calls("POST|PATCH"))

    def _label(self, email: str, name: str) -> None:
        self.simulator.label(("lead", self._only("lead", email)), name)

    def _only(self, kind: str, email: str) -> Any:
        [person] = self._ids("person", email)
        [found] = [row["id"] for row in self.simulator.live(kind) if row.get("person_id") == person]
        return found

    def _ids(self, kind: str, email: str) -> list[Any]:
        return [row["id"] for row in self.simulator.live(kind) if row["emails"][0]["value"] == email]
