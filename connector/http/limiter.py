"""All limits of one account, kept exactly: in any window, as the platform sees it, no more calls than it allows.

The platform counts a call somewhere between its start and its end. So a call holds its place from the start until one
window after its end. Windows up to ten minutes are counted in memory on the monotonic clock; from a minute on, and per
record, also in the store (connector.http.budgets).
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from connector.adapter.declared import LIMIT_OPTIONS, Limit
from connector.errors import QuotaError
from connector.http.budgets import Budget, BudgetStore
from connector.http.world import World

PATIENCE_S = 120.0
"""Longer waits for a place are not slept: QuotaError tells the engine when to come back."""
_KEPT_FROM_S = 60
_EXACT_TO_S = 600
_MARGIN = 1.001
_ALL_BUSY_POLL_S = 0.01
_SWEEP_S = 3_600.0


class Window:
    """An exact sliding window in memory. Not thread-safe: the limiter holds its lock."""

    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self._busy = 0
        self._free_at: deque[float] = deque()

    def wait_s(self, now: float) -> float:
        """Seconds until a call may start; 0.0 when it may now."""
        while self._free_at and self._free_at[0] <= now:
            self._free_at.popleft()
        if self._busy + len(self._free_at) < self.limit.calls:
            return 0.0
        return self._free_at[0] - now if self._free_at else _ALL_BUSY_POLL_S

    def enter(self) -> None:
        """A call starts."""
        self._busy += 1

    def leave(self, now: float) -> None:
        """It ended: the platform has counted it by now, at the latest."""
        self._busy -= 1
        self._free_at.append(now + self.limit.per_s * _MARGIN)


class Limiter:
    """The limits of one account, shared by all its connections, threads and (by the store) processes."""

    def __init__(
        self,
        account: str,
        limits: Sequence[Limit],
        *,
        store: BudgetStore,
        world: World,
        concurrency: int = 4,
        daily_share: float = 1.0,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self.account = account
        self._store = store
        self._world = world
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._under_way = threading.BoundedSemaphore(concurrency)
        self._windows = [Window(limit) for limit in limits if limit.per_s <= _EXACT_TO_S and not limit.per_record]
        self._budgets = [
            Budget(account, limit, store, share=daily_share)
            for limit in limits
            if limit.per_s >= _KEPT_FROM_S or limit.per_record
        ]
        store.sweep(world.now())
        self._swept_at = world.monotonic()
        self._paused = {
            bucket: world.monotonic() + (until - world.now()).total_seconds()
            for bucket, until in store.pauses(account, world.now()).items()
        }

    @contextlib.contextmanager
    def slot(
        self,
        bucket: str = "default",
        record: str | None = None,
        *,
        reserve: bool = False,
        login: bool = False,
        cost: int = 1,
    ) -> Iterator[None]:
        """A place for one call, or `cost` of them where a limit is weighted.

        Waits for it, or raises QuotaError when the wait is long.
        """
        entered = self._enter(bucket, record, reserve=reserve, login=login, cost=cost)
        try:
            with self._under_way:
                yield
        finally:
            with self._lock:
                now = self._world.monotonic()
                for window in entered:
                    window.leave(now)

    def pause(self, bucket: str, seconds: float, why: str) -> None:
        """The platform asked to be left alone: nothing of this bucket is sent meanwhile."""
        with self._lock:
            until = self._world.monotonic() + seconds
            self._paused[bucket] = max(until, self._paused.get(bucket, until))
        if seconds >= _KEPT_FROM_S:
            self._store.pause(self.account, bucket, self._world.now() + timedelta(seconds=seconds), why)

    def observe(self, used: int, allowed: int) -> None:
        """What the platform says of today's budget of the whole account."""
        with self._lock:
            for budget in self._budgets:
                if budget.is_daily and budget.limit.bucket == "*":
                    budget.observe(used, allowed, self._world.now())

    def close(self) -> None:
        """Give claimed and unused calls back."""
        with self._lock:
            for budget in self._budgets:
                budget.close()

    def _enter(self, bucket: str, record: str | None, *, reserve: bool, login: bool, cost: int) -> list[Window]:
        waited = 0.0
        while True:
            with self._lock:
                wait, blamed, windows = self._try(bucket, record, reserve=reserve, login=login, cost=cost)
            if windows is not None:
                return windows
            if waited + wait > self._patience_s:
                raise self._spent(blamed, wait, bucket, record)
            self._world.sleep(wait)
            waited += wait

    def _try(
        self, bucket: str, record: str | None, *, reserve: bool, login: bool, cost: int
    ) -> tuple[float, Limit | None, list[Window] | None]:
        """Seconds to wait and the limit to blame, or the windows that were entered."""
        self._sweep()
        now = self._world.monotonic()
        paused = max(self._paused.get(bucket, 0.0), self._paused.get("*", 0.0)) - now if not login else 0.0
        if paused > 0:
            return paused, None, None
        windows = [window for window in self._windows if _counts(window.limit, bucket, record, login=login)]
        wait, blamed = max(((window.wait_s(now), window.limit) for window in windows), key=_first, default=(0.0, None))
        if wait <= 0:
            wait, blamed = self._try_budgets(bucket, record, reserve=reserve, login=login, cost=cost)
        if wait > 0:
            return wait, blamed, None
        for window in windows:
            window.enter()
        return 0.0, None, windows

    def _try_budgets(
        self, bucket: str, record: str | None, *, reserve: bool, login: bool, cost: int
    ) -> tuple[float, Limit | None]:
        now = self._world.now()
        taken: list[Budget] = []
        for budget in self._budgets:
            if not _counts(budget.limit, bucket, record, login=login):
                continue
            wait = budget.take(now, record, reserve=reserve, cost=cost)
            if wait > 0:
                for other in taken:
                    other.put_back(now, record, reserve=reserve, cost=cost)
                return wait, budget.limit
            taken.append(budget)
        return 0.0, None

    def _sweep(self) -> None:
        if self._world.monotonic() - self._swept_at > _SWEEP_S:
            self._swept_at = self._world.monotonic()
            self._store.sweep(self._world.now())

    def _spent(self, limit: Limit | None, wait_s: float, bucket: str, record: str | None) -> QuotaError:
        if limit is None:
            return QuotaError(f"the platform asked us to wait with '{bucket}'", retry_after_s=wait_s, code="paused")
        what = "sign-ins" if limit.logins else "calls"
        return QuotaError(
            f"our part of {limit.calls} {what} in {limit.per_s} s ('{limit.bucket}') is used up",
            retry_after_s=wait_s,
            record=record if limit.per_record else None,
        )


