"""The audit log: it only grows, and whoever changes it past leadloop is found out."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path

import pytest
from sqlite_utils import Database

from connector.errors import StateError
from connector.state import audit
from connector.state.audit import Head
from connector.state.migrate import migrations
from connector.state.store import Store


def log(store: Store, now: datetime, lines: int) -> Head:
    for number in range(lines):
        with store.write() as tx:
            audit.record(tx, "cli", "pause", "sf", {"number": number}, now)
    return audit.head(store.read())


def behind_its_back(path: Path, *changes: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER IF EXISTS audit_is_append_only_update")
    connection.execute("DROP TRIGGER IF EXISTS audit_is_append_only_delete")
    for change in changes:
        connection.execute(change)
    connection.commit()
    connection.close()


def test_the_audit_log_can_only_grow(store: Store, now: datetime) -> None:
    assert audit.fault(store.read()) is None
    log(store, now, 3)
    for statement in ("UPDATE audit SET actor = 'x'", "DELETE FROM audit", "DELETE FROM audit WHERE id = 3"):
        with pytest.raises(StateError, match="append-only"), store.write() as tx:
            tx.execute(statement)
    assert audit.fault(store.read()) is None


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ("UPDATE audit SET detail = '{}' WHERE id = 2", 2),
        ("UPDATE audit SET actor = 'somebody' WHERE id = 1", 1),
        ("DELETE FROM audit WHERE id = 2", 3),
        ("UPDATE audit SET id = 9 WHERE id = 1", 2),
    ],
)
def test_a_change_behind_its_back_names_the_line(
    store: Store, path: Path, now: datetime, change: str, line: int
) -> None:
    log(store, now, 4)
    behind_its_back(path, change)
    assert audit.fault(store.read()) == f"line {line} of the audit log does not fit the one before it"


def test_lines_that_were_cut_off_at_the_end_are_missed_and_stay_so_when_others_follow(
    store: Store, path: Path, now: datetime
) -> None:
    log(store, now, 5)
    behind_its_back(path, "DELETE FROM audit WHERE id > 3")
    assert audit.fault(store.read()) == "the last 2 of 5 lines of the audit log are gone"
    log(store, now, 1)
    assert audit.fault(store.read()) == "the last 2 of 6 lines of the audit log are gone"
    behind_its_back(path, "DELETE FROM audit")
    assert audit.fault(store.read()) == "the last 6 of 6 lines of the audit log are gone"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("DELETE FROM audit_head", "has no head"),
        ("UPDATE audit_head SET lines = 2", "does not end as its head says"),
        ("UPDATE audit_head SET hash = x'00'", "does not end as its head says"),
    ],
)
def test_a_head_that_was_changed_or_taken_away_is_a_fault(
    store: Store, path: Path, now: datetime, change: str, fault: str
) -> None:
    log(store, now, 3)
    behind_its_back(path, change)
    assert fault in (audit.fault(store.read()) or "")


def test_a_log_that_was_rewritten_whole_is_found_by_a_head_that_was_noted_elsewhere(
    store: Store, path: Path, now: datetime
) -> None:
    empty, noted = audit.head(store.read()), log(store, now, 3)
    log(store, now, 2)
    assert [audit.differs_from(store.read(), one) for one in (empty, noted)] == [None, None]
    behind_its_back(path, "DELETE FROM audit", "UPDATE audit_head SET lines = 0, hash = x''")
    log(store, now, 2)
    assert audit.fault(store.read()) is None
    assert "had 3 lines when its head was noted, and has 2" in (audit.differs_from(store.read(), noted) or "")
    with store.write() as tx:
        audit.record(tx, "somebody", "pause", "sf", {}, now)
    assert "line 3 of the audit log is not the one" in (audit.differs_from(store.read(), noted) or "")


def test_a_state_of_before_gets_the_head_of_the_log_that_it_has(path: Path, now: datetime) -> None:
    path.parent.mkdir(parents=True)
    connection = sqlite3.connect(path, isolation_level=None)
    migrations().apply(Database(connection), stop_before="m004_head_of_the_audit_log")
    connection.execute("PRAGMA user_version = 3")
    for number in range(3):
        audit.record(connection, "cli", "pause", "sf", {"number": number}, now)
    connection.close()
    reader = Store.open_to_read(path)
    assert audit.fault(reader.read()) is None
    noted = audit.head(reader.read())
    reader.close()
    store = Store.open(path)
    assert audit.fault(store.read()) is None
    log(store, now, 1)
    assert audit.differs_from(store.read(), noted) is None
    store.close()
    behind_its_back(path, "DELETE FROM audit WHERE id > 2")
    assert audit.fault(store.read()) == "the last 2 of 4 lines of the audit log are gone"
    store.close()
