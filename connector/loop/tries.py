"""How often, and in which company, a write is tried that failed: the bad one sinks nobody else.

One error says nothing about whose it is: one write's, or the platform's. So what failed waits a little longer each
time, in half the company, while others go on. As many errors in a row as `MOST` mean the platform. What fails alone
again and again, while others go through, is a write's own trouble: a person has to look.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Final

from connector.loop.channel import Channel
from connector.loop.settle import MOST_ATTEMPTS
from connector.state import outbox
from connector.state.store import Tx

MOST: Final = 3
"""Batches in a row that came to nothing and are not taken for their own trouble any more."""
FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(minutes=15)


def company(batch: int, tries: int, waiting: int) -> int:
    """How many of those that wait after so many tries may share a call."""
    return max(1, min(batch >> tries, waiting // 2)) if tries else batch


def pause(tries: int) -> timedelta:
    """How long a write that failed so many times is left alone."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(tries - 1, 20)) if tries else timedelta()


def is_lasting(tx: Tx, channel: Channel, tries: int, since: datetime | None) -> bool:
    """Did a write fail alone again and again, while others went through since its last try?"""
    if tries < MOST_ATTEMPTS or channel.batch >> (tries - 1) > 1 or since is None:
        return False
    return outbox.any_confirmed(tx, channel.name, since)


class Streak:
    """Batches in a row that came to nothing, whichever thread sent them."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._length = 0

    @property
    def means_all(self) -> bool:
        """Are they too many to be their own trouble?"""
        return self._length >= MOST

    def add(self, *, went_through: bool) -> None:
        """One more batch was sent."""
        with self._guard:
            self._length = 0 if went_through else self._length + 1
