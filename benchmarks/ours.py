"""One pull of ours against the measuring server: `python ours.py ADDRESS FOLDER`. The second run of a folder reads
what changed since."""

from __future__ import annotations

import sys
from pathlib import Path

from connector.startup import lighten

lighten()  # first, as the command does

from benchmarks.company import opened  # noqa: E402
from connector.loop.run import run_once  # noqa: E402


def main(address: str, folder: Path) -> None:
    """Pull, as `leadloop run --once --only pull` does."""
    store, loop = opened(folder, address)
    with store.hold():
        (line,) = [line for line in run_once(loop, only=("pull",)) if line.stream == "contacts"]
    if line.error or line.read != line.saved + line.unchanged:
        sys.exit(f"read {line.read}, saved {line.saved}: {line.error}")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
