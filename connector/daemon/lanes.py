"""What the daemon runs: one lane per step and connection, so that a slow connection holds up nobody else."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from connector.config import Config
from connector.loop.context import Crm, Loop, Marketing


class Lane(Struct, frozen=True):
    """A step of one connection, when it runs, and the streams that it keeps fresh. It never overlaps itself."""

    step: str
    connection: str
    when: str
    streams: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Its name in the timetable and in the table of runs."""
        return f"{self.step} {self.connection}"


def lanes(loop: Loop) -> list[Lane]:
    """Every lane that this configuration asks for."""
    return [
        *(lane for source in loop.marketing for lane in _of_marketing(source, loop.config)),
        *(lane for crm in loop.crm for lane in _of_crm(crm, loop.config)),
    ]


def _of_marketing(source: Marketing, config: Config) -> Iterator[Lane]:
    able, schedule = source.spec.capabilities, config.schedule
    streams = ["contacts"]
    streams += ["activities"] if able.has_activity_feed else []
    streams += ["removals"] if able.removals == "feed" else []
    yield Lane("pull", source.name, schedule.pull, tuple(streams))
    if able.writes and source.mapping.feedback.kinds:
        yield Lane("feedback", source.name, schedule.feedback)
    if able.removals == "sweep":
        yield Lane("reconcile", source.name, schedule.reconcile, ("everyone",))


def _of_crm(crm: Crm, config: Config) -> Iterator[Lane]:
    streams = ("removals", "decisions") if crm.spec.capabilities.removals == "feed" else ("decisions",)
    yield Lane("push", crm.name, config.schedule.push)
    yield Lane("decisions", crm.name, config.schedule.decisions, streams)
