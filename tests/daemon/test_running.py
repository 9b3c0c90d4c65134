"""Runs of lanes in this process: what they leave, what ends them, and the loop that a reload puts in their place."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from connector.adapter.registry import spec_of
from connector.config import load
from connector.daemon import steps
from connector.daemon.allowed import standstill_s, streams
from connector.daemon.current import Current
from connector.daemon.daemon import Daemon
from connector.daemon.lanes import Lane, lanes
from connector.daemon.process import StoppingError, sleep_until
from connector.daemon.running import Runner
from connector.daemon.timetable import Timetable
from connector.errors import ConfigError, LeadloopError, LockedError, StateError
from connector.loop.connect import read_files
from connector.loop.context import Loop, World
from connector.loop.requests import carry_out
from connector.loop.run import pull_step
from connector.loop.tally import Tally
from connector.server import Counts, Health
from connector.state import desired, operation, reading
from connector.state.desired import Desired
from connector.state.store import PAGE_BYTES, Store, Tx
from tests.cli.company import NOW, Company
from tests.daemon.process import company
from tests.sync.world import Company as Platforms


class Inside:
    """The daemon's inner parts over a company of files."""

    def __init__(self, made: Company) -> None:
        self.made = made
        self.fatal: list[LeadloopError] = []
        self.world = World(now=lambda: made.now)
        config = load(made.config, {}, spec_of)
        self.store = Store.open(config.state, now=self.world.now)
        self.store.take()
        self.current = Current(config, read_files(config), self.world, self.store)
        self.health = Health(self.world.now, self.world.monotonic)
        self.counts = Counts(list)
        self.runner = Runner(self.current, self.health, self.counts, self.fatal.append)

    def run(self, step: str, connection: str) -> None:
        self.made.now += timedelta(seconds=1)
        self.runner.run(Lane(step, connection, "5m"))

    def attend(self) -> None:
        """What the daemon does every second."""
        daemon = Daemon(self.current, self.world, self.store, self.fatal.append, lambda: self.current.loop)
        daemon._attend()

    def runs(self) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.store.read().execute("SELECT kind, outcome FROM runs ORDER BY id")]

    def counted(self, name: str, **labels: str) -> float | None:
        return self.counts.registry.get_sample_value(name, labels)


@pytest.fixture
def inside(tmp_path: Path) -> Iterator[Inside]:
    made = Inside(company(tmp_path))
    yield made
    made.current.close()
    made.store.close()


def test_a_run_that_did_something_leaves_a_row_and_a_quiet_one_none(inside: Inside) -> None:
    for _ in range(3):
        inside.run("pull", "export")
    assert inside.runs() == [("pull export", "ok")]
    assert inside.counted("leadloop_steps_total", step="pull", connection="export", outcome="ok") == 3
    assert inside.counted("leadloop_records_total", step="pull", connection="export", did="saved") == 6


def test_what_a_pull_reads_is_scored_and_the_next_push_writes_it(inside: Inside) -> None:
    inside.run("pull", "export")
    inside.run("push", "sales")
    assert inside.made.leads.exists()
    assert inside.runs() == [("pull export", "ok"), ("push sales", "ok")]


