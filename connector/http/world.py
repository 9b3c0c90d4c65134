"""What a client needs of the world: clocks, sleep and chance, passed in so that a whole run replays from a seed."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime

from msgspec import Struct


def _utc_now() -> datetime:
    return datetime.now(UTC)


class World(Struct, frozen=True):
    """`now` is the wall clock (aware UTC), `monotonic` seconds that never go back, `chance` a float in [0, 1).

    `sleep` may raise to interrupt a wait (a daemon that drains): whatever was held is given back.
    """

    now: Callable[[], datetime] = _utc_now
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random
