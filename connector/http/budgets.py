"""Counts of calls that outlive the process: what a store of them offers, and the long windows counted in it.

A window is cut into slots; a block of calls is claimed in the store before any of it is used, and used only within its
slot. A killed process therefore never used more than the store knows. A slot counts until the last call that it may
hold has left the window.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final, Protocol

from msgspec import Struct

from connector.adapter.declared import Limit

SLOTS: Final = 100
"""Slots of a window: the last one and one of grace are lost to rounding, which leaves 98 % of the rate."""
RESERVE_RATIO: Final = 0.1
"""Part of a daily budget that only requests with `reserve=True` may use."""
DAY_S: Final = 86_400
_BLOCK_RATIO = 50
_LARGEST_BLOCK = 20


class BudgetStore(Protocol):
    """Where counts live. `bucket` names one limit of one account; `until` is when a slot stops counting."""

    def claim(
        self, account: str, bucket: str, *, want: int, limit: int, now: datetime, until: datetime
    ) -> tuple[int, datetime | None]:
        """Count up to `want` calls, as far as `limit` allows over all slots that count at `now`.

        How many were granted, and when the next slot frees calls (None when nothing counts).
        """

    def give_back(self, account: str, bucket: str, until: datetime, calls: int) -> None:
        """Calls of a claimed block that were not made."""

    def used(self, account: str, bucket: str, now: datetime) -> int:
        """Calls that count at `now`."""

    def pause(self, account: str, bucket: str, until: datetime, why: str) -> None:
        """Keep a bucket alone until then, also after a restart."""

    def pauses(self, account: str, now: datetime) -> Mapping[str, datetime]:
        """Which buckets are to be left alone, and until when."""

    def sweep(self, now: datetime) -> None:
        """Forget what no longer counts."""


class _Block(Struct):
    until: datetime
    ends_at: float
    left: int


class Budget:
    """One long limit of an account. Not thread-safe: the limiter holds its lock."""

    def __init__(self, account: str, limit: Limit, store: BudgetStore, *, share: float = 1.0) -> None:
        self.limit = limit
        self.is_daily = limit.per_s == DAY_S and not limit.per_record and not limit.logins
        self._account = account
        self._store = store
        self._slot_s = limit.per_s / SLOTS
        self._calls = max(1, math.floor(limit.calls * share)) if self.is_daily else limit.calls
        self._share = share
        self._ceiling = self._calls
        self._observed_at: datetime | None = None
        self._blocks: dict[tuple[str, bool], _Block] = {}

    def take(self, now: datetime, record: str | None = None, *, reserve: bool = False, cost: int = 1) -> float:
        """Count one call, `cost` times where the limit is weighted: 0.0 when it is granted, else seconds to wait."""
        calls = cost if self.limit.weighted else 1
        bucket = self.bucket(record)
        at = now.timestamp()
        self._drop_past(at)
        for kind in ((bucket, False), (bucket, True)) if reserve else ((bucket, False),):
            block = self._blocks.get(kind)
            if block is not None and block.left >= calls:
                block.left -= calls
                return 0.0
        return self._claim(now, bucket, calls, reserve=reserve)

    def put_back(self, now: datetime, record: str | None, *, reserve: bool, cost: int = 1) -> None:
        """The call that was just counted is not made after all."""
        bucket = self.bucket(record)
        block = self._blocks.get((bucket, reserve and self.is_daily)) or self._blocks.get((bucket, False))
        if block is not None and block.ends_at > now.timestamp():
            block.left += cost if self.limit.weighted else 1

    def observe(self, used: int, allowed: int, now: datetime) -> None:
        """The platform says what the whole account used and may use: others' calls lower what is left for us."""
        unspent = sum(block.left for block in self._blocks.values())
        ours = self._store.used(self._account, self.bucket(), now) - unspent
        others = max(0, used - ours)
        fair = math.floor(min(self.limit.calls, allowed) * self._share)
        self._ceiling = max(0, min(fair, allowed - others))
        self._observed_at = now

    def bucket(self, record: str | None = None) -> str:
        """The name of this limit's rows. A record is told by a hash: it may be an address."""
        kind = "login" if self.limit.logins else self.limit.bucket
        name = f"{kind}/{self.limit.per_s}"
        return f"{name}/{sha256(record.encode()).hexdigest()[:24]}" if self.limit.per_record and record else name

    def close(self) -> None:
        """Give unused calls back."""
        for (bucket, _), block in self._blocks.items():
            if block.left:
                self._store.give_back(self._account, bucket, block.until, block.left)
        self._blocks.clear()

    def _claim(self, now: datetime, bucket: str, calls: int, *, reserve: bool) -> float:
        ends_at = (math.floor(now.timestamp() / self._slot_s) + 1) * self._slot_s
        until = datetime.fromtimestamp(ends_at + self.limit.per_s + self._slot_s, UTC)
        if self._observed_at is not None and now - self._observed_at > timedelta(seconds=self._slot_s):
            self._ceiling = self._calls  # what others used then is old news; only a call brings newer
        ceiling = self._ceiling
        if self.is_daily and not reserve:
            ceiling = math.floor(ceiling * (1 - RESERVE_RATIO))
        block = self._blocks.setdefault((bucket, reserve and self.is_daily), _Block(until, ends_at, 0))
        usual = 1 if self.limit.per_record else min(_LARGEST_BLOCK, self._calls // _BLOCK_RATIO)
        want = max(calls - block.left, usual)
        granted, free_at = self._store.claim(self._account, bucket, want=want, limit=ceiling, now=now, until=until)
        block.left += granted
        if block.left >= calls:
            block.left -= calls
            return 0.0
        free_at = free_at or now + timedelta(seconds=self._slot_s)
        return max(0.001, (free_at - now).total_seconds())

    def _drop_past(self, at: float) -> None:
        for kind in [kind for kind, block in self._blocks.items() if block.ends_at <= at]:
            block = self._blocks.pop(kind)
            if block.left:
                self._store.give_back(self._account, kind[0], block.until, block.left)
