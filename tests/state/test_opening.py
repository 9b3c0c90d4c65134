"""Opening the file: who may read it, which schema it may have, what is done before it is changed."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from connector.errors import LockedError, StateError
from connector.state import schema
from connector.state.migrate import create, migrations
from connector.state.store import Store
from connector.state.unusable import unusable


def test_the_file_and_all_beside_it_are_their_owners_alone_whatever_the_umask(path: Path) -> None:
    before = os.umask(0)
    try:
        with Store.open(path).hold() as store, store.write() as tx:
            tx.execute("INSERT INTO meta VALUES ('a', 'b')")
            modes = {
                one.name: stat.S_IMODE(one.stat().st_mode) for one in path.parent.iterdir() if "lock" not in one.name
            }
        store.close()
    finally:
        os.umask(before)
    assert set(modes) == {"leadloop.db", "leadloop.db-wal", "leadloop.db-shm"}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_file_that_others_could_read_is_closed_to_them(path: Path) -> None:
    Store.open(path).close()
    path.chmod(0o644)
    Store.open(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_newer_schema_is_refused_and_left_as_it_is(path: Path) -> None:
    Store.open(path).close()
    newer(path)
    before = path.read_bytes()
    for opened in (Store.open, Store.open_to_read):
        with pytest.raises(StateError, match=f"schema {schema.SCHEMA_VERSION + 1}") as caught:
            opened(path)
        assert caught.value.code == "newer_schema"
        assert caught.value.exit_code == 5
    assert path.read_bytes() == before


def newer(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {schema.SCHEMA_VERSION + 1}")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


WHATEVER = hashlib.shake_256(b"a key that nobody has").digest(40_000)


@pytest.mark.parametrize(
    "content",
    [b"Dear Ana,\nthe file you asked for.\n", bytes(40_000), WHATEVER, b"\x89PNG\r\n\x1a\n" * 99, bytes(10)],
    ids=["text", "zeros", "encrypted", "picture", "few zeros"],
)
@pytest.mark.parametrize("opening", [Store.open, Store.open_to_read])
def test_a_file_that_is_no_database_is_named_as_such_and_left_as_it_is(
    path: Path, opening: Callable[[Path], Store], content: bytes
) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    path.chmod(0o644)
    with pytest.raises(StateError, match="it is no database") as caught:
        opening(path)
    assert caught.value.code == "no_database"
    assert "name another file under 'state:'" in str(caught.value.hint)
    assert "'leadloop state restore FILE'" in str(caught.value.hint)
    assert path.read_bytes() == content
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [one.name for one in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("opening", [Store.open, Store.open_to_read])
@pytest.mark.parametrize("share", [0.0001, 0.5, 0.9])
def test_a_state_that_was_cut_off_is_damaged_and_left_as_it_is(
    path: Path, opening: Callable[[Path], Store], share: float
) -> None:
    Store.open(path).close()
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    before = path.read_bytes()
    with pytest.raises(StateError, match="the file is damaged") as caught:
        opening(path)
    assert caught.value.code == "damaged"
    assert "put a backup back" in str(caught.value.hint)
    assert path.read_bytes() == before


def test_a_folder_that_may_not_be_written_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match="cannot be used"):
        Store.open(tmp_path / "file" / "leadloop.db")


def test_reading_a_state_that_is_not_there_says_what_to_do(path: Path) -> None:
    with pytest.raises(StateError, match="no state") as caught:
        Store.open_to_read(path)
    assert caught.value.code == "no_state"
    assert not path.exists()


def test_a_state_that_was_opened_to_read_cannot_be_changed(path: Path) -> None:
    Store.open(path).close()
    reading = Store.open_to_read(path)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reading.read().execute("DELETE FROM meta")
    reading.close()


def test_all_tables_are_strict_and_hold_their_keys(store: Store) -> None:
    rows = store.read().execute("SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
    ours = {row["name"]: row["strict"] for row in rows if not row["name"].startswith(("sqlite_", "_sqlite"))}
    assert [name for name, strict in ours.items() if not strict and name != "_sqlite_migrations"] == []
    assert store.read().execute("PRAGMA foreign_keys").fetchone()[0] == 1


def test_opening_twice_changes_nothing(path: Path) -> None:
    first = Store.open(path)
    tables = sorted(tuple(row) for row in first.read().execute("SELECT name, sql FROM sqlite_master"))
    first.close()
    second = Store.open(path)
    assert sorted(tuple(row) for row in second.read().execute("SELECT name, sql FROM sqlite_master")) == tables
    second.close()


def test_a_migration_makes_a_backup_first_and_keeps_what_is_there(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(path).hold() as store, store.write() as tx:
        tx.execute("INSERT INTO meta VALUES ('kept', 'yes')")
    store.close()
    monkeypatch.setattr("connector.state.store.SCHEMA_VERSION", schema.SCHEMA_VERSION + 1)
    after = Store.open(path)
    assert after.read().execute("SELECT value FROM meta WHERE key = 'kept'").fetchone()[0] == "yes"
    assert after.read().execute("PRAGMA user_version").fetchone()[0] == schema.SCHEMA_VERSION + 1
    [backup] = path.parent.glob("*.before-*.db")
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    after.close()


def test_nothing_is_migrated_under_a_running_process(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(path).hold() as running:
        with monkeypatch.context() as patched, pytest.raises(LockedError, match=f"process {os.getpid()} "):
            patched.setattr("connector.state.store.SCHEMA_VERSION", schema.SCHEMA_VERSION + 1)
            Store.open(path)
        assert running.read().execute("PRAGMA user_version").fetchone()[0] == schema.SCHEMA_VERSION
    running.close()
    assert not list(path.parent.glob("*.before-*"))


def test_a_new_state_has_the_tables_that_all_migrations_together_make(path: Path, tmp_path: Path) -> None:
    Store.open(path).close()
    connection = sqlite3.connect(tmp_path / "migrated.db", isolation_level=None)
    migrations().apply(Database(connection))
    of_ours = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE '%sqlite%' ORDER BY type, name"
    migrated = connection.execute(of_ours).fetchall()
    connection.close()
    made = sqlite3.connect(path)
    assert made.execute(of_ours).fetchall() == migrated
    made.close()


def test_a_state_that_was_made_at_once_takes_later_migrations(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Store.open(path).close()
    later = [*schema.steps(), ("m999_later", ["CREATE TABLE later (one INTEGER) STRICT"])]
    monkeypatch.setattr("connector.state.migrate.steps", lambda: later)
    monkeypatch.setattr("connector.state.store.SCHEMA_VERSION", len(later))
    for _ in range(2):
        store = Store.open(path)
        assert store.read().execute("SELECT count(*) FROM later").fetchone()[0] == 0
        assert store.problems() == []
        store.close()


def test_a_state_that_another_process_made_meanwhile_is_taken_as_it_is(store: Store) -> None:
    with store.write() as tx:
        tx.execute("INSERT INTO meta VALUES ('kept', 'yes')")
        create(tx, schema.SCHEMA_VERSION)
    assert store.read().execute("SELECT value FROM meta WHERE key = 'kept'").fetchone()[0] == "yes"


def of_another_program(path: Path, *, version: int = 0) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE songs (title TEXT)")
    connection.execute(f"PRAGMA user_version = {version}")
    connection.commit()
    connection.close()
    return path.read_bytes()


@pytest.mark.parametrize("version", [0, 1, 99])
def test_the_database_of_another_program_is_left_alone(path: Path, version: int) -> None:
    before = of_another_program(path, version=version)
    path.chmod(0o664)
    refused(path)
    assert path.read_bytes() == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o664


def refused(path: Path) -> None:
    for opening in (Store.open, Store.open_to_read):
        with pytest.raises(StateError, match="another program") as caught:
            opening(path)
        assert caught.value.code == "foreign_database"


def test_a_program_that_migrates_by_the_same_library_is_another_program(path: Path) -> None:
    path.parent.mkdir(parents=True)
    theirs = Migrations("songs")
    theirs(name="m001")(lambda database: database["songs"].create({"title": str}))
    connection = sqlite3.connect(path, isolation_level=None)
    theirs.apply(Database(connection))
    connection.close()
    before = path.read_bytes()
    refused(path)
    assert path.read_bytes() == before


def killed_in_a_rollback_journal(path: Path) -> None:
    """As a kill leaves it in the moment in which a state (new, or put back) turns to write-ahead logging."""
    Store.open(path).close()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA cache_size = 1")
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO meta VALUES (?, ?)", [(str(n), "x" * 9000) for n in range(50)])
    for suffix in ("", "-journal"):
        shutil.copy(f"{path}{suffix}", f"{path}.killed{suffix}")
    connection.execute("ROLLBACK")
    connection.close()
    for suffix in ("", "-journal"):
        Path(f"{path}.killed{suffix}").replace(f"{path}{suffix}")


@pytest.mark.parametrize("opening", [Store.open, Store.open_to_read])
def test_what_a_killed_process_began_is_undone_by_the_next_start(path: Path, opening: Callable[[Path], Store]) -> None:
    killed_in_a_rollback_journal(path)
    store = opening(path)
    assert store.problems() == []
    assert store.read().execute("SELECT count(*) FROM meta").fetchone()[0] == 0
    store.close()


@pytest.mark.parametrize("folder", ["client #1", "50%41 off", "what?mode=ro"])
def test_a_folder_may_have_any_name(tmp_path: Path, folder: str) -> None:
    path = tmp_path / folder / "leadloop.db"
    Store.open(path).close()
    assert path.stat().st_size > 0
    Store.open_to_read(path).close()
    assert [one.name for one in tmp_path.iterdir()] == [folder]


def test_a_file_without_anything_in_it_is_no_state_yet(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.touch()
    with pytest.raises(StateError, match="no state") as caught:
        Store.open_to_read(path)
    assert caught.value.code == "no_state"
    Store.open(path).close()
    Store.open_to_read(path).close()


def test_a_migration_that_was_killed_after_its_backup_makes_another_one(
    path: Path, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    Store.open(path).close()
    monkeypatch.setattr("connector.state.store.SCHEMA_VERSION", schema.SCHEMA_VERSION + 1)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("connector.state.store.migrate", killed)
        Store.open(path, now=lambda: now)
    Store.open(path, now=lambda: now + timedelta(milliseconds=1)).close()
    assert len(list(path.parent.glob("*.before-*.db"))) == 2


def test_a_migration_that_was_killed_half_way_is_completed_by_the_next_start(path: Path) -> None:
    """The version is written last: tables without it are migrated again, and nothing is made twice."""
    path.parent.mkdir(parents=True)
    connection = sqlite3.connect(path, isolation_level=None)
    migrations().apply(Database(connection))
    connection.close()
    store = Store.open(path)
    assert store.read().execute("PRAGMA user_version").fetchone()[0] == schema.SCHEMA_VERSION
    assert store.problems() == []
    store.close()


def test_a_file_system_without_locks_is_told_as_such_and_not_as_another_process(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open(path)

    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", no_locks)
    for asked in (store.take, store.is_held_elsewhere):
        path.with_name(f"{path.name}.lock").touch()
        with pytest.raises(StateError, match="does not lock") as caught:
            asked()
        assert caught.value.exit_code == 5
        assert "a disk of this machine" in str(caught.value.hint)
    store.close()


def test_a_folder_into_which_nobody_lets_us_look_is_told_and_not_taken_for_an_empty_one(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store.open(path).close()

    def shut(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    for opening in (Store.open, Store.open_to_read):
        with monkeypatch.context() as patched, pytest.raises(StateError, match="may not read or write") as caught:
            patched.setattr("os.stat", shut)
            opening(path)
        assert "let the user of leadloop read and write" in str(caught.value.hint)


def test_who_keeps_us_out_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Store.open(path).close()
    shut = path.with_name(f"{path.name}-shm")
    shut.touch()
    monkeypatch.setattr("os.access", lambda place, _: place != shut)
    error = unusable(path, PermissionError(errno.EACCES, "Permission denied"))
    assert str(error.hint).endswith(f"; {shut} is of user {shut.stat().st_uid}; this is user {os.geteuid()}")
