"""One way to write: whole or not at all, one writer after the other, and never by a process that was overtaken."""

from __future__ import annotations

import ast
import multiprocessing
import re
import threading
from pathlib import Path

import pytest

from connector.errors import LockedError, StateError
from connector.state.store import Store


def count(store: Store) -> int:
    return int(store.read().execute("SELECT count(*) FROM meta").fetchone()[0])


def test_a_transaction_is_whole_or_not_at_all(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.write() as tx:
        tx.execute("INSERT INTO meta VALUES ('a', '1')")
        tx.execute("INSERT INTO meta VALUES ('b', '2')")
        raise ZeroDivisionError
    assert count(store) == 0
    with store.write() as tx:
        tx.execute("INSERT INTO meta VALUES ('a', '1')")
    assert count(store) == 1


def test_many_threads_that_read_and_then_write_all_get_through(store: Store) -> None:
    """Measured elsewhere: of 800 deferred transactions like these 622 are refused at once."""
    with store.write() as tx:
        tx.execute("INSERT INTO meta VALUES ('n', '0')")
    failed: list[BaseException] = []

    def add_many() -> None:
        try:
            for _ in range(25):
                with store.write(durable=False) as tx:
                    (n,) = tx.execute("SELECT value FROM meta WHERE key = 'n'").fetchone()
                    tx.execute("UPDATE meta SET value = ? WHERE key = 'n'", (str(int(n) + 1),))
        except BaseException as error:  # noqa: BLE001 - told by the assertion below
            failed.append(error)

    threads = [threading.Thread(target=add_many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert store.read().execute("SELECT value FROM meta").fetchone()[0] == "100"


def test_a_reader_sees_what_was_committed_and_nothing_else(store: Store) -> None:
    with store.write() as tx:
        tx.execute("INSERT INTO meta VALUES ('a', '1')")
        assert count(store) == 0
    assert count(store) == 1


def test_the_durable_wait_for_the_disk_and_the_rest_do_not(store: Store) -> None:
    for durable, level in ((True, 2), (False, 1), (True, 2)):
        with store.write(durable=durable) as tx:
            assert tx.execute("PRAGMA synchronous").fetchone()[0] == level


def test_what_sqlite_refuses_is_a_state_error_with_a_remedy(store: Store) -> None:
    with pytest.raises(StateError, match="cannot be used") as caught, store.write() as tx:
        tx.execute("INSERT INTO nowhere VALUES (1)")
    assert caught.value.exit_code == 5
    assert caught.value.hint


def test_a_step_needs_the_lock(store: Store) -> None:
    with pytest.raises(LockedError), store.write(step=True):
        pass
    with store.hold(), store.write(step=True) as tx:
        tx.execute("INSERT INTO meta VALUES ('a', '1')")


def test_a_process_that_was_overtaken_cannot_commit(store: Store, path: Path) -> None:
    store.take()
    assert store._lock_file is not None
    store._lock_file.close()  # frozen so long that the kernel's lock is gone
    newer = Store.open(path)
    with newer.hold():
        with pytest.raises(LockedError, match="took the state over"), store.write(step=True) as tx:
            tx.execute("INSERT INTO meta VALUES ('zombie', '1')")
        assert count(newer) == 0
    newer.close()


def test_the_lock_of_another_process_is_told_with_its_pid_and_freed_by_its_death(store: Store, path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    other = context.Process(target=hold_until_told, args=(str(path), there))
    other.start()
    assert here.recv() == "held"
    assert store.is_held_elsewhere()
    with pytest.raises(LockedError, match=f"process {other.pid} on ") as caught:
        store.take()
    assert caught.value.exit_code == 6
    other.kill()
    other.join()
    with store.hold():
        assert not store.is_held_elsewhere()


def hold_until_told(path: str, pipe: object) -> None:
    """In the other process: hold the state until killed."""
    with Store.open(Path(path)).hold():
        pipe.send("held")  # type: ignore[attr-defined]
        threading.Event().wait(60)


def test_whoever_asks_who_holds_a_state_leaves_no_file(store: Store, path: Path) -> None:
    assert not store.is_held_elsewhere()
    assert [one.name for one in path.parent.iterdir() if "lock" in one.name] == []


def test_a_lock_that_cannot_be_made_is_told_in_words(store: Store, path: Path) -> None:
    path.with_name(f"{path.name}.lock").mkdir()
    for asking in (store.take, store.is_held_elsewhere):
        with pytest.raises(StateError, match="cannot be used") as caught:
            asking()
        assert caught.value.exit_code == 5


def test_every_holder_has_a_later_epoch(store: Store) -> None:
    epochs = []
    for _ in range(3):
        with store.hold():
            epochs.append(store.epoch)
    assert epochs == [1, 2, 3]
    assert store.epoch is None


def test_a_lock_whose_epoch_could_not_be_written_is_given_back(store: Store, path: Path) -> None:
    with store.write() as tx:
        tx.execute("CREATE TEMP TRIGGER full BEFORE UPDATE ON main.holder BEGIN SELECT RAISE (ABORT, 'disk'); END")
    with pytest.raises(StateError, match="cannot be used"):
        store.take()
    assert store.epoch is None
    other = Store.open(path)
    with other.hold():
        assert store.is_held_elsewhere()
    other.close()


def test_a_file_that_was_replaced_while_running_stops_the_step(store: Store, path: Path) -> None:
    with store.hold():
        path.rename(path.with_name("aside.db"))
        with pytest.raises(StateError), store.write(step=True):
            pass


def test_another_file_in_its_place_stops_the_step_too(store: Store, path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "leadloop.db"
    Store.open(other).close()
    with store.hold():
        other.replace(path)
        with pytest.raises(StateError, match="replaced"), store.write(step=True):
            pass


def test_nothing_else_begins_or_commits_a_transaction() -> None:
    """`write()` is the one way: no other line of the engine says BEGIN, COMMIT or commit()."""
    root = Path(__file__).parents[2]
    found = [
        (path.name, node.lineno)
        for folder in ("connector", "adapters")
        for path in (root / folder).rglob("*.py")
        if "testing" not in path.parts and path.name != "store.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.Attribute) and node.attr in ("commit", "executescript"))
        or (isinstance(node, ast.Constant) and re.match(r"(BEGIN|COMMIT)\b", str(node.value)))
    ]
    assert found == []
