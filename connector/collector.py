"""When Python looks for garbage that only its collector finds: seldom, because there is next to none."""

from __future__ import annotations

import atexit
import gc
from typing import Final

YOUNG_OBJECTS: Final = 20_000
"""More than the loop holds between two commits. Python's own 700 look through a page of contacts ten times while it is
worked on, and through all modules while they load: a fifteenth of a first read, a tenth of a start."""


def collect_seldom() -> None:
    """To be called first: nearly all that a process makes is freed by counting references.

    At its end nothing is looked through once more, a seventh of a short process: its memory goes back whole.
    """
    gc.set_threshold(YOUNG_OBJECTS, 10, 10)
    atexit.register(gc.freeze)
