"""The collector looks seldom in a process of ours, and not at all at its end."""

from __future__ import annotations

import subprocess
import sys

TELLS_AT_ITS_END = """
import atexit, gc
atexit.register(lambda: print(gc.get_freeze_count() > 0))  # what is registered first is called last
from connector.cli import main
main(["adapters"], standalone_mode=False)
print(gc.get_threshold()[0])
"""


def test_a_verb_makes_the_collector_look_seldom_and_not_at_its_end() -> None:
    done = subprocess.run([sys.executable, "-c", TELLS_AT_ITS_END], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-2:] == ["20000", "True"]
