"""The people that marketing knows, on one platform: what each platform's tests give to the company all of them show."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self

from connector.testing.conformance.clock import Clock
from connector.testing.simulator import Simulator


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


class Audience(ABC):
    """One account of one marketing platform and the people who use its forms, mails and pages, on its simulator.

    Use as a context manager.
    """

    name: ClassVar[str]
    """The adapter's name."""
    types: ClassVar[frozenset[str]]
    """The types of acts that the platform can report, with the mapping that we ship."""

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
        """The account, made once with this audience's clock and limits."""

    @abstractmethod
    def connection(self) -> Mapping[str, Any]:
        """The connection's block of `leadloop.yaml`, with the shipped mapping; asked while the simulator runs."""

    @abstractmethod
    def add(self, someone: Someone) -> str:
        """A contact comes to be; its id."""

    @abstractmethod
    def act(self, contact_id: str, deed: Deed) -> None:
        """The contact does something of a type in `types`."""

    @abstractmethod
    def told(self, contact_id: str) -> Mapping[str, str]:
        """What leadloop wrote on the contact, as text: `score`, `grade`, `decision`, `reason`."""
