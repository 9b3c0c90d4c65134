"""Nothing grows with time: a daemon lives for months."""

import threading
from pathlib import Path

from connector.state.store import Store


def open_files() -> int:
    return len(list(Path("/dev/fd").iterdir()))


def in_a_thread(store: Store) -> None:
    def work() -> None:
        with store.write() as tx:
            tx.execute("SELECT 1")
        store.read().execute("SELECT 1")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_threads_that_came_and_went_leave_no_open_file(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "leadloop.db")
    for _ in range(5):
        in_a_thread(store)
    before = open_files()
    for _ in range(50):
        in_a_thread(store)
    assert open_files() <= before
    store.close()


def test_a_thread_that_rests_keeps_nothing_open_and_goes_on_later(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "leadloop.db")
    store.rest()
    before = open_files()
    for _ in range(3):
        with store.write() as tx:
            tx.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('a', 'b')")
        assert store.read().execute("SELECT value FROM meta").fetchone()[0] == "b"
        store.rest()
    assert open_files() <= before
    store.close()
