"""Notices when the wall clock is set, or the machine slept: due times are wall times, so they move with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

JUMP_S = 2.0
"""Smaller steps are a time service at work."""


class ClockWatch:
    """Compares the wall clock with the monotonic one, look by look."""

    def __init__(self, now: Callable[[], datetime], monotonic: Callable[[], float]) -> None:
        self._now = now
        self._monotonic = monotonic
        self._began = self._base()

    def jump_s(self) -> float:
        """Seconds by which the wall clock moved since the last look beyond what passed; 0.0 for next to nothing.

        Negative: it was set back. Positive: it was set forward, or the machine was suspended.
        """
        base = self._base()
        jump = (base - self._began).total_seconds()
        self._began = base
        return jump if abs(jump) >= JUMP_S else 0.0

    def _base(self) -> datetime:
        return self._now() - timedelta(seconds=self._monotonic())
