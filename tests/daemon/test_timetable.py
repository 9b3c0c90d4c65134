"""The timetable under a wall clock that is set, under slow work, and while it ends."""

import logging
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Self

import apscheduler.schedulers.base
import pytest

from connector.daemon.lanes import Lane
from connector.daemon.timetable import Timetable

PATIENCE_S = 10.0
PULL = Lane("pull", "rd", "1s")


class Shifted(datetime):
    """The wall clock, set by so many hours."""

    by = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return super().now(tz) + cls.by


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> type[Shifted]:
    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", Shifted)
    monkeypatch.setattr(Shifted, "by", timedelta())
    return Shifted


class Watched:
    """A timetable whose runs and skipped runs are counted."""

    def __init__(self) -> None:
        self.ran: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()
        self.hold = threading.Event()
        self.hold.set()
        self._more = threading.Condition()
        self.timetable = Timetable(self._work, self._skip)

    def _work(self, lane: Lane) -> None:
        with self._more:
            self.ran[lane.id] += 1
            self._more.notify_all()
        self.hold.wait(PATIENCE_S)

    def _skip(self, lane: Lane) -> None:
        with self._more:
            self.skipped[lane.id] += 1
            self._more.notify_all()

    def until(self, counted: Counter[str], name: str, at_least: int) -> None:
        with self._more:
            assert self._more.wait_for(lambda: counted[name] >= at_least, PATIENCE_S), counted


@pytest.fixture
def watched() -> Iterator[Watched]:
    made = Watched()
    yield made
    made.hold.set()
    made.timetable.stop()
    assert made.timetable.is_idle(PATIENCE_S)


def test_a_clock_set_back_does_not_stall_a_lane(watched: Watched, wall: type[Shifted]) -> None:
    watched.timetable.set([PULL], "UTC")
    watched.timetable.start()
    watched.until(watched.ran, PULL.id, 1)
    wall.by = timedelta(hours=-1)
    watched.timetable.clock_moved(-3600, wall.now(UTC))
    watched.until(watched.ran, PULL.id, watched.ran[PULL.id] + 2)


def test_a_clock_set_to_the_year_2200_makes_one_run(
    watched: Watched, wall: type[Shifted], caplog: pytest.LogCaptureFixture
) -> None:
    hourly = Lane("pull", "rd", "1h")
    watched.timetable.set([hourly, Lane("reconcile", "rd", "*/5 * * * *")], "Europe/Berlin")
    watched.timetable.start()
    watched.until(watched.ran, hourly.id, 1)
    wall.by = timedelta(days=365 * 174)
    watched.timetable.clock_moved(wall.by.total_seconds(), wall.now(UTC))
    watched.until(watched.ran, hourly.id, 2)
    watched.until(watched.ran, "reconcile rd", 1)
    assert watched.ran == {hourly.id: 2, "reconcile rd": 1}
    assert not caplog.records


def test_a_slow_run_is_never_doubled_and_every_skip_is_told(watched: Watched) -> None:
    watched.hold.clear()
    watched.timetable.set([PULL, Lane("push", "sf", "1s")], "UTC")
    watched.timetable.start()
    watched.until(watched.skipped, PULL.id, 1)
    assert watched.ran == {PULL.id: 1, "push sf": 1}


def test_a_slow_lane_does_not_hold_up_another(watched: Watched) -> None:
    watched.timetable.every(0.05, lambda: watched._skip(Lane("other", "", "1s")), "other")
    watched.hold.clear()
    watched.timetable.set([Lane("pull", f"slow-{number}", "1h") for number in range(20)], "UTC")
    watched.timetable.start()
    watched.until(watched.skipped, "other ", 3)
    assert watched.ran.total() == 20


def test_a_new_schedule_replaces_a_lane_and_an_old_one_keeps_its_time(watched: Watched) -> None:
    watched.timetable.set([Lane("pull", "rd", "1h"), Lane("push", "sf", "1h")], "UTC")
    watched.timetable.start()
    watched.until(watched.ran, "pull rd", 1)
    watched.until(watched.ran, "push sf", 1)
    watched.timetable.set([Lane("pull", "rd", "1h"), Lane("decisions", "sf", "1h")], "UTC")
    watched.until(watched.ran, "decisions sf", 1)
    assert watched.ran == {"pull rd": 1, "push sf": 1, "decisions sf": 1}


def test_an_end_among_many_fast_runs_leaves_no_traceback(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    for _ in range(20):
        began = threading.Event()
        timetable = Timetable(lambda _: None, lambda _: None)
        for number in range(10):
            timetable.every(0.001, began.set, f"fast-{number}")
        timetable.start()
        assert began.wait(PATIENCE_S)
        timetable.stop()
        assert timetable.is_idle(PATIENCE_S)
    assert [record.getMessage() for record in caplog.records if "skipped" not in record.getMessage()] == []
