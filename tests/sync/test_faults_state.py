"""The disk is full, locked or rotten in the middle of a run: the run ends in words, and the next one completes it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from connector.errors import StateError
from connector.loop.run import run_once
from connector.state import outbox
from connector.state import store as store_module
from tests.sync.oracle import must_hold
from tests.sync.world import Company

FULL = "database or disk is full"


@pytest.mark.parametrize("room", [0, 2])
def test_a_disk_that_is_full_keeps_whole_pages_only_and_the_next_run_completes_them(
    company: Company, room: int
) -> None:
    for number in range(30):
        company.convert(f"p{number}", *[f"ebook-{form}" for form in range(40)])
    writer = company.open().store._writer()
    (pages,) = writer.execute("PRAGMA page_count").fetchone()
    writer.execute(f"PRAGMA max_page_count = {pages + room}")
    with pytest.raises(StateError, match=FULL) as told:
        company.run()
    assert "space" in str(told.value.hint)
    company.close()
    company.run_until_quiet()
    assert len(company.sf.live("Lead")) == 30
    must_hold(company)


@pytest.mark.parametrize("nth", [1, 3, 5])
def test_what_was_sent_before_the_disk_was_full_is_read_back_and_not_sent_again(
    company: Company, nth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ana", "bia", "cid"):
        company.convert(name, "ebook-a", "ebook-b")
    settle, settled = outbox.settle, []

    def fails_once(*told: Any, **also: Any) -> None:
        settled.append(told)
        if len(settled) == nth:
            raise sqlite3.OperationalError(FULL)
        settle(*told, **also)

    monkeypatch.setattr(outbox, "settle", fails_once)
    with pytest.raises(StateError, match=FULL):
        company.run()
    company.close()
    company.run_until_quiet()
    assert (len(company.sf.live("Lead")), len(company.sf.live("Task"))) == (3, 3)
    must_hold(company)


def test_a_database_that_a_foreign_program_locks_is_waited_for_and_then_told(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "BUSY_MS", 50)
    company.convert("ana", "ebook-a", "ebook-b")
    loop = company.open()
    with loop.store.hold(), closing(sqlite3.connect(loop.store.path, isolation_level=None)) as foreign:
        foreign.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StateError, match="locked"):
            run_once(loop)
    company.run_until_quiet()
    assert company.lead("ana")["MQL__c"] is True


def test_a_contact_that_rotted_is_told_as_a_damaged_state(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run()
    store = company.open().store
    with store.write() as tx:
        tx.execute("UPDATE contacts SET packed = substr(packed, 1, 10)")
        tx.execute("UPDATE people SET dirty = 1")
    with pytest.raises(StateError, match="damaged") as told:
        company.run()
    assert (told.value.code, told.value.exit_code) == ("rotten_row", 5)
    assert "restore" in str(told.value.hint)


def test_a_damaged_page_that_shows_in_a_reading_is_no_failure_of_the_platform(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run("pull", "score")
    path = company.open().store.path
    company.close()
    with closing(sqlite3.connect(path)) as database:
        (page,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'desired_due'").fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * store_module.PAGE_BYTES)
        file.write(bytes(store_module.PAGE_BYTES))
    with pytest.raises(StateError, match="malformed"):
        company.run("push")
    assert company.writes() == 0
