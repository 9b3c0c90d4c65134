"""What a process of ours sets before it loads anything else: that it needs less, and keeps to itself what it holds."""

from __future__ import annotations

import atexit
import gc
import os
import resource
from typing import Final

YOUNG_OBJECTS: Final = 20_000
"""More than the loop holds between two commits. Python's own 700 look through a page of contacts ten times while it is
worked on, and through all modules while they load: a fifteenth of a first read, a tenth of a start."""


def lighten() -> None:
    """To be called first."""
    _collect_seldom()
    # No other package has a say in what a configuration means; looking for one costs 40 ms of every start.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def keep_memory_private() -> None:
    """Nothing of it, tokens and people's data among it, is ever written to a file."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _collect_seldom() -> None:
    """Nearly all that a process makes is freed by counting references; little is left for the garbage collector.

    At the end nothing is looked through once more, a seventh of a short process: its memory goes back whole.
    """
    gc.set_threshold(YOUNG_OBJECTS, 10, 10)
    atexit.register(gc.freeze)
