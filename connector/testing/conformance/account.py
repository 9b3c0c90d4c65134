"""What the worlds of both sides are: one account of one platform, as one process of ours after the other meets it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import timedelta
from functools import cached_property
from typing import Final, TypeVar

from connector.adapter import Adapter, Options, Spec
from connector.http import Network, Settings, World, account_of
from connector.http.limiter import limits_with
from connector.testing.conformance.clock import Clock
from connector.testing.simulator import Simulator
from connector.testing.stores import MemoryBudgetStore, MemoryTokenStore

DAY_S: Final = 86_400
AnyAdapter = TypeVar("AnyAdapter", bound=Adapter)


class Account(ABC):
    """The platform's simulator, a clock that client and platform share, and what outlives a process of ours."""

    clock: Clock
    simulator: Simulator

    @cached_property
    def tokens(self) -> MemoryTokenStore:
        """The tokens that one process stored and the next one finds."""
        return MemoryTokenStore(self.clock.now)

    @cached_property
    def budgets(self) -> MemoryBudgetStore:
        """The calls that all processes made together."""
        return MemoryBudgetStore()

    @abstractmethod
    def adapter(self) -> Adapter:
        """A new adapter on a new client, as a new process has it: same account, same stored tokens and budgets."""

    def started(self, kind: type[AnyAdapter], settings: Settings, options: Options) -> AnyAdapter:
        """What `adapter` gives: one of this kind, with what leadloop.yaml says of the connection."""
        world = World(now=self.clock.now, monotonic=self.clock.monotonic, sleep=self.clock.sleep, chance=lambda: 0.5)
        client = Network(self.tokens, self.budgets, world).client(kind.spec, settings, kind)
        return kind(client, options)

    def take_calls(self, spec: Spec, settings: Settings, left: int) -> None:
        """Other processes of ours made calls until so many of the day are left: for platforms that count none."""
        (limit,) = (one for one in limits_with(spec.limits, settings.limits) if one.per_s == DAY_S)
        account, bucket, now = account_of(spec, settings), f"{limit.bucket}/{limit.per_s}", self.clock.now()
        want = limit.calls - left - self.budgets.used(account, bucket, now)
        until = now + timedelta(seconds=DAY_S)
        self.budgets.claim(account, bucket, want=want, limit=limit.calls, now=now, until=until)

    # What the platform does to us.

    @abstractmethod
    def expire_tokens(self) -> None:
        """Every access token dies; a refresh or a new sign-in helps. Nothing where tokens do not expire."""

    @abstractmethod
    def revoke(self) -> None:
        """No credential is good any more."""

    @property
    @abstractmethod
    def secrets(self) -> Sequence[str]:
        """Secrets and tokens that must never show in an error."""
