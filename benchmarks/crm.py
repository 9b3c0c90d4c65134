"""Claim: a CRM is asked for little more than its batch sizes force, and for nothing where nothing changed.

    python -m benchmarks.crm pipedrive [--leads 1000] [--changed 50]

All leads are pushed into the CRM's simulator, which answers after 50 ms under its documented limits; then some change,
then none. `per write` counts the leads that one writing call carried; `looking` are calls that wrote nothing.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.company import opened
from benchmarks.server import served
from benchmarks.simulated import Shifted, busiest
from connector.loop.run import STEPS, run_once
from tests.adapters.tryton.running import TrytonServer
from tests.platforms.desk import SalesDesk

LATENCY_S = 0.05


def main(platform: str, leads: int, changed: int) -> None:
    """Push all, then the changed, then nothing; print what each took."""
    with (
        served(leads, changed, properties=0) as address,
        TemporaryDirectory() as folder,
        desk_of(platform, Path(folder)) as desk,
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart,
    ):
        desk.simulator.latency_s = LATENCY_S
        crm = {**desk.connection(), "write": "all", "guard": {"creates": leads, "changes_percent": 100}}
        done = apart.submit(passes, Path(folder), address, crm).result()
        print(f"{platform:14} {'leads':>6} {'calls':>6} {'per 1,000':>10} {'writing':>8} {'looking':>8} {'refused':>8}")
        since_s = 0.0
        for name, pushed, until_s in done:
            show(desk, name, pushed, since_s, until_s)
            since_s = until_s


@contextmanager
def desk_of(platform: str, folder: Path) -> Iterator[SalesDesk]:
    """The platform's simulator with sales at it; Tryton is its real server (`make .tryton/ready`)."""
    kind = import_module(f"tests.adapters.{platform}.desk").Desk
    if platform != "tryton":
        with kind(Shifted(), 1.0) as desk:
            yield desk
        return
    with TrytonServer(folder) as server, kind(Shifted(), 1.0, server) as desk:
        yield desk


def passes(folder: Path, address: str, crm: dict[str, Any]) -> list[tuple[str, int, float]]:
    """Three runs of one process: what each is, how many leads it wrote, and when it ended (monotonic)."""
    store, loop = opened(folder, address, crm)
    clock = Shifted()
    [side] = loop.crm
    side.adapter.ensure_fields(side.mapping.field_plan())
    done = [("prepared", 0, clock.monotonic())]
    with store.hold():
        for name, steps in (("created", STEPS[:3]), ("changed", STEPS[:3]), ("nothing new", ("push",))):
            lines = run_once(loop, only=steps)
            errors = [line.error for line in lines if line.error]
            if errors:
                raise SystemExit(f"the run failed: {errors}")
            written = sum(line.created + line.updated for line in lines if line.step == "push")
            done.append((name, written, clock.monotonic()))
    store.close()
    return done


def show(desk: SalesDesk, name: str, leads: int, since_s: float, until_s: float) -> None:
    """One line: how many calls a pass took, how many of them wrote, and how much of the allowed rate was used."""
    entries = [one for one in desk.simulator.ledger if since_s < one.at_s <= until_s]
    refused = sum(one.status == 429 for one in entries)
    writing = sum(one.method in ("PATCH", "PUT", "DELETE") or is_creation(one.path, one.method) for one in entries)
    per_1000 = f"{len(entries) / leads * 1000:10.1f}" if leads else f"{'-':>10}"
    print(
        f"{name:14} {leads:6} {len(entries):6} {per_1000} {writing:8} {len(entries) - writing:8} {refused:8}"
        f"  {busiest(desk.simulator, entries)}",
        flush=True,
    )


def is_creation(path: str, method: str) -> bool:
    """Does a POST write? Searches, queries and sign-ins are posted, too."""
    return method == "POST" and not any(word in path for word in ("search", "query", "coql", "read", "oauth", "token"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("platform")
    parser.add_argument("--leads", type=int, default=1_000)
    parser.add_argument("--changed", type=int, default=50)
    given = parser.parse_args()
    main(given.platform, given.leads, given.changed)
