"""A clock for suites: wall time and monotonic time move together, and sleeping moves them instead of waiting."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Final

BEGIN: Final = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class Clock:
    """One time for the platform and the client, so that a day of waiting takes no time. Thread-safe."""

    def __init__(self, begin: datetime = BEGIN) -> None:
        self.begin = begin
        self._passed_s = 0.0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Aware UTC."""
        return self.begin + timedelta(seconds=self._passed_s)

    def monotonic(self) -> float:
        """Seconds since the clock began."""
        return self._passed_s

    def sleep(self, seconds: float) -> None:
        """Time passes."""
        with self._lock:
            self._passed_s += max(0.0, seconds)

    advance = sleep
