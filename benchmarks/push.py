"""Claim: a push uses 95 % of the allowed rate without a refusal, 5 to 10 calls per 1,000 leads, none without changes.

    python -m benchmarks.push [--leads 12000] [--changed 1000]

The platform is a simulated Salesforce that allows 20 calls in any 10 seconds and answers after 120 ms. All leads are
created, `changed` of them change, and then nothing does. Creating first asks for each lead's record; between asking
and writing the loop plans, which the rate of all calls includes and that of the writes does not.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.company import opened, salesforce
from benchmarks.server import served
from connector.adapter import Limit
from connector.loop.run import STEPS, run_once
from connector.testing.simulator import Entry
from connector.testing.simulators.salesforce import SalesforceSimulator

CALLS, PER_S = 20, 10
LATENCY_S = 0.12


class BusyOrg(SalesforceSimulator):
    """An org that counts calls in seconds instead of days, so that a push of a minute meets the limit."""

    limits = (*SalesforceSimulator.limits, Limit(calls=CALLS, per_s=PER_S))


def main(leads: int, changed: int) -> None:
    """Push all, then the changed, then nothing; print what each took."""
    with (
        served(leads, changed, properties=0) as address,
        BusyOrg(latency_s=LATENCY_S) as org,
        TemporaryDirectory() as folder,
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart,
    ):
        guard = {"creates": leads, "changes_percent": 100}
        crm = salesforce(org.base_url, write="all", limits={"per_10s": CALLS}, guard=guard)
        done = apart.submit(passes, Path(folder), address, crm).result()
        print(f"{'':12} {'leads':>6} {'calls':>6} {'per 1,000':>10} {'refused':>8} {'all calls':>10} {'writes':>7}")
        since_s = 0.0
        for name, pushed, until_s in done:
            calls = [entry for entry in org.ledger if since_s < entry.at_s <= until_s and "oauth2" not in entry.path]
            show(name, pushed, calls)
            since_s = until_s


def passes(folder: Path, address: str, crm: dict[str, Any]) -> list[tuple[str, int, float]]:
    """Three runs of one process: what each is, how many leads it wrote, and when it ended (monotonic)."""
    store, loop = opened(folder, address, crm)
    done = []
    with store.hold():
        for name, steps in (("created", STEPS[:3]), ("changed", STEPS[:3]), ("nothing new", ("push",))):
            lines = run_once(loop, only=steps)
            errors = [line.error for line in lines if line.error]
            if errors:
                raise SystemExit(f"the run failed: {errors}")
            written = sum(line.created + line.updated for line in lines if line.step == "push")
            done.append((name, written, time.monotonic()))
    store.close()
    return done


def show(name: str, leads: int, calls: Sequence[Entry]) -> None:
    """One line: how many calls, and the part of the allowed rate that was used, by all and by those that write."""
    refused = sum(call.status in (403, 429) for call in calls)
    writes = [call for call in calls if call.method in ("POST", "PATCH")]
    per_1000 = f"{len(calls) / leads * 1000:10.1f}" if leads else f"{'-':>10}"
    print(f"{name:12} {leads:6} {len(calls):6} {per_1000} {refused:8} {used(calls):>10} {used(writes):>7}", flush=True)


def used(calls: Sequence[Entry]) -> str:
    """The time that the limit alone asks for, by the time taken; not said of calls that fill no two windows."""
    windows = (len(calls) - 1) // CALLS
    if windows < 2:
        return "-"
    taken_s = calls[windows * CALLS].at_s - calls[0].at_s
    return f"{windows * PER_S / taken_s:.1%}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, default=12_000)
    parser.add_argument("--changed", type=int, default=1_000)
    given = parser.parse_args()
    main(given.leads, given.changed)
