"""The weeks of the demo: the company lives a day, the loop runs once, and so on. The loop is the real one."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct, field
from msgspec.structs import asdict

from connector.adapter.registry import spec_of
from connector.config import load
from connector.errors import LeadloopError
from connector.loop.connect import Connector, read_files
from connector.loop.context import Loop, World
from connector.loop.run import STEPS, run_once
from connector.loop.tally import Tally
from connector.model import Json
from connector.state.store import Store

if TYPE_CHECKING:
    from connector.testing.company import Company

LIMIT_FACTOR: Final = 1000.0
"""How much higher the platforms' limits are, and what the client keeps to: the demo takes seconds, not weeks."""
SWEEP_ON_DAY: Final = 7
"""When everybody is read again, once. Each day, as a schedule would, takes longer than a demo should."""
SETTLED_AFTER: Final = timedelta(minutes=20)
"""Events that marketing took with the last run show in its funnel by then."""


class Totals(Struct):
    """What all runs came to."""

    runs: int = 0
    requests: int = 0
    contacts: int = 0
    mqls: int = 0
    decisions: int = 0
    troubles: list[str] = field(default_factory=list)

    def as_json(self) -> Json:
        """As `--json` prints them."""
        return asdict(self)

    def add(self, lines: Sequence[Tally]) -> None:
        """Count one run."""
        self.runs += 1
        self.requests += sum(line.requests for line in lines)
        self.mqls += sum(line.created for line in lines if line.step == "score")
        self.troubles += [f"{line.step} {line.connection}: {line.error}" for line in lines if line.error]


@contextmanager
def loop_over(configuration: Path, company: Company, seed: int) -> Iterator[Loop]:
    """The real loop over the simulated accounts, on the company's clock; the state is held meanwhile."""
    config = load(configuration, {}, spec_of)
    chance = random.Random(seed)  # noqa: S311 - the demo's ids repeat with its seed
    clock = company.clock
    world = World(clock, clock.monotonic, clock.sleep, chance.randbytes)
    store = Store.open(config.state, now=clock)
    connector = Connector(config, read_files(config), world, store, limit_factor=LIMIT_FACTOR)
    try:
        with store.hold():
            yield connector.loop(store)
    finally:
        connector.close()
        store.close()


def prepare(loop: Loop) -> None:
    """Make the fields that the mapping writes, as `leadloop prepare` does. The CRM of the demo has them."""
    for source in loop.marketing:
        told = source.adapter.prepare_writes(source.mapping.feedback.writes)
        failed = {name: said for name, said in told.items() if said not in ("created", "exists")}
        if failed:
            raise LeadloopError(f"the simulated account did not make its fields: {failed}")


def live(loop: Loop, company: Company, totals: Totals) -> Iterator[int]:
    """Live all days with a run at the end of each; yields the number of each week that has passed."""
    for day in range(1, company.days + 1):
        company.live_until(company.start + timedelta(days=day))
        steps = STEPS if day == SWEEP_ON_DAY else STEPS[:-1]
        _run(loop, totals, steps)
        if day % 7 == 0:
            yield day // 7
    company.live_until(company.clock() + SETTLED_AFTER)
    _run(loop, totals, STEPS[:-1])


def _run(loop: Loop, totals: Totals, steps: Sequence[str]) -> None:
    totals.add(run_once(loop, only=steps))
    db = loop.store.read()
    totals.contacts = db.execute("SELECT count(*) FROM contacts WHERE gone_at IS NULL").fetchone()[0]
    totals.decisions = db.execute("SELECT count(*) FROM decisions").fetchone()[0]
