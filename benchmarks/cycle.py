"""Claim: a cycle with 100 changed contacts costs the same within 1.5x, whatever is stored.

    python -m benchmarks.cycle [--sizes 10000 300000]

A state of each size is built by the loop itself: pulled and scored. Then 100 contacts change, spread over all, and one
pass of all steps reads and scores them, asks a simulated Salesforce for decisions, and finds what is to be written.
Each size has a process of its own, and they take turns: a machine that is now fast, now slow, is so for all. Servers
and orgs are not counted.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.company import opened, salesforce
from benchmarks.server import served
from connector.loop.context import Loop
from connector.loop.run import run_once
from connector.testing.simulators.salesforce import SalesforceSimulator

CYCLES = 7
_LOOPS: list[Loop] = []
"""Of the process of one size: what it built."""


def main(sizes: list[int]) -> None:
    """Measure and print."""
    print(f"{'stored':>10} {'built CPU s':>12} {'state MB':>9} {'cycle CPU ms':>13}")
    with ExitStack() as stack:
        companies = [stack.enter_context(company(size)) for size in sizes]
        built = [(apart.submit(build, folder, *addresses).result(), folder) for apart, folder, addresses in companies]
        rounds = [[apart.submit(cycle).result() * 1000 for apart, _, _ in companies] for _ in range(CYCLES)]
        cycles_ms = [median(taken) for taken in zip(*rounds, strict=True)]
        for size, (built_s, folder), cycle_ms in zip(sizes, built, cycles_ms, strict=True):
            state_mb = (folder / "leadloop.db").stat().st_size / 2**20
            print(f"{size:10} {built_s:12.1f} {state_mb:9.0f} {cycle_ms:13.1f}")
    print(f"largest by smallest: {cycles_ms[-1] / cycles_ms[0]:.2f}")


@contextmanager
def company(size: int) -> Iterator[tuple[ProcessPoolExecutor, Path, tuple[str, str]]]:
    """A process for the loop, its folder, and the addresses of marketing and CRM."""
    with (
        served(size, properties=0) as address,
        SalesforceSimulator(factor=100) as org,
        TemporaryDirectory() as folder,
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart,
    ):
        yield apart, Path(folder), (address, org.base_url)


def build(folder: Path, address: str, org: str) -> float:
    """CPU seconds of reading and scoring everybody."""
    begun = time.process_time()
    store, loop = opened(folder, address, salesforce(org))
    store.take()
    _LOOPS.append(loop)
    run_once(loop)
    return time.process_time() - begun


def cycle() -> float:
    """CPU seconds of one pass."""
    (loop,) = _LOOPS
    begun = time.process_time()
    lines = run_once(loop)
    taken = time.process_time() - begun
    failed = [line.error for line in lines if line.error]
    if failed or sum(line.saved for line in lines if line.step == "pull") != 100:
        raise SystemExit(f"the cycle did not read 100 changes: {failed}")
    return taken


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 300_000])
    main(parser.parse_args().sizes)