def test_a_wish_is_read_and_planned_in_one_transaction(inside: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a score that another lane commits in between would be marked as planned, and never be written."""
    inside.run("pull", "export")
    real, read_outside = desired.due_wishes, []

    def watched(db: Tx, connection: str, limit: int, **which: bool) -> list[Desired]:
        if not which.get("unresolved") and not db.in_transaction:
            read_outside.append(connection)
        return real(db, connection, limit, **which)

    monkeypatch.setattr(desired, "due_wishes", watched)
    inside.run("push", "sales")
    assert inside.made.leads.exists()
    assert read_outside == []


def test_a_failure_that_lasts_leaves_one_row(inside: Inside) -> None:
    (inside.made.folder / "in/contacts.csv").unlink()
    (inside.made.folder / "in").rename(inside.made.folder / "elsewhere")
    for _ in range(3):
        inside.run("pull", "export")
    assert inside.runs() == [("pull export", "failed")]


def test_an_error_of_ours_ends_the_run_and_nothing_else(inside: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(loop: Loop, connection: str) -> list[Tally]:
        raise ZeroDivisionError

    monkeypatch.setitem(steps.STEPS, "push", breaks)
    inside.run("push", "sales")
    assert inside.fatal == []
    assert inside.health.look() == []
    inside.run("pull", "export")
    assert ("pull export", "ok") in inside.runs()


@pytest.mark.parametrize("broken", ["desired_due", "waits", "requests_open"])
def test_a_damaged_page_ends_the_process_also_when_it_shows_in_a_reading(inside: Inside, broken: str) -> None:
    inside.run("pull", "export")
    inside.store.rest()
    with closing(sqlite3.connect(inside.store.path)) as database:
        (page,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (broken,)).fetchone()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with inside.store.path.open("r+b") as file:
        file.seek((page - 1) * PAGE_BYTES)
        file.write(bytes(PAGE_BYTES))
    inside.attend() if broken == "requests_open" else inside.run("push", "sales")
    assert [error.exit_code for error in inside.fatal] == [5]
    assert not inside.made.leads.exists()


def test_a_request_that_nobody_can_carry_out_is_answered_and_those_after_it_are_carried_out(inside: Inside) -> None:
    """A verb of a newer leadloop, say: left unanswered it would stand before all others for ever."""
    with inside.store.write() as tx:
        unknown = operation.ask(tx, "held forget", {}, NOW)
        known = operation.ask(tx, "backfill", {"connection": "export", "since": None}, NOW)
    with inside.current.borrow() as loop:
        assert carry_out(loop) == 2
        assert carry_out(loop) == 0
    assert operation.answer_of(inside.store.read(), unknown)["code"] == "mistake"
    assert "to_read" in operation.answer_of(inside.store.read(), known)


def test_a_run_that_died_is_told_as_failed_by_the_next(inside: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(loop: Loop, connection: str) -> list[Tally]:
        raise StateError("the disk is gone")

    with monkeypatch.context() as patched:
        patched.setitem(steps.STEPS, "pull", dies)
        inside.run("pull", "export")
    assert [error.code for error in inside.fatal] == ["state"]
    inside.run("pull", "export")
    assert inside.runs() == [("pull export", "failed"), ("pull export", "ok")]


def test_a_process_that_was_overtaken_runs_nothing(inside: Inside) -> None:
    with inside.store.write() as tx:
        tx.execute("UPDATE holder SET epoch = epoch + 1")
    inside.run("pull", "export")
    assert [type(error) for error in inside.fatal] == [LockedError]
    assert inside.runs() == []


def test_no_run_begins_once_the_process_ends(inside: Inside) -> None:
    inside.world.stop.set()
    inside.run("pull", "export")
    assert inside.runs() == []


def test_a_long_read_goes_on_turn_by_turn_each_a_run_of_its_own(
    inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = iter([True, True, False])

    def reads(loop: Loop, connection: str) -> list[Tally]:
        return [Tally("pull", connection, "activities", read=1, saved=1, goes_on=next(turns))]

    monkeypatch.setitem(steps.STEPS, "pull", reads)
    inside.run("pull", "export")
    assert inside.runs() == [("pull export", "ok")] * 3


def test_a_turn_that_is_over_leaves_the_rest_for_the_next(tmp_path: Path) -> None:
    with Platforms(tmp_path) as platforms:
        for name in ("ana", "bia", "cid"):
            platforms.convert(name, "ebook-a")
        loop = replace(platforms.open(), turn_s=0.0)
        left = []
        with loop.store.hold():
            while any(line.goes_on for line in pull_step(loop)):
                left.append(reading.reads_waiting(loop.store.read(), "rd"))
    assert left == sorted(left, reverse=True)
    assert len(left) >= 2


def test_a_sleep_ends_with_the_process(inside: Inside) -> None:
    sleep = sleep_until(inside.world.stop)
    sleep(0)
    inside.world.stop.set()
    with pytest.raises(StoppingError):
        sleep(3600)


def test_a_wrong_configuration_changes_nothing(inside: Inside) -> None:
    before = inside.current.loop
    inside.made.config.write_text("marketing: {}\n")
    with pytest.raises(ConfigError):
        inside.current.reload(inside.made.config, {})
    assert inside.current.loop is before


def test_the_state_stays_where_it_is(inside: Inside) -> None:
    inside.made.configure(state="elsewhere.db")
    with pytest.raises(ConfigError, match="only at a start"):
        inside.current.reload(inside.made.config, {})


def test_a_reload_leaves_its_loop_to_a_run_under_way(inside: Inside) -> None:
    with inside.current.borrow() as before:
        after = inside.current.reload(inside.made.config, {})
        assert inside.current.loop is after is not before
        with inside.current.borrow() as used:
            assert used is after
        assert before.store.read().execute("SELECT 1").fetchone()[0] == 1


def test_limits_go_on_counting_through_a_reload_unless_they_changed(tmp_path: Path) -> None:
    with Platforms(tmp_path) as platforms:
        path = platforms.config_path()
        config = load(path, {}, spec_of)
        store = Store.open(config.state)
        current = Current(config, read_files(config), World(), store)
        limiters = current._opened.connector.network.limiters
        before = dict(limiters)
        current.reload(path, {})
        assert dict(current._opened.connector.network.limiters) == before
        platforms.settings["rd"] = {"limits": {"per_minute": 500}}
        current.reload(platforms.config_path(), {})
        assert before.keys() == current._opened.connector.network.limiters.keys()
        assert not set(before.values()) & set(current._opened.connector.network.limiters.values())
        current.close()
        store.close()


def test_each_step_of_each_connection_has_its_lane(tmp_path: Path) -> None:
    with Platforms(tmp_path) as platforms:
        found = lanes(platforms.open())
    assert {lane.id: lane.streams for lane in found} == {
        "pull rd": ("contacts",), "feedback rd": (), "reconcile rd": ("everyone",),
        "push sf": (), "decisions sf": ("removals", "decisions"),
    }  # fmt: skip


def test_what_is_stale_and_what_hangs_follows_the_schedule() -> None:
    often, daily = Lane("pull", "rd", "5m", ("contacts",)), Lane("reconcile", "rd", "0 3 * * *", ("everyone",))
    assert [stream.limit_s for stream in streams([often, daily], "Europe/Berlin", NOW)] == [900, 3 * 86_400]
    assert [standstill_s(lane, "Europe/Berlin", NOW) for lane in (often, daily)] == [3600, 864_000]
    assert [stream.limit_s for stream in streams([Lane("pull", "rd", "1h", ("contacts",))], "UTC", NOW)] == [10_800]


def test_a_clock_that_is_set_right_by_days_frees_what_waits_for_a_wrong_year(
    inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Timetable, "clock_moved", lambda *_: None)  # it keeps no time here
    daemon = Daemon(inside.current, inside.world, inside.store, inside.fatal.append, lambda: inside.current.loop)
    until = inside.made.now + timedelta(minutes=5)
    with inside.store.write(step=True) as tx:
        operation.wait(tx, "export", "pull/contacts", "quota", "spent", None, until, inside.made.now)
    daemon.tick()
    assert operation.waits(inside.store.read())[0]["until"] is not None
    inside.made.now -= timedelta(days=3650)
    daemon.tick()
    assert operation.waits(inside.store.read())[0]["until"] is None
