"""What must not rot, or be changed in silence: checksums, the audit chain, backups, SQLite's own check."""

from __future__ import annotations

import errno
import sqlite3
import stat
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from connector.errors import StateError
from connector.model import LeadWrite
from connector.state import outbox, people, reading
from connector.state.store import PAGE_BYTES, Store


def write_one(store: Store, now: datetime) -> None:
    """One person with one planned write."""
    with store.write() as tx:
        people.add_people(tx, [(1, "ll-aaaaaaaaaaaaaaaa")], now)
        write = LeadWrite("sf:1:record:1", "record", "", "Lead", fields={"LeadScore__c": 60})
        outbox.plan(tx, "sf", "crm", 1, 1, write, now, run="r", creates=True)


def test_a_cursor_that_rotted_is_not_believed(store: Store, now: datetime) -> None:
    with store.write() as tx:
        reading.move_cursor(tx, "rd", "contacts", {"mark": "2026-11-20"}, now)
    assert reading.cursor(store.read(), "rd", "contacts") == {"mark": "2026-11-20"}
    with store.write() as tx:
        tx.execute("UPDATE cursors SET cursor = replace(cursor, '2026', '2036')")
    with pytest.raises(StateError, match="rd/contacts") as caught:
        reading.cursor(store.read(), "rd", "contacts")
    assert caught.value.code == "rotten_row"


def test_a_write_that_rotted_is_not_sent(store: Store, now: datetime) -> None:
    write_one(store, now)
    [row] = outbox.sendable(store.read(), "sf", 10, now)
    assert row.write.fields == {"LeadScore__c": 60}
    with store.write() as tx:
        tx.execute("UPDATE outbox SET fields = replace(fields, '60', '61')")
    with pytest.raises(StateError, match="outbox row 1"):
        outbox.sendable(store.read(), "sf", 10, now)


def test_a_sound_state_has_no_problems_and_a_damaged_one_has(store: Store, path: Path, now: datetime) -> None:
    with store.write() as tx:
        people.add_people(tx, [(n, f"ll-{n:016}") for n in range(1, 3000)], now)
    assert store.problems() == []
    store.close()
    content = bytearray(path.read_bytes())
    torn = content.index(b"ll-0000000000001500") // PAGE_BYTES * PAGE_BYTES
    content[torn : torn + PAGE_BYTES // 2] = bytes(PAGE_BYTES // 2)
    path.write_bytes(content)
    damaged = Store.open(path)
    assert damaged.problems() != []
    damaged.close()


def test_a_state_that_was_closed_is_one_file(store: Store, path: Path, now: datetime) -> None:
    write_one(store, now)
    assert store.problems() == []
    store.close()
    assert not list(path.parent.glob("*-wal"))


def test_what_is_deleted_is_overwritten_whatever_the_build_of_sqlite(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = sqlite3.connect

    def as_other_builds_do(*args: Any, **more: Any) -> sqlite3.Connection:
        connection = connect(*args, **more)
        connection.execute("PRAGMA secure_delete = OFF")
        return connection

    monkeypatch.setattr("sqlite3.connect", as_other_builds_do)
    store = Store.open(path)
    for statement in ("INSERT INTO meta VALUES ('who', 'Itaquaquecetuba')", "DELETE FROM meta WHERE key = 'who'"):
        with store.write() as tx:
            tx.execute(statement)
    store.close()
    assert b"Itaquaquecetuba" not in path.read_bytes()


def test_an_emptied_log_keeps_nothing_while_others_have_the_state_open(store: Store, path: Path) -> None:
    with store.write() as tx:
        tx.execute("INSERT INTO meta VALUES ('who', 'Itaquaquecetuba')")
    reader = Store.open_to_read(path)
    reader.read().execute("BEGIN")
    reader.read().execute("SELECT count(*) FROM meta").fetchone()
    with store.write() as tx:
        tx.execute("DELETE FROM meta WHERE key = 'who'")
    log = path.with_name(f"{path.name}-wal")
    assert not store.empty_log()
    reader.read().execute("COMMIT")
    assert b"Itaquaquecetuba" in log.read_bytes()
    assert store.empty_log()
    assert b"Itaquaquecetuba" not in log.read_bytes() + path.read_bytes()
    reader.close()


def test_a_reference_to_nobody_is_a_problem(store: Store, path: Path) -> None:
    store.close()
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO identities VALUES ('rd', 'x', 99, 'own', '')")
    connection.commit()
    connection.close()
    assert any("identities" in problem for problem in store.problems())


def test_a_backup_is_whole_closed_to_others_and_overwrites_nothing(store: Store, tmp_path: Path, now: datetime) -> None:
    write_one(store, now)
    target = tmp_path / "backup.db"
    with store.write() as tx:
        tx.execute("INSERT INTO meta VALUES ('unfinished', '1')")
        store.backup(target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    copy = Store.open(target)
    assert copy.problems() == []
    assert outbox.counts(copy.read())["sf"]["planned"] == 1
    assert copy.read().execute("SELECT count(*) FROM meta").fetchone()[0] == 0
    copy.close()
    with pytest.raises(StateError, match="exists already"):
        store.backup(target)


def test_a_backup_that_failed_half_way_leaves_nothing_behind(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "backup.db"

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched, pytest.raises(StateError, match="No space"):
        patched.setattr("pathlib.Path.replace", full)
        store.backup(target)
    assert not list(tmp_path.glob("backup*"))
    with pytest.raises(StateError, match="cannot be copied to"):
        store.backup(tmp_path / "no such folder" / "backup.db")


def test_a_backup_that_was_killed_half_way_bears_no_backups_name(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "backup.db"

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("pathlib.Path.replace", killed)
        store.backup(target)
    assert not target.exists()
    store.backup(target)
    assert [one.name for one in tmp_path.glob("backup*")] == ["backup.db"]


def test_one_write_of_a_lead_and_connection_is_in_flight_at_a_time(store: Store, now: datetime) -> None:
    write_one(store, now)
    with store.write() as tx:
        second = LeadWrite("sf:1:record:2", "record", "", "Lead", fields={"LeadScore__c": 70})
        outbox.plan(tx, "sf", "crm", 1, 1, second, now, run="r")
    rows = outbox.sendable(store.read(), "sf", 10, now)
    assert [row.id for row in rows] == [1]
    with store.write() as tx:
        assert len(outbox.claim(tx, rows, now, 1, "r")) == 1
        assert outbox.claim(tx, rows, now, 1, "r") == []
    assert outbox.sendable(store.read(), "sf", 10, now) == []
    with pytest.raises(StateError), store.write() as tx:
        tx.execute("UPDATE outbox SET state = 'sent' WHERE id = 2")


def test_what_a_dead_process_had_sent_is_unknown_to_the_next(store: Store, now: datetime) -> None:
    write_one(store, now)
    with store.write() as tx:
        outbox.claim(tx, outbox.sendable(store.read(), "sf", 10, now), now, 1, "r")
        assert outbox.recover(tx, "sf", 1) == 0
        assert outbox.recover(tx, "sf", 2) == 1
    assert outbox.counts(store.read())["sf"]["unknown"] == 1


def test_an_effect_is_planned_once_for_ever(store: Store, now: datetime) -> None:
    write_one(store, now)
    with store.write() as tx:
        again = LeadWrite("sf:1:record:1", "record", "", "Lead", fields={"LeadScore__c": 99})
        assert outbox.plan(tx, "sf", "crm", 1, 1, again, now, run="r") is None
    assert outbox.counts(store.read())["sf"]["total"] == 1
