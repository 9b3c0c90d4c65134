"""What the daemon asks of its own process: private files, no core dumps, sleeps that end, an end without waiting."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import sys
import threading
from collections.abc import Callable
from typing import NoReturn

from connector.errors import RetryableError

M_ARENA_MAX = -8
"""Source: mallopt(3)."""


class StoppingError(RetryableError):
    """A wait ended because the process ends; nothing was sent."""

    default_code = "stopping"


def harden() -> None:
    """Whatever this process makes is readable by its owner alone."""
    os.umask(0o077)


def save_memory() -> None:
    """To be called before the first thread: all share one heap. A heap each keeps what its busiest moment took."""
    with contextlib.suppress(OSError, AttributeError):  # another C library: it has no mallopt
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def sleep_until(stop: threading.Event) -> Callable[[float], None]:
    """A sleep that raises StoppingError when `stop` is set meanwhile, or already is."""

    def sleep(seconds: float) -> None:
        if stop.wait(seconds):
            raise StoppingError("the process ends", hint="the next start goes on here")

    return sleep


def leave(code: int) -> NoReturn:
    """End now, though threads still wait for a platform: what they sent is on disk as sent, and is read back later."""
    sys.stderr.flush()
    os._exit(code)


def settle() -> None:
    """What the start made stays: to look it through for garbage is most of what an idle process would do."""
    gc.collect()
    gc.freeze()


def give_back() -> None:
    """Return freed memory to the system. glibc keeps what a large run used, in arenas of each thread, until asked."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):  # another C library: it has no malloc_trim
        ctypes.CDLL(None).malloc_trim(0)
