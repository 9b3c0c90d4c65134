"""The database file: opened with one set of rules, written through one `write()`, held by one process.

- `write()` opens `BEGIN IMMEDIATE`. A deferred transaction that reads and then writes fails at once under another
  writer, whatever the timeout; sqlite-utils' own `insert` commits by itself. So there is no other way to write.
- A step runs only while its process holds the `flock` on `<state>.lock`; the kernel frees it at death. Each holder
  has an epoch, and every transaction of a step checks it: a process that was frozen and overtaken cannot write.
- Verbs that only read open the file read-only; verbs that write while a daemon runs leave a request.
"""

from __future__ import annotations

import fcntl
import os
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from connector.errors import LockedError, StateError
from connector.state.clock import stamp
from connector.state.migrate import create, is_empty, migrate
from connector.state.schema import SCHEMA_VERSION
from connector.state.set_back import AHEAD, set_right
from connector.state.unusable import is_there, telling, unusable
from connector.state.version import address, version_of

Tx = sqlite3.Connection
"""What queries are handed: a transaction that `write()` opened, or a connection that can only read."""

BUSY_MS = 15_000
PATIENCE_MS = 1_000
"""How long emptying the log waits for readers."""
PAGE_BYTES = 16384
CACHE_KIB = 16_384
CHECKPOINT_PAGES = 2_000
"""Of 16 KiB: a first read rewrites the same index pages many times; they reach the file once."""


