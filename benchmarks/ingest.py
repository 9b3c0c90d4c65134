"""Claim: contacts reach the store with a third of the CPU of plain requests + sqlite-utils, and a 15th of dlt's.

    python -m benchmarks.ingest [--contacts 100000] [--rounds 3] [--dlt PYTHON]

Each round reads everything, then 100 changed contacts, with each tool in turn against one loopback server, and counts
the CPU of whole processes. `PYTHON` is an interpreter with `dlt[sqlalchemy]`. The lines `import` are processes that
import those packages and end: no process that is built on them takes less. `a cycle` is what the same 100 changes cost
a process that runs already and has read some before: a daemon of ours, one more `pipeline.run` of dlt's.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.server import served
from benchmarks.timed import Figure, compile_ours, run, script, typical

CYCLES = 6


def main(contacts: int, rounds: int, dlt: str | None) -> None:
    """Measure and print."""
    compile_ours()
    tools = {"ours": ("ours.py", sys.executable), "plain": ("plain.py", sys.executable)}
    if dlt:
        tools["dlt"] = ("with_dlt.py", dlt)
    first: dict[str, list[Figure]] = defaultdict(list)
    later: dict[str, list[Figure]] = defaultdict(list)
    with served(contacts) as address:
        for _ in range(rounds):
            with TemporaryDirectory() as folder:
                for name, (file, python) in tools.items():
                    first[name].append(script(file, address, f"{folder}/{name}", python=python))
                for name, (file, python) in tools.items():
                    later[name].append(script(file, address, f"{folder}/{name}", python=python))
                for what in ("requests", "requests, pydantic"):
                    later[f"import {what}"].append(run(sys.executable, "-c", f"import {what}"))
                cycles = {"ours": cycle(Path(folder) / "ours", address)}
                if dlt:
                    said = script("with_dlt.py", address, f"{folder}/dlt", str(CYCLES), python=dlt).said
                    taken = [float(line.split()[1]) for line in said.splitlines() if line.startswith("cycle ")]
                    cycles["dlt"] = median(taken[1:])
    show(f"{contacts} contacts", first)
    show("100 changes", later)
    print(f"\n{'a cycle':26} {'CPU s':>8}")
    for name, cycle_s in cycles.items():
        print(f"{name:26} {cycle_s:8.3f}")


def cycle(folder: Path, address: str) -> float:
    """CPU seconds of reading 100 changes, the median of all but the first, in this process."""
    # Imported last: a process that is started by a large one counts that one's memory as its own peak.
    from benchmarks.company import opened  # noqa: PLC0415
    from connector.loop.run import run_once  # noqa: PLC0415

    store, loop = opened(folder, address)
    taken = []
    with store.hold():
        for _ in range(CYCLES):
            begun = time.process_time()
            run_once(loop, only=("pull",))
            taken.append(time.process_time() - begun)
    store.close()
    return median(taken[1:])


def show(what: str, figures: dict[str, list[Figure]]) -> None:
    """One line a tool: medians, and how many times ours it is, round by round."""
    print(f"\n{what:26} {'CPU s':>8} {'peak MB':>8} {'times ours':>11}")
    for name, runs in figures.items():
        ratio = median(one.cpu_s / ours.cpu_s for one, ours in zip(runs, figures["ours"], strict=True))
        middle = typical(runs)
        print(f"{name:26} {middle.cpu_s:8.2f} {middle.peak_mb:8.0f} {ratio:11.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dlt", help="an interpreter with dlt[sqlalchemy]")
    given = parser.parse_args()
    main(given.contacts, given.rounds, given.dlt)
