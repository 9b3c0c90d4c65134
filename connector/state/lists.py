"""What verbs list for a person: cursors, held writes, planned writes, what is stored under which name."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from typing import Any

from connector.state import outbox, reading
from connector.state.outbox import STATES
from connector.state.packing import unpack, unpack_or_none
from connector.state.store import Tx

ALWAYS = datetime.max.replace(tzinfo=UTC)
"""A moment after every waiting time."""


def cursors(db: Tx) -> list[dict[str, Any]]:
    """Where every stream stands. Raises StateError when one does not fit its checksum."""
    rows = db.execute("SELECT connection, stream, moved_at, fresh_at FROM cursors ORDER BY connection, stream")
    return [dict(row) | {"cursor": reading.cursor(db, row["connection"], row["stream"])} for row in rows]


def held(db: Tx) -> list[dict[str, Any]]:
    """Writes that wait for a person's word, the oldest first."""
    rows = db.execute(
        "SELECT o.id, o.connection, p.leadloop_id AS lead, o.kind, o.name, o.creates, o.why, o.planned_at AS since"
        " FROM outbox AS o JOIN people AS p ON p.id = o.person_id WHERE o.state = 'held' ORDER BY o.connection, o.id"
    )
    return [dict(row) | {"creates": bool(row["creates"])} for row in rows]


def to_be_written(db: Tx, run: str) -> list[dict[str, Any]]:
    """Everything that would be sent now, and what this run would have held back, in the order of sending."""
    rows = db.execute(
        "SELECT o.connection, p.leadloop_id AS lead, o.kind, o.name, o.is_on, o.creates, o.record_id, o.fields,"
        " o.before, CASE o.state WHEN 'held' THEN o.why END AS held"
        " FROM outbox AS o JOIN people AS p ON p.id = o.person_id"
        " WHERE o.state = 'planned' OR (o.state = 'held' AND o.run = ?) ORDER BY o.connection, o.fresh DESC, o.id",
        (run,),
    )
    return [
        dict(row) | {"fields": unpack(row["fields"]), "before": unpack_or_none(row["before"]) or {}} for row in rows
    ]


def reject(db: Tx, number: int) -> dict[str, Any] | None:
    """One reject with all that is kept of it, the raw record included."""
    row = db.execute("SELECT * FROM rejects WHERE id = ?", (number,)).fetchone()
    return None if row is None else dict(row) | {"raw": unpack_or_none(row["raw"])}


def stored_types(db: Tx) -> set[str]:
    """Types of the stored activities."""
    return {row[0] for row in db.execute("SELECT DISTINCT type FROM activities")}


def stored_assets(db: Tx) -> set[str]:
    """Assets (forms, pages, mails) that stored activities name."""
    rows = db.execute("SELECT DISTINCT packed ->> 'asset' FROM activities WHERE packed ->> 'asset' IS NOT NULL")
    return {row[0] for row in rows}


def check_sums(db: Tx) -> None:
    """Read every row that carries a checksum of its own. Raises StateError for the first that does not fit."""
    cursors(db)
    for connection in outbox.counts(db):
        for state in STATES:
            outbox.in_state(db, connection, state, ALWAYS, -1)


def schema(db: Tx) -> int:
    """The schema that the file has; an older one than this program's until the next start that writes."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def sqlite_version() -> tuple[int, ...]:
    """The release of SQLite that this Python brings."""
    return sqlite3.sqlite_version_info
