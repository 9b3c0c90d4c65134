"""Claim: a cycle with 100 changed contacts costs the same within 1.5x, whatever is stored.

    python -m benchmarks.cycle [--sizes 10000 300000]

A state of each size is built by the loop itself: pulled and scored. Then 100 contacts change, spread over all, and one
pass of all steps reads and scores them, asks a simulated Salesforce for decisions, and finds what is to be written.
The loop has a process of its own; server and org are not counted.
"""

from __future__ import annotations

import argparse
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.company import opened, salesforce
from benchmarks.server import served
from connector.loop.run import run_once
from connector.testing.simulators.salesforce import SalesforceSimulator

CYCLES = 7


def main(sizes: list[int]) -> None:
    """Measure each size and print."""
    print(f"{'stored':>10} {'built CPU s':>12} {'state MB':>9} {'cycle CPU ms':>13}")
    cycles_ms = [measure(size) for size in sizes]
    print(f"largest by smallest: {cycles_ms[-1] / cycles_ms[0]:.2f}")


def measure(size: int) -> float:
    """CPU milliseconds of a cycle."""
    with (
        served(size, properties=0) as address,
        SalesforceSimulator(factor=100) as org,
        TemporaryDirectory() as folder,
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart,
    ):
        built_s, cycle_ms = apart.submit(cycles, Path(folder), address, org.base_url).result()
        state_mb = (Path(folder) / "leadloop.db").stat().st_size / 2**20
    print(f"{size:10} {built_s:12.1f} {state_mb:9.0f} {cycle_ms:13.1f}", flush=True)
    return cycle_ms


def cycles(folder: Path, address: str, org: str) -> tuple[float, float]:
    """CPU seconds of building the state, and the median milliseconds of a cycle."""
    store, loop = opened(folder, address, salesforce(org))
    taken = []
    with store.hold():
        for _ in range(1 + CYCLES):
            begun = time.process_time()
            lines = run_once(loop)
            taken.append(time.process_time() - begun)
    failed = [line.error for line in lines if line.error]
    if failed or sum(line.saved for line in lines if line.step == "pull") != 100:
        raise SystemExit(f"the last cycle did not read 100 changes: {failed}")
    store.close()
    return taken[0], median(taken[1:]) * 1000


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 300_000])
    main(parser.parse_args().sizes)
