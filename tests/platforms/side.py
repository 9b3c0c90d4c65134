"""One side of a company on its platform's simulator: what marketing's audience and a sales desk have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any, ClassVar, Self, TypeVar

from connector.shipped import shipped
from connector.testing.conformance.clock import Clock
from connector.testing.simulator import Simulator

AnySimulator = TypeVar("AnySimulator", bound=Simulator)


class Side(ABC):
    """One account of one platform and the people in it. Use as a context manager."""

    name: ClassVar[str]
    """The adapter's name."""

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
        """The account, made once with this side's clock and limits."""

    @abstractmethod
    def connection(self) -> Mapping[str, Any]:
        """The connection's block of `leadloop.yaml`, with the shipped mapping; asked while the simulator runs."""

    @property
    @abstractmethod
    def writes(self) -> int:
        """How many requests of ours changed something here so far."""

    def made(self, kind: type[AnySimulator], **more: Any) -> AnySimulator:
        """What `simulator` gives: one of this kind, on this side's clock and with its limits."""
        return kind(clock=self.clock.now, monotonic=self.clock.monotonic, factor=self.factor, **more)

    def block(self, mapping: str, credentials: Mapping[str, str], **more: Any) -> dict[str, Any]:
        """What `connection` gives: the account's address, with a mapping that we ship."""
        given = {"adapter": self.name, "credentials": credentials, "base_url": self.simulator.base_url}
        return {**given, "mapping": str(shipped(mapping)), **more}
