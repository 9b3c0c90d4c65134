"""A sales team that works in Dynamics 365: status reasons of leads, qualifications, and opportunities."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from connector.testing.simulators.dynamics365 import SALES_USERS, Dynamics365Simulator
from tests.platforms.desk import WORDING, ChangingDesk

OPEN, CLOSED = 0, 2
"""States under which the admin of this environment added status reasons: of leads, and of both when they are lost."""


class Desk(ChangingDesk):
    """An admin added status reasons for why, and *Recycled*; columns are carried over when a lead is qualified."""

    name: ClassVar[str] = "dynamics365"

    @cached_property
    def simulator(self) -> Dynamics365Simulator:
        crm = self.made(Dynamics365Simulator)
        crm.add_status("lead", "Recycled", OPEN)
        return crm

    def connection(self) -> Mapping[str, Any]:
        return self.block("dynamics365.yaml", self.simulator.sign_in.credentials, auth_url=self.simulator.base_url)

    def tagged(self, email: str) -> bool:
        return bool(self.simulator.record(self._person(email))["new_ismql"])

    def count(self, email: str) -> int:
        return len(self._people(email))

    def score(self, email: str) -> int:
        return int(self.simulator.record(self._person(email))["new_mqlscore"])

    def set_score(self, email: str, points: int) -> None:
        self.simulator.edit(self._person(email), new_mqlscore=points)

    def accept(self, email: str) -> None:
        self.simulator.set_status(self._person(email), "Contacted")

    def qualify(self, email: str) -> None:
        self.simulator.qualify(self._person(email))

    def reject(self, email: str, reason: str) -> None:
        self.simulator.set_status(self._person(email), self._status("lead", reason))

    def recycle(self, email: str, reason: str) -> None:
        choices = self.simulator.store.tables["lead"].columns["new_rejectionreason"].options
        number = next(one for one, (label, _) in choices.items() if label == _worded(reason))
        self.simulator.set_status(self._person(email), "Recycled", new_rejectionreason=number)

    def win(self, email: str, amount: float) -> None:
        self.simulator.close(self._deal(email), won=True, amount=amount)

    def lose(self, email: str, reason: str) -> None:
        self.simulator.close(self._deal(email), won=False, status=self._status("opportunity", reason))

    def reopen(self, email: str) -> None:
        self.simulator.edit(self._deal(email), statecode=0, statuscode=1)

    def hand_over(self, email: str) -> None:
        self.simulator.edit(self._person(email), ownerid=("systemuser", SALES_USERS[1]))

    def delete(self, email: str) -> None:
        self.simulator.delete(self._person(email))

    def merge(self, loser: str, winner: str) -> None:
        self.simulator.merge(self._person(loser), self._person(winner))

    @property
    def writes(self) -> int:
        """Batches with a change in them: questions travel in batches too."""
        return len([one for one in self.simulator.calls("POST", r"/\$batch") if b"\r\nPATCH " in one.body])

    def _status(self, table: str, reason: str) -> int:
        return self.simulator.add_status(table, WORDING.get(reason, _worded(reason)), CLOSED)

    def _person(self, email: str) -> str:
        [record_id] = self._people(email)
        return record_id

    def _people(self, email: str) -> list[str]:
        """A lead and its own contact count once: a qualified lead is none any more."""
        return [
            row[f"{name}id"]
            for name in ("lead", "contact")
            for row in self.simulator.live(name)
            if row["emailaddress1"] == email and (name, row["statecode"]) != ("lead", 1)
        ]

    def _deal(self, email: str) -> str:
        contact = ("contact", self._person(email))
        [deal] = [row for row in self.simulator.live("opportunity") if row["parentcontactid"] == contact]
        return str(deal["opportunityid"])


def _worded(reason: str) -> str:
    return reason.replace("_", " ").capitalize()
