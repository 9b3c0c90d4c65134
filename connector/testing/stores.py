"""Stores of tokens and budgets in memory: for tests of clients and adapters. Never part of a running loop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from connector.http.tokens import Tokens


class MemoryTokenStore:
    """Implements connector.http.TokenStore. `rows` holds (configuration, tokens) by connection."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.rows: dict[str, tuple[str, Tokens]] = {}
        self._leases: dict[str, tuple[str, datetime]] = {}
        self._now = now
        self._lock = threading.Lock()

    def load(self, connection: str, configured: str, seed: Tokens) -> Tokens:
        with self._lock:
            planted, tokens = self.rows.setdefault(connection, (configured, seed))
            return tokens if planted == configured else seed

    def save(self, connection: str, holder: str, tokens: Tokens, configured: str | None = None) -> bool:
        with self._lock:
            if self._leases.get(connection, ("", self._now()))[0] != holder:
                return False
            self.rows[connection] = (configured or self.rows[connection][0], tokens)
            return True

    def lease(self, connection: str, holder: str, seconds: float) -> bool:
        with self._lock:
            by, until = self._leases.get(connection, (holder, self._now()))
            if by != holder and until > self._now():
                return False
            self._leases[connection] = (holder, self._now() + timedelta(seconds=seconds))
            return True

    def release(self, connection: str, holder: str) -> None:
        with self._lock:
            if self._leases.get(connection, ("", None))[0] == holder:
                del self._leases[connection]


class MemoryBudgetStore:
    """Implements connector.http.BudgetStore."""

    def __init__(self) -> None:
        self.slots: dict[tuple[str, str], dict[datetime, int]] = {}
        self._pauses: dict[tuple[str, str], datetime] = {}
        self._lock = threading.Lock()

    def claim(
        self, account: str, bucket: str, *, want: int, limit: int, now: datetime, until: datetime
    ) -> tuple[int, datetime | None]:
        with self._lock:
            slots = self.slots.setdefault((account, bucket), {})
            counting = {slot: calls for slot, calls in slots.items() if slot > now}
            granted = max(0, min(want, limit - sum(counting.values())))
            if granted:
                slots[until] = slots.get(until, 0) + granted
            return granted, min(counting, default=None)

    def give_back(self, account: str, bucket: str, until: datetime, calls: int) -> None:
        with self._lock:
            slots = self.slots.get((account, bucket), {})
            slots[until] = max(0, slots.get(until, 0) - calls)

    def used(self, account: str, bucket: str, now: datetime) -> int:
        with self._lock:
            return sum(calls for slot, calls in self.slots.get((account, bucket), {}).items() if slot > now)

    def pause(self, account: str, bucket: str, until: datetime, why: str) -> None:
        with self._lock:
            self._pauses[account, bucket] = max(until, self._pauses.get((account, bucket), until))

    def pauses(self, account: str, now: datetime) -> Mapping[str, datetime]:
        with self._lock:
            return {name: until for (owner, name), until in self._pauses.items() if owner == account and until > now}

    def sweep(self, now: datetime) -> None:
        with self._lock:
            for slots in self.slots.values():
                for slot in [slot for slot in slots if slot <= now]:
                    del slots[slot]
