"""What the running process knows of itself: does it beat, what runs how long, whose credentials were refused."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from msgspec import Struct

ALIVE_S = 60.0
"""A process whose lanes did not turn for so long is dead, whatever its threads say."""


class Stream(Struct, frozen=True):
    """One stream that the daemon keeps fresh, and the age in seconds from which it is stale."""

    connection: str
    name: str
    limit_s: float


class Running(Struct):
    """A run under way. It hangs when for `limit_s` seconds it neither ended nor asked anything of its platform."""

    step: str
    connection: str
    limit_s: float
    requests: Callable[[], int]
    moved_at: float
    asked: int
    hangs: bool = False


class Health:
    """Shared by the daemon, which tells, and the server, which shows. All times of runs are monotonic."""

    def __init__(self, now: Callable[[], datetime], monotonic: Callable[[], float]) -> None:
        self.now = now
        self.started_at = now()
        self.streams: Sequence[Stream] = ()
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._beat_at = monotonic()
        self._running: dict[tuple[str, str], Running] = {}
        self._refused: set[str] = set()

    def beat(self) -> None:
        """The lanes turn."""
        self._beat_at = self._monotonic()

    def is_alive(self) -> bool:
        """Did the lanes turn within the last minute?"""
        return self._monotonic() - self._beat_at < ALIVE_S

    def began(self, step: str, connection: str, limit_s: float, requests: Callable[[], int]) -> None:
        """A run began; `requests` counts what it asks of its platform."""
        with self._lock:
            now = self._monotonic()
            self._running[step, connection] = Running(step, connection, limit_s, requests, now, requests())

    def ended(self, step: str, connection: str) -> None:
        """The run ended, well or not."""
        with self._lock:
            self._running.pop((step, connection), None)

    def look(self) -> list[Running]:
        """Look at what runs; the runs that hang and did not when one looked before."""
        fresh = []
        with self._lock:
            now = self._monotonic()
            for run in self._running.values():
                asked = run.requests()
                if asked != run.asked:
                    run.asked, run.moved_at, run.hangs = asked, now, False
                elif now - run.moved_at > run.limit_s and not run.hangs:
                    run.hangs = True
                    fresh.append(run)
        return fresh

    def hanging(self) -> list[tuple[str, str]]:
        """Steps and connections of the runs that hang."""
        with self._lock:
            return [(run.step, run.connection) for run in self._running.values() if run.hangs]

    def refuse(self, connection: str) -> None:
        """The platform refused this connection's credentials."""
        with self._lock:
            self._refused.add(connection)

    def accept(self, connection: str) -> None:
        """It takes them again, or there are new ones."""
        with self._lock:
            self._refused.discard(connection)

    def refused(self) -> list[str]:
        """Connections whose credentials are refused."""
        with self._lock:
            return sorted(self._refused)
