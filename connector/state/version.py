"""What a file is before anything is done to it: no state yet, a state of some schema, or somebody else's database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from connector.errors import StateError

OURS: Final = "holder"
"""A table that a state has from its first migration on."""
LIST_OF_MIGRATIONS: Final = "_sqlite_migrations"
"""Of sqlite-utils: it may stand alone, where the first migration was killed. Other programs have it, too."""


def version_of(path: Path, newest: int) -> int:
    """The schema of a state, 0 for a file without tables. Raises StateError for what this program must not touch:
    the database of another program, and a schema beyond `newest`.

    To open for writing would change the database of another program, so that only a reader looks. What a process
    killed in the middle of a rollback journal left behind must be undone before anybody can read: by a writer.
    """
    try:
        return _look(path, "ro", newest)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_READONLY_ROLLBACK:
            raise
    return _look(path, "rw", newest)


def _look(path: Path, mode: str, newest: int) -> int:
    with closing(sqlite3.connect(address(path, mode), uri=True)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    if OURS not in tables and tables - {LIST_OF_MIGRATIONS}:
        raise StateError(
            f"{path} is the database of another program",
            code="foreign_database",
            hint="name another file: 'state:' in leadloop.yaml",
        )
    if version > newest:
        raise StateError(
            f"{path} has schema {version}, this program knows {newest}",
            code="newer_schema",
            hint="install the newer leadloop, or restore a backup made before it",
        )
    return int(version)


def address(path: Path, mode: str) -> str:
    """A file as SQLite takes it with a mode (`ro`, `rw`), whatever characters its folders have in their names."""
    return f"{path.absolute().as_uri()}?mode={mode}"
