"""Bringing a database to today's schema: every migration in its own transaction, the version last."""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database

from connector.state.schema import migrations


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Apply what is missing. A kill in between leaves a database that the next start migrates further."""
    rows = connection.row_factory
    connection.row_factory = None
    try:
        migrations().apply(Database(connection))
    finally:
        connection.row_factory = rows
    connection.execute(f"PRAGMA user_version = {version}")
