"""Claim: each marketing platform is read at its documented limit, and a large account fits a small machine.

    python -m benchmarks.marketing hubspot [--contacts 100000] [--acts 1000000] [--seconds 300] [--no-volume]

Against the platform's simulator, which answers after 50 ms: `steady`, a first read for so many seconds under the
documented limits (the part of the busiest limit that it used); then without latency and under a thousandfold of the
limits `first read`, `the next` (nothing is new: what the adapter reads again to be sure) and `100 changed`, pulled and
scored: CPU seconds and peak memory of the loop's own process.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from importlib import import_module
from itertools import cycle
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.simulated import Shifted, busiest
from connector.adapter import registry
from connector.config import load
from connector.loop.connect import Connector, read_files
from connector.loop.context import World
from connector.loop.run import run_once
from connector.shipped import shipped
from connector.state.store import Store
from connector.testing.simulator import Simulator
from tests.platforms.audience import Audience, Deed, Someone

LATENCY_S = 0.05
LOOSE = 1000.0
CHANGED = 100
TITLES = ("CEO", "Manager", "Analyst", "Intern", "Head of Ops")
LONG_AGO, LATER = timedelta(days=2), timedelta(hours=2)


def main(platform: str, contacts: int, acts: int, seconds: float, *, volume: bool) -> None:
    """Fill the account, then measure and print."""
    clock = Shifted(-LONG_AGO)
    audience: Audience = import_module(f"tests.adapters.{platform}.audience").TheAudience(clock, 1.0)
    with audience, TemporaryDirectory() as folder:
        simulator = audience.simulator
        ids = filled(audience, contacts, acts)
        clock.shift = timedelta()
        print(f"{platform}: {contacts} contacts, {acts} acts")
        if seconds:
            steady(audience, Path(folder) / "steady", seconds)
        if not volume:
            return
        simulator.latency_s, simulator.meter.factor = 0.0, LOOSE
        simulator.ledger.clear()
        with apart(Path(folder) / "large", audience, LOOSE) as loop:
            show("first read", loop, simulator, contacts)
            clock.shift = LATER
            loop.send(clock.shift)
            show("the next", loop, simulator, contacts)
            for number in range(CHANGED):
                deed = Deed(audience.soonest, clock.now(), "new", f"https://acme.example/{number}")
                audience.act(ids[number * len(ids) // CHANGED], deed)
            clock.shift = 2 * LATER
            loop.send(clock.shift)
            show("100 changed", loop, simulator, CHANGED)


def filled(audience: Audience, contacts: int, acts: int) -> Sequence[str]:
    """People come to be and do what the platform can tell, one kind after the other; their ids."""
    ids = [audience.add(person(number)) for number in range(contacts)]
    at = audience.clock.now()
    kinds = cycle(sorted(audience.types & {"form_submission", "email_open", "email_click", "page_view"}))
    for number in range(acts):
        deed = Deed(next(kinds), at + timedelta(seconds=number // 50), f"form-{number % 7}", "https://acme.example/a")
        audience.act(ids[number % contacts], deed)
    return ids


def person(number: int) -> Someone:
    """One of many."""
    return Someone(
        f"person{number}@company{number % 5000}.example", f"First{number % 997}", f"Last{number % 1999}",
        TITLES[number % len(TITLES)], f"Company {number % 5000}", "Brazil",
    )  # fmt: skip


def steady(audience: Audience, folder: Path, seconds: float) -> None:
    """Read under the documented limits for a while, or until everything is read; print the share that was used."""
    simulator = audience.simulator
    simulator.latency_s = LATENCY_S
    begun_s = simulator.monotonic()
    with apart(folder, audience, 1.0) as loop:
        loop.poll(seconds)
    entries = [one for one in simulator.ledger if begun_s <= one.at_s <= begun_s + seconds]
    refused = sum(one.status == 429 for one in entries)
    taken_s = entries[-1].at_s - begun_s
    share = busiest(simulator, entries)
    print(f"  {'steady':12} {taken_s:6.0f} s {len(entries):8} calls, {share}, {refused} refused", flush=True)


def show(name: str, loop: Connection, simulator: Simulator, contacts: int) -> None:
    """One line of a pass: what it cost, and how many calls it asked for."""
    before = len(simulator.ledger)
    told = loop.recv()
    calls = len(simulator.ledger) - (before if name != "first read" else 0)
    print(
        f"  {name:12} {told['taken_s']:6.0f} s {calls:8} calls ({calls / contacts * 1000:.1f} per 1,000 contacts)"
        f" {told['pull_s']:8.2f} CPU s pull {told['score_s']:7.2f} score {told['peak_mb']:6.0f} MB,"
        f" {told['saved']} saved",
        flush=True,
    )


@contextmanager
def apart(folder: Path, audience: Audience, factor: float) -> Iterator[Connection]:
    """The loop in a process of its own: it tells of a first pass, then of one more for each shift that it is sent."""
    folder.mkdir()
    here, there = multiprocessing.get_context("spawn").Pipe()
    arguments = (there, folder, dict(audience.connection()), factor)
    process = multiprocessing.get_context("spawn").Process(target=passes, args=arguments, daemon=True)
    process.start()
    try:
        yield here
    finally:
        process.kill()
        process.join()


def passes(told: Connection, folder: Path, connection: dict[str, Any], factor: float) -> None:
    """The child: one pass after the other."""
    clock = Shifted()
    path = folder / "leadloop.yaml"
    path.write_text(json.dumps({
        "state": "leadloop.db", "marketing": {"mkt": connection}, "scoring": str(shipped("scoring/b2b.yaml")),
    }))  # fmt: skip
    config = load(path, {}, registry.spec_of)
    store = Store.open(config.state, now=clock.now)
    world = World(clock.now, clock.monotonic, clock.sleep)
    loop = Connector(config, read_files(config), world, store, limit_factor=factor).loop(store)
    with store.hold():
        while True:
            begun_s, cpu_s = time.monotonic(), time.process_time()
            lines = run_once(loop, only=("pull",))
            pull_s = time.process_time() - cpu_s
            lines += run_once(loop, only=("score",))
            errors = [line.error for line in lines if line.error]
            if errors:
                raise SystemExit(f"the run failed: {errors}")
            told.send({
                "taken_s": time.monotonic() - begun_s, "pull_s": pull_s,
                "score_s": time.process_time() - cpu_s - pull_s,
                "peak_mb": peak_mb(),
                "saved": sum(line.saved for line in lines if line.step == "pull"),
            })  # fmt: skip
            clock.shift = told.recv()


def peak_mb() -> float:
    """The most memory that this program had; `ru_maxrss` would also count the process that it was forked from."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("platform")
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--acts", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--no-volume", action="store_true")
    given = parser.parse_args()
    main(given.platform, given.contacts, given.acts, given.seconds, volume=not given.no_volume)