def _counts(limit: Limit, bucket: str, record: str | None, *, login: bool) -> bool:
    if limit.logins or login:
        return limit.logins and login
    return limit.bucket in ("*", bucket) and (record is not None or not limit.per_record)


def _first(pair: tuple[float, Limit]) -> float:
    return pair[0]


def limits_with(limits: Sequence[Limit], plan: Mapping[str, int]) -> tuple[Limit, ...]:
    """The declared limits with the calls of the account's plan (`limits:` in leadloop.yaml).

    A plan changes the account's own windows (buckets `*` and `default`); one that is not declared is added.
    """
    changed = [limit.model_copy(update={"calls": _planned(limit, plan)}) for limit in limits]
    known = {LIMIT_OPTIONS.get(limit.per_s) for limit in changed if _is_plan(limit)}
    more = plan.keys() - known
    added = [Limit(calls=plan[option], per_s=per_s) for per_s, option in LIMIT_OPTIONS.items() if option in more]
    return (*changed, *added)


def raised(limits: Sequence[Limit], factor: float) -> tuple[Limit, ...]:
    """All limits times one factor."""
    if factor == 1:
        return tuple(limits)
    return tuple(limit.model_copy(update={"calls": max(1, int(limit.calls * factor))}) for limit in limits)


def _is_plan(limit: Limit) -> bool:
    return limit.bucket in ("*", "default") and not limit.per_record and not limit.logins


def _planned(limit: Limit, plan: Mapping[str, int]) -> int:
    return plan.get(LIMIT_OPTIONS.get(limit.per_s, ""), limit.calls) if _is_plan(limit) else limit.calls
