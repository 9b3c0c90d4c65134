"""Sales in a simulated RD Station CRM: deals moved along the pipeline, won, and lost for a reason."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar, Final

from connector.testing.simulators.rdstation_crm import RdStationCrmSimulator
from connector.testing.simulators.rdstation_crm.store import Row
from tests.platforms.desk import ChangingDesk

REASONS: Final = {
    "no_budget": "Sem orçamento", "bad_timing": "Sem timing", "no_contact": "Sem contato",
    "invalid_data": "Dados inválidos", "no_fit": "Fora do perfil", "no_authority": "Não é o decisor",
    "competitor": "Concorrente", "existing_customer": "Já é cliente", "duplicate": "Duplicado",
    "not_a_buyer": "Fornecedor", "other": "Outro",
}  # fmt: skip
"""The account's own reasons for lost deals."""
RECYCLED: Final = {"bad_timing": "Reciclar: sem timing"}
ACCEPTED, QUALIFIED = 2, 3
"""Stages by their order in the pipeline."""


class Desk(ChangingDesk):
    """Everything happens on the one deal of a person. Signed in with a user's token, as most accounts are."""

    name: ClassVar[str] = "rdstation"
    version: ClassVar[int] = 1

    @cached_property
    def simulator(self) -> RdStationCrmSimulator:
        return self.made(RdStationCrmSimulator)

    def connection(self) -> Mapping[str, Any]:
        return self.block("rdstation.yaml", **self.simulator.connection(self.version))

    def deal(self, email: str) -> Row:
        """The one deal of a person."""
        [found] = self.simulator.deals_of(email)
        return found

    def tagged(self, email: str) -> bool:
        return bool(self.simulator.value(self.deal(email)["id"], "Leadloop MQL") == "Sim")

    def count(self, email: str) -> int:
        return len(self.simulator.deals_of(email))

    def score(self, email: str) -> int:
        return int(self.simulator.value(self.deal(email)["id"], "Leadloop Score"))

    def set_score(self, email: str, points: int) -> None:
        self.simulator.edit(self.deal(email)["id"], leadloop_score=points)

    def accept(self, email: str) -> None:
        self.simulator.move(self.deal(email)["id"], ACCEPTED)

    def qualify(self, email: str) -> None:
        self.simulator.move(self.deal(email)["id"], QUALIFIED)

    def reject(self, email: str, reason: str) -> None:
        self.lose(email, reason)

    def recycle(self, email: str, reason: str) -> None:
        self.simulator.lose(self.deal(email)["id"], RECYCLED[reason])

    def win(self, email: str, amount: float) -> None:
        self.simulator.win(self.deal(email)["id"], amount)

    def lose(self, email: str, reason: str) -> None:
        self.simulator.lose(self.deal(email)["id"], REASONS[reason])

    def take_back(self, email: str) -> None:
        self.reopen(email)
        self.accept(email)

    def reopen(self, email: str) -> None:
        self.simulator.reopen(self.deal(email)["id"])

    def hand_over(self, email: str) -> None:
        self.simulator.edit(self.deal(email)["id"], owner_id="another")

    def delete(self, email: str) -> None:
        self.simulator.delete(self.deal(email)["id"])

    def merge(self, loser: str, winner: str) -> None:
        """Deals are not merged: one of two is thrown away."""
        del winner
        self.delete(loser)

    @property
    def writes(self) -> int:
        return len(self.simulator.calls("POST|PUT", "^/(api/v1|crm/v2)/"))


class AppDesk(Desk):
    """The same, signed in as an app."""

    version: ClassVar[int] = 2
