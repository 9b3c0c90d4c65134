"""The people that marketing knows, on one platform: what each platform's tests give to the company all of them show."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from tests.platforms.side import Side


@dataclass(frozen=True, slots=True)
class Someone:
    """A person as a form asks; what a platform has no standard field for is left out there."""

    email: str
    first_name: str
    last_name: str
    title: str
    company: str
    country: str


@dataclass(frozen=True, slots=True)
class Deed:
    """One act in leadloop's vocabulary: `asset` is the form's, e-mail's or file's name, `url` the page seen."""

    type: str
    at: datetime
    asset: str = ""
    url: str = ""


class Audience(Side):
    """One account of one marketing platform and the people who use its forms, mails and pages."""

    types: ClassVar[frozenset[str]]
    """The types of acts that the platform can report, with the mapping that we ship."""
    tells_again: ClassVar[bool] = True
    """Whether a form that somebody sends a second time is told."""
    soonest: ClassVar[str] = "form_submission"
    """A type that the platform tells with the next read, without a walk over everybody."""

    @property
    def since(self) -> str:
        """A day to read from: long before anybody does anything."""
        return f"{self.clock.begin - timedelta(days=20):%Y-%m-%d}"

    @abstractmethod
    def add(self, someone: Someone) -> str:
        """A contact comes to be; its id."""

    @abstractmethod
    def act(self, contact_id: str, deed: Deed) -> None:
        """The contact does something of a type in `types`."""

    @abstractmethod
    def told(self, contact_id: str) -> Mapping[str, str]:
        """What leadloop wrote on the contact, as text: `score`, `grade`, `decision`, `reason`."""

    @abstractmethod
    def retitle(self, contact_id: str, title: str) -> None:
        """The contact has another job."""

    @abstractmethod
    def opt_out(self, contact_id: str) -> None:
        """The contact wants no more mail."""

    @abstractmethod
    def delete(self, contact_id: str) -> None:
        """The contact is thrown away."""


class MergingAudience(Audience):
    """A platform that makes one contact of two."""

    @abstractmethod
    def merge(self, loser: str, survivor: str) -> None:
        """Two contacts become one, which keeps the survivor's id and address."""
