"""What stands in the way of a state, in words that say what to do: SQLite says little, and nothing of a remedy."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from connector.errors import StateError

Said = tuple[str, str]
"""What is wrong, and what to do."""

RESTORE: Final = "'leadloop state restore FILE'"
NO_DATABASE: Final = (
    "it is no database: another file, one that was encrypted, or one that was overwritten",
    f"name another file under 'state:' in leadloop.yaml; or, if this was the state, put a backup back: {RESTORE}",
)
DAMAGED: Final = ("the file is damaged", f"put a backup back: {RESTORE}; the damaged file is kept beside it")
FULL: Final = ("there is no room for what is written", "make space on its disk; nothing is lost, go on then")
NOT_WRITTEN: Final = (
    "its disk takes nothing more",
    "make space, raise a limit of file sizes ('ulimit -f'), or look at the disk; nothing is lost, go on then",
)
RIGHTS: Final = (
    "this user may not read or write it, or nobody may",
    "let the user of leadloop read and write the file and its folder, on a disk that is not mounted read-only",
)
BUSY: Final = (
    "another program keeps it locked",
    "end that program (backups are made by 'leadloop state backup FILE'); with none, move the state off a network disk",
)
NO_LOCKS: Final = (
    "its file system does not lock files as SQLite needs it",
    "keep the state on a disk of this machine, no network file system",
)
DISK: Final = ("its disk fails", "look at the disk and the system's log, then 'leadloop state check'")
OTHER: Final = ("SQLite or the system refuses", "check the disk's space and rights, then 'leadloop state check'")

OF_SQLITE: Final = {
    sqlite3.SQLITE_NOTADB: NO_DATABASE,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_READONLY: RIGHTS,
    sqlite3.SQLITE_PERM: RIGHTS,
    sqlite3.SQLITE_CANTOPEN: RIGHTS,
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_PROTOCOL: NO_LOCKS,
    sqlite3.SQLITE_IOERR: DISK,
    sqlite3.SQLITE_IOERR_WRITE: NOT_WRITTEN,
    sqlite3.SQLITE_IOERR_SHMSIZE: FULL,
    **dict.fromkeys(
        (
            sqlite3.SQLITE_IOERR_LOCK, sqlite3.SQLITE_IOERR_RDLOCK, sqlite3.SQLITE_IOERR_UNLOCK,
            sqlite3.SQLITE_IOERR_SHMLOCK, sqlite3.SQLITE_IOERR_SHMMAP, sqlite3.SQLITE_IOERR_SHMOPEN,
        ),
        NO_LOCKS,
    ),
}  # fmt: skip
"""By extended result code, else by its last byte, the primary one. Source: sqlite.org/rescode.html."""

OF_SYSTEM: Final = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), FULL),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), RIGHTS),
    **dict.fromkeys((errno.ENOLCK, errno.ENOTSUP), NO_LOCKS),
    errno.EFBIG: NOT_WRITTEN,
    errno.EIO: DISK,
}


def unusable(path: Path, error: Exception, what_it_is: str = "state database") -> StateError:
    """What SQLite or the system said of a state, as an error with its remedy."""
    what, hint = said = _said(error)
    if said == RIGHTS:
        hint += _owners(path)
    code = {NO_DATABASE: "no_database", DAMAGED: "damaged"}.get(said)
    return StateError(f"the {what_it_is} {path} cannot be used: {what} ({error})", code=code, hint=hint)


@contextmanager
def telling(path: Path, what_it_is: str = "state database") -> Iterator[None]:
    """What SQLite or the system cannot do inside becomes a StateError."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise unusable(path, error, what_it_is) from error


def is_there(path: Path) -> bool:
    """Is there such a file? Raises StateError where nobody lets us look."""
    with telling(path):
        return path.exists()


def is_circumstance(error: BaseException | None) -> bool:
    """Do rights, locks or the disk stand in the way, while the file itself may be sound?"""
    return isinstance(error, OSError | sqlite3.Error) and _said(error) not in (NO_DATABASE, DAMAGED, OTHER)


def is_damage(error: sqlite3.Error) -> bool:
    """Is the file itself no sound database, whatever disk and rights say?"""
    return _said(error) in (NO_DATABASE, DAMAGED)


def _said(error: Exception) -> Said:
    if isinstance(error, OSError):
        return OF_SYSTEM.get(error.errno or 0, OTHER)
    code = getattr(error, "sqlite_errorcode", 0)
    return OF_SQLITE.get(code) or OF_SQLITE.get(code & 0xFF, OTHER)


def _owners(path: Path) -> str:
    """Which of the files keeps us out, and whose it is: in a container often not the user's who made the volume."""
    beside = [path.with_name(path.name + end) for end in ("", "-wal", "-shm", "-journal", ".lock")]
    owners = [(place, _stranger(place)) for place in (path.parent, *beside)]
    shut = [f"{place} is of user {owner}" for place, owner in owners if owner is not None]
    return "; ".join(["", *shut, f"this is user {os.geteuid()}"]) if shut else ""


def _stranger(place: Path) -> int | None:
    """Whose it is, where it is not open to us."""
    try:
        found = place.stat()
    except OSError:
        return None
    needed = os.R_OK | os.W_OK | (os.X_OK if stat.S_ISDIR(found.st_mode) else 0)
    return None if os.access(place, needed) else found.st_uid
