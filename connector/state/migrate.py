"""Bringing a database to today's schema: a new one at once, an older one migration by migration."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from connector.state.schema import steps

if TYPE_CHECKING:
    from sqlite_utils import Database, Migrations


def create(tx: sqlite3.Connection, version: int) -> None:
    """Make all tables, unless another process made them meanwhile."""
    if is_empty(tx):
        for _, statements in steps():
            for statement in statements:
                tx.execute(statement)
        tx.execute(f"PRAGMA user_version = {version}")


def is_empty(connection: sqlite3.Connection) -> bool:
    """Is there no table yet?"""
    return connection.execute("SELECT 1 FROM sqlite_master").fetchone() is None


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Apply what is missing, each migration in its own transaction, the version last.

    A kill in between leaves a database that the next start migrates further.
    """
    from sqlite_utils import Database  # noqa: PLC0415 - 100 ms that only a migration needs

    rows = connection.row_factory
    connection.row_factory = None
    try:
        database = Database(connection)
        known = migrations()
        known.ensure_migrations_table(database)
        (before,) = connection.execute("PRAGMA user_version").fetchone()
        connection.executemany(  # a database that was made at once kept no list of them
            f"INSERT OR IGNORE INTO {known.migrations_table} (migration_set, name, applied_at)"  # noqa: S608 - a name
            " VALUES (?, ?, 'when it was made')",
            [(known.name, name) for name, _ in steps()[:before]],
        )
        known.apply(database)
    finally:
        connection.row_factory = rows
    connection.execute(f"PRAGMA user_version = {version}")


def migrations() -> Migrations:
    """The steps as sqlite-utils applies them."""
    from sqlite_utils import Migrations  # noqa: PLC0415 - see above

    known = Migrations("leadloop")
    for name, statements in steps():

        @known(name=name)
        def step(database: Database, statements: list[str] = statements) -> None:
            for statement in statements:
                database.conn.execute(statement)

    return known
