"""`state restore` is one step: whatever kills it, the old state stands or the new one, and neither is lost."""

import os
import shutil
import sqlite3
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from connector.cli.restoring import restore
from connector.errors import LockedError, StateError
from connector.http.tokens import Tokens
from connector.state.budgets import SqliteBudgets
from connector.state.tokens import SqliteTokens, key_beside
from tests.cli.company import NOW

KILLED = 9
STEPS = ("open", "os.link", "os.rename", "os.remove", "sqlite3.connect", "fcntl.flock", "shutil.copyfile")
"""What a restore asks of the system by a name, as Python's audit hooks tell it, before it is done."""


def people_in(state: Path) -> int:
    """How many are known; as a run would find it. A state that is not there is none."""
    db = sqlite3.connect(f"file:{state}?mode=rw", uri=True)
    try:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return int(db.execute("SELECT count(*) FROM people").fetchone()[0])
    finally:
        db.close()


def killed_at(step: int, state: Path, backup: Path) -> bool:
    """Restore in a process that dies before the step of that number; False when it came to its end."""
    child = os.fork()
    if not child:
        left = [step]

        def dies(event: str, args: tuple[object, ...]) -> None:
            if event in STEPS and state.name in str(args[0]):
                left[0] -= 1
                if left[0] == 0:
                    os._exit(KILLED)

        sys.addaudithook(dies)
        restore(state, backup, lambda: NOW + timedelta(seconds=step))
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == KILLED


def died_with_its_log(state: Path) -> None:
    """One person more, who stands in the write-ahead log alone, as a kill leaves it."""
    db = sqlite3.connect(state, isolation_level=None)
    db.execute("PRAGMA wal_autocheckpoint = 0")
    db.execute("INSERT INTO people (leadloop_id, created_at) VALUES ('ll-of-the-log', '2026-11-20T12:00:00.000000Z')")
    for end in ("", "-wal"):
        shutil.copy(f"{state}{end}", f"{state}{end}.then")
    db.close()
    for end in ("", "-wal"):
        Path(f"{state}{end}.then").replace(f"{state}{end}")


@pytest.fixture
def two(ran, tmp_path):
    """A backup that knows three persons, and a state that knows a fourth one by its log."""
    backup = tmp_path / "copy.db"
    ran.leadloop("state", "backup", str(backup))
    died_with_its_log(ran.state)
    return ran.state, backup


def test_a_restore_that_is_killed_at_any_step_leaves_the_old_state_or_the_new_one_whole(two):
    state, backup = two
    before = {path.name: path.read_bytes() for path in state.parent.iterdir()}
    for step in range(1, 200):
        for path in state.parent.iterdir():
            path.unlink()
        for name, content in before.items():
            state.with_name(name).write_bytes(content)
        killed = killed_at(step, state, backup)
        kept = [path for path in state.parent.glob("*before-restore*") if not path.name.endswith(("-wal", "-shm"))]
        if people_in(state) == 3:
            assert [people_in(path) for path in kept] == [4]
        else:
            assert killed
            assert people_in(state) == 4
        if kept:  # the next one comes to its end, whatever the killed one left
            assert not killed_at(0, state, backup)
            assert people_in(state) == 3
        if not killed:
            break
    assert 10 < step < 199


def test_a_second_name_that_a_killed_restore_left_is_not_taken_for_a_state_of_then(two):
    state, backup = two
    os.link(state, state.with_name(f"{state.name}.before-restore-20261101000000000000"))
    [kept] = [restore(state, backup, lambda: NOW).kept]
    assert [path.name for path in state.parent.glob("*before-restore*")] == [kept.name]
    assert people_in(kept) == 4


def test_where_a_file_has_one_name_alone_the_old_state_is_copied(two, monkeypatch):
    state, backup = two

    def refuses(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refuses)
    assert people_in(restore(state, backup, lambda: NOW).kept) == 4
    assert people_in(state) == 3


