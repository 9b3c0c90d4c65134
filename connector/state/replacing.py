"""Another file in the state's place, in one step: at every moment the old state stands there whole, or the new one.

A database is its file and its log. A log beside a file that is not its own is played into that file all the same, and
a file without its log lacks what was written last. So the log goes into the file first; then the file gets a second
name, under which it is kept; then the new one takes the name over.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from connector.errors import LockedError
from connector.state.unusable import is_damage
from connector.state.version import address

JOURNALS: Final = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a file while it is in use, or was killed."""
MARK: Final = ".before-restore-"
"""In the names of states that were replaced."""
PATIENCE_S: Final = 1.0


def remove(state: Path) -> None:
    """Take a file away with all that stands beside it."""
    for end in ("", *JOURNALS, ".lock"):
        _beside(state, end).unlink(missing_ok=True)


def finish(fresh: Path) -> None:
    """Have a file that will take the state's place carry everything itself, on the disk."""
    _without_log(fresh)
    _sync(fresh)


def swap(fresh: Path, state: Path, stamp: str) -> Path | None:
    """Put `fresh` in place of `state`; where the old one is kept, if there was one.

    Raises LockedError when somebody has it open, and what the system says when folder or disk take no more: the old
    state stands then as it was.
    """
    _forget_second_names(state)
    kept = state.with_name(f"{state.name}{MARK}{stamp}") if state.exists() else None
    if kept:
        _fold(state)
        _keep(state, kept)
        _sync(state.parent)
    for end in JOURNALS:  # of a damaged state alone; another one has none any more
        _beside(state, end).unlink(missing_ok=True)
    fresh.replace(state)
    _sync(state.parent)
    return kept


def _fold(state: Path) -> None:
    """Bring the log into the file, and prove that nobody else has it open. A damaged one stays as it is."""
    try:
        _without_log(state)
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            raise LockedError(f"another program reads {state}", hint="end it, and restore again") from error
        if not is_damage(error):
            raise


def _without_log(path: Path) -> None:
    with closing(sqlite3.connect(address(path, "rw"), uri=True, timeout=PATIENCE_S)) as db:
        (mode,) = db.execute("PRAGMA journal_mode = DELETE").fetchone()
    if mode != "delete":
        raise LockedError(f"the log of {path} is in use", hint="end whatever reads it, and restore again")


def _keep(state: Path, kept: Path) -> None:
    """A second name for the file and, of a damaged one, for its log; a copy where a file has one name alone."""
    for end in ("", "-wal", "-journal"):
        part, target = _beside(state, end), _beside(kept, end)
        if not part.exists():
            continue
        try:
            os.link(part, target)
        except FileExistsError:
            raise
        except OSError:
            _copy(part, target)


def _copy(part: Path, target: Path) -> None:
    try:
        shutil.copy2(part, target)
        _sync(target)
    except OSError:
        with suppress(OSError):
            target.unlink(missing_ok=True)  # half a copy of everybody's data, on a disk that may be full
        raise


def _forget_second_names(state: Path) -> None:
    """A restore that was killed before its last step left one: the state would change under it."""
    for path in state.parent.glob(f"{state.name}{MARK}*"):
        if state.exists() and path.samefile(state):
            path.unlink()


def _beside(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


def _sync(path: Path) -> None:
    """Have contents, or the names in a folder, survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
