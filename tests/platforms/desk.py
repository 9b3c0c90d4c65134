"""A sales team that decides in its own CRM: what each platform's tests give to the script that all of them play."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Final

from connector.model import DecisionKind
from tests.platforms.side import Side

WORDING: Final[Mapping[str, str]] = {
    "no_budget": "No budget",
    "bad_timing": "Bad timing",
    "no_contact": "No response",
    "invalid_data": "Invalid data",
    "competitor": "Competitor",
}
"""What sales writes for a reason, where its words are free or an admin chose them."""


class SalesDesk(Side):
    """One account of one CRM and the people who work in it.

    A person is named by the e-mail address that leadloop pushed. A reason is one of leadloop's codes
    (`mappings/reasons.yaml`); the desk writes what its users would pick for it. Every verb happens at `clock.now()`.
    """

    can: ClassVar[frozenset[DecisionKind]] = frozenset({"accepted", "qualified", "rejected", "recycled", "won", "lost"})
    """What the CRM's users can express at all, with the mapping that we ship."""

    @abstractmethod
    def tagged(self, email: str) -> bool:
        """Does the one live record that stands for this person carry the MQL tag? Looked up in the simulator."""

    @abstractmethod
    def count(self, email: str) -> int:
        """How many live records could stand for this person (a lead and its own contact count once)."""

    @abstractmethod
    def score(self, email: str) -> int:
        """What the field that leadloop writes the score into holds, on the record that stands for this person."""

    @abstractmethod
    def set_score(self, email: str, points: int) -> None:
        """Sales, or a workflow of theirs, writes another number into that field."""

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


class ChangingDesk(SalesDesk):
    """A desk whose people also think better of it, hand a lead on, and throw records away."""

    def take_back(self, email: str) -> None:
        """Sales works on a lead after all that it had rejected."""
        self.accept(email)

    @abstractmethod
    def reopen(self, email: str) -> None:
        """An opportunity that was lost goes on."""

    @abstractmethod
    def hand_over(self, email: str) -> None:
        """Another salesperson gets the record that stands for this person."""

    def is_there(self, email: str) -> bool:
        """Is there a record like the one that leadloop made for this person?"""
        return self.count(email) > 0

    @abstractmethod
    def delete(self, email: str) -> None:
        """The record that stands for this person is deleted."""

    @abstractmethod
    def merge(self, loser: str, winner: str) -> None:
        """The records of two persons become one, which keeps the winner's address."""
