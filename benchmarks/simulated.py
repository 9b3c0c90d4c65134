"""Platforms under real time, and how much of what they allow was used."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from connector.adapter import Limit
from connector.testing.conformance.clock import Clock
from connector.testing.simulator import Entry, Request, Simulator


class Shifted(Clock):
    """Real time, moved by a shift: what is made long ago has come to rest when it is read."""

    def __init__(self, shift: timedelta = timedelta()) -> None:
        super().__init__()
        self.shift = shift
        self.begin = self.now()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift

    def monotonic(self) -> float:
        return time.monotonic() + self.shift.total_seconds()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def busiest(simulator: Simulator, entries: Sequence[Entry]) -> str:
    """The share of the limit that was used most, in words."""
    shares = [(share, limit) for limit in simulator.limits if (share := used(simulator, limit, entries)) is not None]
    if not shares:
        return "no limit was met"
    share, limit = max(shares, key=lambda one: one[0])
    return f"{share:.1%} of {limit.calls} calls in {limit.per_s} s"


def used(simulator: Simulator, limit: Limit, entries: Sequence[Entry]) -> float | None:
    """Which part of a limit was used; None for one of records, of sign-ins, of a day, or that was never met."""
    if limit.per_record or limit.logins or limit.per_s > 3600 or len(entries) < 2:
        return None
    bound = [one for one in entries if limit.bucket in ("*", simulator.bucket(_asked(one))[0])]
    if len(bound) < limit.calls:
        return None
    # The window that the first calls fill at once says nothing of the rate: count from its end on.
    rest = bound[limit.calls :]
    taken_s = rest[-1].at_s - bound[0].at_s if rest else 0.0
    return None if taken_s < limit.per_s else len(rest) / (taken_s / limit.per_s * limit.calls)


def _asked(entry: Entry) -> Request:
    return Request(entry.method, entry.path, dict(entry.params), {}, entry.body)
