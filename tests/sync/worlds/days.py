"""Some days of a company on whatever platforms, drawn from a seed: people, ops and the network, in any order."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Final

from connector.cli.restoring import restore
from connector.loop.requests import perform
from connector.testing.simulator import Fault, Reply, Simulator
from tests.sync.world import Company

FORMS: Final = ("ebook-a", "ebook-b", "ebook-c", "fair-spring", "demo-request", "point-x", "point-y", "careers")
TITLES: Final = ("CEO", "CEO", "Manager", "Analyst", "Student")
STEPS: Final = ("pull", "score", "push", "decisions", "feedback", "reconcile")
FAULTS: Final[tuple[tuple[Any, Reply], ...]] = (
    ("lose_before", Reply()),
    ("lose_after", Reply()),
    ("reply", Reply(503)),
    ("reply", Reply(429, {}, {"Retry-After": "30"})),
    ("reply", Reply(401, {})),
    ("reply_after", Reply(503)),
    ("reply_after", Reply(200, b"<html>", {"Content-Type": "text/html"})),
)


class Days(ABC):
    """`story` tells what happened, so that a world that breaks can be read; `said` what sales last made of a record.

    Where a backup took the state's place, `restored`, nobody is written twice and all is read again; but a lead that
    sales took up since is sales' own by then.
    """

    moves: ClassVar[Mapping[str, int]]
    """How often what happens, beside the rest: names of methods that tell what they did, or None for nothing."""

    def __init__(self, company: Company, seed: int) -> None:
        self.company = company
        self.chance = random.Random(seed)  # noqa: S311 - a life that repeats
        self.story: list[str] = []
        self.names: list[str] = []
        self.said: dict[str, tuple[str, datetime]] = {}
        self.paused = False
        self.backups: list[Path] = []
        self.restored = False

    @property
    @abstractmethod
    def faulty(self) -> Sequence[tuple[str, Simulator, Sequence[str]]]:
        """What may break: a side's name, its platform, and paths of requests."""

    @abstractmethod
    def somebody_comes(self) -> str | None:
        """Marketing gets to know a person."""

    def live(self, moves: int) -> None:
        """Some people come; then so many things happen, one after the other."""
        for name in ["somebody_comes"] * 6 + self.chance.choices([*self.moves], [*self.moves.values()], k=moves):
            of = getattr(self, name)()
            if of is not None:
                self.story.append(f"{self.company.clock.now():%d %H:%M:%S} {name.replace('_', ' ')} {of}")
            self.company.later(seconds=7)

    def settle(self) -> None:
        """The network is sound again, nobody holds anything back, and days pass."""
        for _, platform, _ in self.faulty:
            platform.faults.clear()
        self._perform("resume", {"name": "*"})
        for wait in ({"minutes": 15}, {"hours": 1}, {"hours": 25}, {"minutes": 15}, {"hours": 25}, {"hours": 25}):
            self.company.run()
            self.company.later(**wait)
        self.company.run_until_quiet(most=110)  # an event that nobody can confirm is asked after for a day

    # Ops and the network.

    def a_pass(self) -> str:
        self.company.run()
        return ""

    def a_step(self) -> str:
        step = self.chance.choice(STEPS)
        self.company.run(step)
        return step

    def a_restart(self) -> str:
        self.company.close()
        return ""

    def ops_pause(self) -> str:
        self._perform("resume" if self.paused else "pause", {"name": "*"})
        self.paused = not self.paused
        return str(self.paused)

    def ops_replay(self) -> str:
        self.company.replay()
        return ""

    def ops_back_up(self) -> str:
        self.backups.append(self.company.folder / f"backup-{len(self.story)}.db")
        self.company.open().store.backup(self.backups[-1])
        return self.backups[-1].name

    def ops_restore(self) -> str | None:
        if not self.backups:
            return None
        backup = self.chance.choice(self.backups)
        path = self.company.open().store.path
        self.company.close()
        restore(path, backup, self.company.clock.now)
        self.restored = True
        return backup.name

    def something_breaks(self) -> str:
        side, platform, paths = self.chance.choice(self.faulty)
        path, (action, reply) = self.chance.choice(paths), self.chance.choice(FAULTS)
        fault = Fault(action, path, times=self.chance.randrange(1, 4), skip=self.chance.randrange(4), reply=reply)
        platform.faults.append(fault)
        return f"{side} {path} {action} {reply.status} x{fault.times} after {fault.skip}"

    def minutes_pass(self) -> str:
        minutes = self.chance.randrange(1, 60)
        self.company.later(minutes=minutes)
        return str(minutes)

    def hours_pass(self) -> str:
        hours = self.chance.randrange(1, 30)
        self.company.later(hours=hours)
        return str(hours)

    def _perform(self, verb: str, args: dict[str, Any]) -> None:
        store = self.company.open().store
        with store.write() as tx:
            perform(tx, store, verb, args)


OPS: Final = {
    "a_pass": 14, "a_step": 6, "a_restart": 2, "ops_pause": 1, "ops_replay": 1, "ops_back_up": 1,
    "ops_restore": 1, "something_breaks": 6,
    "minutes_pass": 8, "hours_pass": 6,
}  # fmt: skip
"""How often the passes, ops and the network have their turn."""
