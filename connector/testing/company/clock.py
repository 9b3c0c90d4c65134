"""The one clock of a simulated company: both platforms and the engine ask it, and only the company moves it."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from math import ceil


class Clock:
    """Simulated time, to the second as Salesforce keeps it. What is to happen happens while it moves on, in order."""

    def __init__(self, start: datetime) -> None:
        self._start = self._now = start
        self._numbers = count()
        self._coming: list[tuple[datetime, int, Callable[[], None]]] = []

    def __call__(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        """Seconds since the start."""
        return (self._now - self._start).total_seconds()

    def sleep(self, wait_s: float) -> None:
        """Who waits lets simulated time pass, in whole seconds; what falls due meanwhile happens at the next move."""
        self._now += timedelta(seconds=ceil(wait_s))

    def at(self, moment: datetime, happen: Callable[[], None]) -> None:
        """Let something happen at a moment; what lies in the past happens as soon as the clock moves."""
        heapq.heappush(self._coming, (moment.replace(microsecond=0), next(self._numbers), happen))

    def move_to(self, moment: datetime) -> None:
        """Move on; what happens on the way may make more happen."""
        while self._coming and self._coming[0][0] <= moment:
            due_at, _, happen = heapq.heappop(self._coming)
            self._now = max(self._now, due_at)
            happen()
        self._now = moment