class Store:
    """One state database. Threads each get their own connection; nothing here is shared but the path and the lock."""

    def __init__(self, path: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.path = path
        self.now = now
        self.epoch: int | None = None
        self._local = threading.local()
        self._lock_file: IO[str] | None = None
        self._all: list[tuple[threading.Thread, sqlite3.Connection]] = []
        self._guard = threading.Lock()
        self._inode: int | None = None

    # Opening.

    @classmethod
    def open(cls, path: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Store:
        """Open for writing; makes or migrates the file. Raises StateError when it cannot be used or trusted."""
        store = cls(path, now=now)
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not path.exists():
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            version = version_of(path, SCHEMA_VERSION)
            path.chmod(0o600)
            if version != SCHEMA_VERSION:
                store._migrate(version)
            store._inode = path.stat().st_ino
        except (OSError, sqlite3.Error) as error:
            store.close()
            raise unusable(path, error) from error
        except BaseException:
            store.close()
            raise
        return store

    @classmethod
    def open_to_read(cls, path: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Store:
        """Open an existing state without the right to change it (also beside a running daemon)."""
        if not is_there(path):
            raise _no_state(path)
        with told(path):
            if not version_of(path, SCHEMA_VERSION):
                raise _no_state(path)
            store = cls(path, now=now)
            store._local.reader = store._connect(read_only=True)
        return store

    def _migrate(self, version: int) -> None:
        if not version and is_empty(self._writer()):
            with self.write() as tx:
                create(tx, SCHEMA_VERSION)
            return
        with self._lock():  # a process of an older leadloop would go on writing what it knows
            if version_of(self.path, SCHEMA_VERSION) == SCHEMA_VERSION:
                return
            if version:
                self.backup(self.path.with_suffix(f".before-{SCHEMA_VERSION}-{self.now():%Y%m%d%H%M%S%f}.db"))
            migrate(self._writer(), SCHEMA_VERSION)

    def _connect(self, *, read_only: bool) -> sqlite3.Connection:
        mode = "ro" if read_only else "rw"
        connection = sqlite3.connect(
            address(self.path, mode),
            uri=True,
            isolation_level=None,
            timeout=BUSY_MS / 1000,
            check_same_thread=False,
        )
        connection.row_factory = sqlite3.Row
        if not read_only:
            connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
            connection.execute("PRAGMA secure_delete = ON")  # what is erased is overwritten; not every build's default
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        with self._guard:
            self._close_those_of_ended_threads()
            self._all.append((threading.current_thread(), connection))
        return connection

    def _close_those_of_ended_threads(self) -> None:
        """Each send makes threads of its own: their connections must not outlive them."""
        for _, connection in [one for one in self._all if not one[0].is_alive()]:
            connection.close()
        self._all = [one for one in self._all if one[0].is_alive()]

    def _writer(self) -> sqlite3.Connection:
        if getattr(self._local, "writer", None) is None:
            self._local.writer = self._connect(read_only=False)
            self._local.durable = None
        writer: sqlite3.Connection = self._local.writer
        return writer

    # Reading and writing.

    def read(self) -> sqlite3.Connection:
        """A connection that cannot write. Statements see the last committed state."""
        if getattr(self._local, "reader", None) is None:
            self._local.reader = self._connect(read_only=True)
        reader: sqlite3.Connection = self._local.reader
        return reader

    @contextmanager
    def write(self, *, durable: bool = True, step: bool = False) -> Iterator[sqlite3.Connection]:
        """One transaction. `durable`: on disk before this returns (FULL); else what can be read again (NORMAL).

        `step`: a transaction of a loop's step; refused when another process has taken the state over meanwhile.
        """
        writer = self._writer()
        if self._local.durable is not durable:
            writer.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._local.durable = durable
        try:
            writer.execute("BEGIN IMMEDIATE")
            try:
                if step:
                    self._check_epoch(writer)
                yield writer
                writer.execute("COMMIT")
            except BaseException:
                if writer.in_transaction:
                    writer.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise unusable(self.path, error) from error

    def _check_epoch(self, writer: sqlite3.Connection) -> None:
        (epoch,) = writer.execute("SELECT epoch FROM holder").fetchone()
        if self.epoch is None or epoch != self.epoch:
            raise LockedError("another process took the state over", hint="stop one of the two processes")
        if self._inode is not None and (not self.path.exists() or self.path.stat().st_ino != self._inode):
            raise StateError(f"{self.path} was replaced while running", hint="stop, put the right file in place, start")

    def rest(self) -> None:
        """Close this thread's connections, with what they cached (`CACHE_KIB` each): its work is done for a while."""
        mine = [getattr(self._local, name, None) for name in ("reader", "writer")]
        self._local.reader = self._local.writer = None
        with self._guard:
            self._all = [one for one in self._all if one[1] not in mine]
        for connection in mine:
            if connection is not None:
                connection.close()

    # Holding.

    @contextmanager
    def hold(self) -> Iterator[Store]:
        """Be the one process that runs steps. Raises LockedError when another one is."""
        self.take()
        try:
            yield self
        finally:
            self.release()

    def take(self) -> None:
        """Take the lock and a new epoch, or neither."""
        lock = self._lock()
        try:
            with self.write() as tx:
                (before,) = tx.execute("SELECT since FROM holder").fetchone()
                if before > stamp(self.now() + AHEAD):
                    set_right(tx, self.now())
                tx.execute(
                    "UPDATE holder SET epoch = epoch + 1, pid = ?, host = ?, since = ?",
                    (os.getpid(), socket.gethostname(), stamp(self.now())),
                )
                (epoch,) = tx.execute("SELECT epoch FROM holder").fetchone()
        except BaseException:
            lock.close()
            raise
        self._lock_file, self.epoch = lock, epoch

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep others from running steps without a word in the file: it is damaged perhaps, or gives way to another."""
        with self._lock():
            yield

    @property
    def _lock_path(self) -> Path:
        return self.path.with_name(f"{self.path.name}.lock")

    def _lock(self) -> IO[str]:
        """The lock, until it is closed. Raises LockedError, which names the process that has it."""
        try:
            lock = self._lock_path.open("a+")
        except OSError as error:  # a folder or a disk that takes no file
            raise unusable(self.path, error) from error
        try:
            self._flock(lock)
        except BlockingIOError as error:
            lock.close()
            raise LockedError(
                f"{self._holder()} holds {self.path.name}",
                hint="it works on its own; stop it first if you want to run steps by hand",
            ) from error
        except OSError as error:  # a file system without locks
            lock.close()
            raise unusable(self.path, error) from error
        return lock

    def _holder(self) -> str:
        try:
            row = self.read().execute("SELECT pid, host, since FROM holder").fetchone()
        except sqlite3.Error:  # the file is damaged, the lock is not
            return "another process"
        return f"process {row['pid']} on {row['host']}, since {row['since']},"

    def _flock(self, lock: IO[str]) -> None:
        """Lock, or raise BlockingIOError. Who only asks whether it is taken has it for a moment: waited out."""
        for patience_s in (0.05, 0.2, None):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if patience_s is None:
                    raise
                threading.Event().wait(patience_s)
            else:
                return

    def release(self) -> None:
        """Give the lock back."""
        if self._lock_file is not None:
            self._lock_file.close()
            self._lock_file = None
            self.epoch = None

    def is_held_elsewhere(self) -> bool:
        """Does another process run steps on this state now?"""
        if self._lock_file is not None:
            return False
        try:
            lock = self._lock_path.open()  # to look leaves nothing behind
        except FileNotFoundError:
            return False
        except OSError as error:
            raise unusable(self.path, error) from error
        with lock, telling(self.path):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False

    # Care.

    def problems(self) -> list[str]:
        """What SQLite's own full check finds wrong, in its words; empty when sound."""
        try:
            found = [row[0] for row in self.read().execute("PRAGMA integrity_check").fetchall() if row[0] != "ok"]
            broken = self.read().execute("PRAGMA foreign_key_check").fetchall()
        except sqlite3.Error as error:  # too damaged to be checked to its end
            return [str(error)]
        return found + [f"table {row[0]} row {row[1]} points to a missing {row[2]}" for row in broken]

    def backup(self, target: Path) -> None:
        """An online copy, complete and consistent, readable by its owner only."""
        if target.exists():
            raise StateError(f"{target} exists already", hint="name another file")
        part = target.with_name(f"{target.name}.part")  # what bears the name of a backup is whole
        try:
            part.unlink(missing_ok=True)
            os.close(os.open(part, os.O_CREAT | os.O_RDWR, 0o600))
            with closing(sqlite3.connect(part)) as copy:
                self.read().backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
            part.replace(target)
        except (OSError, sqlite3.Error) as error:
            with suppress(OSError):
                part.unlink(missing_ok=True)  # half a copy of everybody's data, on a disk that may be full
            raise StateError(
                f"{self.path} cannot be copied to {target}: {error}", hint="check the folder's rights and its space"
            ) from error

    def empty_log(self) -> bool:
        """Move the write-ahead log into the file: what was erased stands in it until then. False while others read."""
        writer = self._writer()
        writer.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")  # nobody can write meanwhile
        try:
            (busy, _, _) = writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            writer.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        return not busy

    def close(self) -> None:
        """Close every connection of every thread and give the lock back."""
        self.release()
        with self._guard:
            for _, connection in reversed(self._all):  # the first writes: closed last, it leaves no write-ahead log
                connection.close()
            self._all.clear()
        self._local = threading.local()


def _no_state(path: Path) -> StateError:
    return StateError(f"there is no state at {path} yet", code="no_state", hint="run 'leadloop run --once' first")


@contextmanager
def told(path: Path) -> Iterator[None]:
    """What SQLite itself cannot do inside becomes a StateError."""
    try:
        yield
    except sqlite3.Error as error:
        raise unusable(path, error) from error
