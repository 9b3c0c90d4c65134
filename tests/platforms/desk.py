"""A sales team that decides in its own CRM: what each platform's tests give to the script that all of them play."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any, ClassVar, Final, Self

from connector.model import DecisionKind
from connector.testing.conformance.clock import Clock
from connector.testing.simulator import Simulator

WORDING: Final[Mapping[str, str]] = {
    "no_budget": "No budget",
    "bad_timing": "Bad timing",
    "no_contact": "No response",
    "invalid_data": "Invalid data",
    "competitor": "Competitor",
}
"""What sales writes for a reason, where its words are free or an admin chose them."""


class SalesDesk(ABC):
    """One account of one CRM and the people who work in it, on its simulator. Use as a context manager.

    A person is named by the e-mail address that leadloop pushed. A reason is one of leadloop's codes
    (`mappings/reasons.yaml`); the desk writes what its users would pick for it. Every verb happens at `clock.now()`.
    """

    name: ClassVar[str]
    """The adapter's name."""
    can: ClassVar[frozenset[DecisionKind]] = frozenset({"accepted", "qualified", "rejected", "recycled", "won", "lost"})
    """What the CRM's users can express at all, with the mapping that we ship."""

    def __init__(self, clock: Clock, factor: float) -> None:
        self.clock = clock
        self.factor = factor
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._stack.enter_context(self.simulator)
        return self

    def __exit__(self, *told: object) -> None:
        self._stack.close()

    @property
    @abstractmethod
    def simulator(self) -> Simulator:
        """The account, made once with this desk's clock and limits."""

    @abstractmethod
    def connection(self) -> Mapping[str, Any]:
        """The connection's block of `leadloop.yaml`, with the shipped mapping; asked while the simulator runs."""

    @abstractmethod
    def tagged(self, email: str) -> bool:
        """Does the one live record that stands for this person carry the MQL tag? Looked up in the simulator."""

    @abstractmethod
    def count(self, email: str) -> int:
        """How many live records could stand for this person (a lead and its own contact count once)."""

    @abstractmethod
    def accept(self, email: str) -> None:
        """Sales takes the lead on."""

    @abstractmethod
    def qualify(self, email: str) -> None:
        """Sales makes it an opportunity."""

    @abstractmethod
    def reject(self, email: str, reason: str) -> None:
        """Sales does not want the lead."""

    @abstractmethod
    def recycle(self, email: str, reason: str) -> None:
        """Sales hands the lead back to marketing."""

    @abstractmethod
    def win(self, email: str, amount: float) -> None:
        """The opportunity is won."""

    @abstractmethod
    def lose(self, email: str, reason: str) -> None:
        """The opportunity is lost."""

    @property
    @abstractmethod
    def writes(self) -> int:
        """How many requests of ours changed something here so far."""