def test_a_disk_that_takes_no_more_leaves_the_old_state_and_nothing_else(two, monkeypatch):
    state, backup = two
    there = {path.name for path in state.parent.iterdir()}

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched, pytest.raises(StateError, match="no room") as caught:
        patched.setattr("os.link", full)
        patched.setattr("shutil.copy2", full)
        restore(state, backup, lambda: NOW)
    assert "make space" in caught.value.hint
    assert people_in(state) == 4
    assert {path.name for path in state.parent.iterdir()} <= there
    assert people_in(restore(state, backup, lambda: NOW).kept) == 4


def test_a_state_that_another_program_reads_is_not_replaced(two):
    state, backup = two
    reader = sqlite3.connect(state)
    reader.execute("SELECT count(*) FROM people").fetchone()
    with pytest.raises(LockedError, match="another program reads"):
        restore(state, backup, lambda: NOW)
    reader.close()
    assert people_in(state) == 4


def test_a_damaged_state_is_kept_as_it_was_with_its_log(two):
    state, backup = two
    log = state.with_name(f"{state.name}-wal").read_bytes()
    state.write_bytes(b"no database" * 1000)
    kept = restore(state, backup, lambda: NOW).kept
    assert kept.read_bytes() == b"no database" * 1000
    assert kept.with_name(f"{kept.name}-wal").read_bytes() == log
    assert people_in(state) == 3


def sealed(company, *keys):
    store = company.store()
    try:
        return SqliteTokens(store, keys).load("rd", "hash", Tokens())
    finally:
        store.close()


def renewed(company, tokens, key):
    """A platform gave new tokens, which spent those before."""
    store = company.store()
    kept = SqliteTokens(store, [key])
    kept.load("rd", "hash", tokens)
    kept.lease("rd", "us", 60)
    kept.save("rd", "us", tokens)
    store.close()
    company.now += timedelta(minutes=1)


def test_tokens_that_were_renewed_since_the_backup_are_kept_and_so_is_their_key(ran, tmp_path):
    renewed(ran, Tokens(access="a1", refresh="spent"), key_beside(ran.state))
    ran.leadloop("state", "backup", str(tmp_path / "copy.db"))
    renewed(ran, Tokens(access="a2", refresh="fresh"), key_beside(ran.state))
    ran.json("keys", "rotate")
    ran.json("state", "restore", str(tmp_path / "copy.db"))
    assert sealed(ran, key_beside(ran.state)).refresh == "fresh"


def test_tokens_of_a_backup_that_are_newer_than_the_states_are_taken(ran, tmp_path):
    ran.leadloop("state", "backup", str(tmp_path / "before.db"))
    renewed(ran, Tokens(access="a1", refresh="spent"), key_beside(ran.state))
    renewed(ran, Tokens(access="a2", refresh="fresh"), key_beside(ran.state))
    ran.leadloop("state", "backup", str(tmp_path / "copy.db"))
    ran.state.unlink()
    shutil.copy(tmp_path / "before.db", ran.state)
    ran.json("state", "restore", str(tmp_path / "copy.db"))
    assert sealed(ran, key_beside(ran.state)).refresh == "fresh"


def test_calls_that_were_spent_since_the_backup_stay_spent(ran, tmp_path):
    ran.leadloop("state", "backup", str(tmp_path / "copy.db"))
    store = ran.store()
    budgets, until = SqliteBudgets(store), ran.now + timedelta(hours=20)
    budgets.claim("acme", "*/86400", want=90, limit=100, now=ran.now, until=until)
    budgets.pause("acme", "default", until, "quota")
    store.close()
    ran.json("state", "restore", str(tmp_path / "copy.db"))
    store = ran.store()
    budgets = SqliteBudgets(store)
    assert budgets.used("acme", "*/86400", ran.now) == 90
    assert budgets.pauses("acme", ran.now) == {"default": until}
    store.close()
