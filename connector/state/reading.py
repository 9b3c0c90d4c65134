"""How far each stream was read, what is still to be read, and which records wait as rejects."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import Struct

from connector.adapter import ToRead
from connector.errors import RecordError
from connector.model import Json
from connector.state.clock import moment_or_none, stamp
from connector.state.packing import checksum, pack, unpack, verify

FRESH, BACKFILL, SWEEP = 0, 1, 2
"""Lanes of what is to be read: a backfill or sweep never starves fresh leads."""


def cursor(db: sqlite3.Connection, connection: str, stream: str) -> Json | None:
    """Where the stream stands; None before its first page."""
    row = db.execute(
        "SELECT cursor, checksum FROM cursors WHERE connection = ? AND stream = ?", (connection, stream)
    ).fetchone()
    if row is None or row["cursor"] is None:
        return None
    verify(row["checksum"], f"the cursor of {connection}/{stream}", connection, stream, row["cursor"])
    found: Json = unpack(row["cursor"])
    return found


def move_cursor(tx: sqlite3.Connection, connection: str, stream: str, to: Json | None, at: datetime) -> None:
    """Save where the stream stands, in the transaction that saved its page."""
    text = None if to is None else pack(to)
    tx.execute(
        "INSERT INTO cursors (connection, stream, cursor, checksum, moved_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (connection, stream) DO UPDATE SET"
        " cursor = excluded.cursor, checksum = excluded.checksum, moved_at = excluded.moved_at",
        (connection, stream, text, checksum(connection, stream, text), stamp(at)),
    )


def is_untouched(db: sqlite3.Connection, connection: str) -> bool:
    """Was nothing of this connection read yet: no stream has a cursor, and nobody is known by an id of it?"""
    found = db.execute(
        "SELECT EXISTS (SELECT 1 FROM cursors WHERE connection = :name AND cursor IS NOT NULL)"
        " OR EXISTS (SELECT 1 FROM contacts WHERE connection = :name)"
        " OR EXISTS (SELECT 1 FROM identities WHERE system = :name)",
        {"name": connection},
    ).fetchone()
    return not found[0]


class Bookmark:
    """A stream's cursor as one walk moves it on. A person who sets it meanwhile has the last word."""

    def __init__(self, db: sqlite3.Connection, connection: str, stream: str) -> None:
        self._stream = connection, stream
        self.stands: Json | None = cursor(db, connection, stream)

    def move(self, tx: sqlite3.Connection, to: Json | None, at: datetime) -> bool:
        """Move on in the transaction that saves the page (None: leave it). False: it was set, and this walk is over."""
        if to is None:
            return True
        if pack(cursor(tx, *self._stream)) != pack(self.stands):  # as text: a tuple comes back as a list
            return False
        move_cursor(tx, *self._stream, to, at)
        self.stands = to
        return True


SET_MEANWHILE: Final = "the cursor was set while this walk read: the next run begins there"


def keep_cursor(tx: sqlite3.Connection, connection: str, stream: str, at: datetime, run: str, why: str) -> None:
    """Put the present cursor into its history: at the start of a walk, and before a person changes it."""
    tx.execute(
        "INSERT INTO cursor_history (connection, stream, cursor, at, run, why)"
        " SELECT connection, stream, cursor, ?, ?, ? FROM cursors WHERE connection = ? AND stream = ?"
        " AND cursor IS NOT (SELECT h.cursor FROM cursor_history AS h"
        "  WHERE h.connection = cursors.connection AND h.stream = cursors.stream ORDER BY h.id DESC LIMIT 1)",
        (stamp(at), run, why, connection, stream),
    )


def mark_fresh(tx: sqlite3.Connection, connection: str, stream: str, at: datetime) -> None:
    """The stream was read to its end at this moment."""
    tx.execute(
        "INSERT INTO cursors (connection, stream, cursor, checksum, moved_at, fresh_at) VALUES (?, ?, NULL, ?, ?, ?)"
        " ON CONFLICT (connection, stream) DO UPDATE SET fresh_at = excluded.fresh_at",
        (connection, stream, checksum(connection, stream, None), stamp(at), stamp(at)),
    )


def fresh_at(db: sqlite3.Connection, connection: str, stream: str) -> datetime | None:
    """When the stream was last read to its end."""
    row = db.execute(
        "SELECT fresh_at FROM cursors WHERE connection = ? AND stream = ?", (connection, stream)
    ).fetchone()
    return None if row is None else moment_or_none(row[0])


OLDER: Final = "since = CASE WHEN since IS NULL OR excluded.since IS NULL THEN NULL ELSE min(since, excluded.since) END"
"""Of two wishes for the same reading the one that reaches further back; without `since` it is all there is."""


def want_read(tx: sqlite3.Connection, connection: str, items: Iterable[ToRead], *, lane: int = FRESH) -> None:
    """Remember what a page named; a more urgent lane and an older `since` win over what is remembered already."""
    tx.executemany(
        "INSERT INTO to_read (connection, stream, id, lane, since, changed_at) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608
        " ON CONFLICT (connection, stream, id) DO UPDATE SET lane = min(lane, excluded.lane),"
        f" {OLDER},"
        " changed_at = max(coalesce(changed_at, ''), coalesce(excluded.changed_at, '')), next_at = NULL",
        [
            (
                connection,
                item.stream,
                item.id,
                lane,
                None if item.since is None else stamp(item.since),
                None if item.changed_at is None else stamp(item.changed_at),
            )
            for item in items
        ],
    )


def next_reads(
    db: sqlite3.Connection, connection: str, stream: str, limit: int, now: datetime
) -> list[tuple[str, datetime | None]]:
    """What to read next, fresh leads first: (id, since)."""
    rows = db.execute(
        "SELECT id, since FROM to_read WHERE connection = ? AND stream = ? AND (next_at IS NULL OR next_at <= ?)"
        " ORDER BY lane, changed_at DESC LIMIT ?",
        (connection, stream, stamp(now), limit),
    )
    return [(id_, moment_or_none(since)) for id_, since in rows]


def put_off(
    tx: sqlite3.Connection, connection: str, stream: str, id_: str, at: datetime, first: timedelta, longest: timedelta
) -> int:
    """Nobody could read this: later, twice as long with each time; how often that was by now."""
    row = tx.execute(
        "UPDATE to_read SET attempts = attempts + 1 WHERE connection = ? AND stream = ? AND id = ? RETURNING attempts",
        (connection, stream, id_),
    ).fetchone()
    attempts = 1 if row is None else int(row[0])
    wait = min(longest, first * 2 ** min(attempts - 1, 20))
    tx.execute(
        "UPDATE to_read SET next_at = ? WHERE connection = ? AND stream = ? AND id = ?",
        (stamp(at + wait), connection, stream, id_),
    )
    return attempts


def read_now(tx: sqlite3.Connection, connection: str, id_: str) -> None:
    """What was put off of this contact is asked for next."""
    tx.execute("UPDATE to_read SET next_at = NULL WHERE connection = ? AND id = ?", (connection, id_))


def is_named(db: sqlite3.Connection, connection: str, stream: str, id_: str) -> bool:
    """Is this one waiting to be read?"""
    sql = "SELECT 1 FROM to_read WHERE connection = ? AND stream = ? AND id = ?"
    return db.execute(sql, (connection, stream, id_)).fetchone() is not None


def was_read(tx: sqlite3.Connection, connection: str, stream: str, ids: Iterable[str]) -> None:
    """These were read: forget that they were wanted."""
    tx.executemany(
        "DELETE FROM to_read WHERE connection = ? AND stream = ? AND id = ?", [(connection, stream, id_) for id_ in ids]
    )


def acts_were_read(tx: sqlite3.Connection, connection: str, id_: str, since: datetime | None) -> None:
    """The acts of a contact were read back to `since`; whoever asked meanwhile for older ones still waits."""
    text = None if since is None else stamp(since)
    tx.execute(
        "DELETE FROM to_read WHERE connection = ? AND stream = 'activities' AND id = ? AND since IS ?",
        (connection, id_, text),
    )


def reads_waiting(db: sqlite3.Connection, connection: str) -> int:
    """How many things are named but unread."""
    return int(db.execute("SELECT count(*) FROM to_read WHERE connection = ?", (connection,)).fetchone()[0])


class Reject(Struct, frozen=True):
    """A record that failed, waiting for a person or a replay."""

    id: int
    connection: str
    stream: str
    key: str
    code: str
    field: str | None
    place: str | None
    text: str
    hint: str | None
    first_at: str
    last_at: str
    times: int
    state: str


def add_reject(
    tx: sqlite3.Connection,
    connection: str,
    stream: str,
    key: str,
    error: RecordError,
    at: datetime,
    *,
    raw: Any = None,
    run: str | None = None,
) -> bool:
    """Park a record with its error. Returns whether this is news (the same record with the same error is not)."""
    when = stamp(at)
    before = tx.execute(
        "SELECT state FROM rejects WHERE connection = ? AND stream = ? AND key = ? AND code = ?",
        (connection, stream, key, error.code),
    ).fetchone()
    tx.execute(
        "INSERT INTO rejects (connection, stream, key, code, field, place, text, hint, raw, first_at, last_at, run)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (connection, stream, key, code) DO UPDATE SET"
        " field = excluded.field, place = excluded.place, text = excluded.text, hint = excluded.hint,"
        " raw = excluded.raw, last_at = excluded.last_at, times = times + 1, run = excluded.run,"
        " state = CASE state WHEN 'dropped' THEN 'dropped' ELSE 'open' END",
        (
            connection, stream, key, error.code, error.field, error.place, error.message, error.hint,
            None if raw is None else pack(raw), when, when, run,
        ),
    )  # fmt: skip
    return before is None or before[0] == "closed"


def close_rejects(tx: sqlite3.Connection, connection: str, stream: str, keys: Iterable[str]) -> None:
    """These records went through: what was parked of them is closed."""
    tx.executemany(
        "UPDATE rejects SET state = 'closed' WHERE connection = ? AND stream = ? AND key = ? AND state = 'open'",
        [(connection, stream, key) for key in keys],
    )


def close_repaired(
    tx: sqlite3.Connection, connection: str, stream: str, file: str, since: datetime, now: datetime
) -> None:
    """A file was read whole since that moment: what was parked of its lines before is repaired, or gone from it.

    Where the clock was set back meanwhile, nothing can be said.
    """
    if now < since:
        return
    tx.execute(
        "UPDATE rejects SET state = 'closed' WHERE connection = ? AND stream = ? AND state = 'open' AND last_at < ?"
        " AND substr(key, 1, ?) = ?",
        (connection, stream, stamp(since), len(file) + 1, f"{file}:"),
    )


def hand_over_rejects(tx: sqlite3.Connection, loser: str, winner: str, streams: Sequence[str]) -> None:
    """What is parked under the leadloop_id of somebody who was joined: of these streams the winner's, else closed.

    Of the loser's own writes nothing is left to be done: the winner's wish is in force.
    """
    tx.execute(
        "UPDATE OR IGNORE rejects SET key = ? WHERE key = ? AND state = 'open'"
        " AND stream IN (SELECT value FROM json_each(?))",
        (winner, loser, pack(list(streams))),
    )
    tx.execute("UPDATE rejects SET state = 'closed' WHERE key = ? AND state = 'open'", (loser,))


def has_open_rejects(db: sqlite3.Connection, connection: str, stream: str) -> bool:
    """Is anything of this stream parked? Asked once a page, so that healthy pages pay nothing for closing."""
    row = db.execute(
        "SELECT 1 FROM rejects WHERE connection = ? AND stream = ? AND state = 'open' LIMIT 1", (connection, stream)
    ).fetchone()
    return row is not None


def is_parked(db: sqlite3.Connection, connection: str, stream: str, key: str, code: str) -> bool:
    """Does this very record wait with this error?"""
    row = db.execute(
        "SELECT 1 FROM rejects WHERE connection = ? AND stream = ? AND key = ? AND code = ? AND state = 'open'",
        (connection, stream, key, code),
    ).fetchone()
    return row is not None


def rejects(db: sqlite3.Connection, *, state: str = "open", connection: str | None = None) -> list[Reject]:
    """The parked records, oldest first."""
    rows = db.execute(
        "SELECT id, connection, stream, key, code, field, place, text, hint, first_at, last_at, times, state"
        " FROM rejects WHERE state = ? AND (? IS NULL OR connection = ?) ORDER BY id",
        (state, connection, connection),
    )
    return [Reject(*row) for row in rows]


def saw(tx: sqlite3.Connection, connection: str, ids: Sequence[str]) -> int:
    """These contacts are there, says a walk under way; how many it had not seen before."""
    before = tx.total_changes
    tx.executemany(
        "INSERT OR IGNORE INTO sweep_seen (connection, id) VALUES (?, ?)", [(connection, id_) for id_ in ids]
    )
    return tx.total_changes - before


def forget_seen(tx: sqlite3.Connection, connection: str) -> None:
    """A walk begins, or is over."""
    tx.execute("DELETE FROM sweep_seen WHERE connection = ?", (connection,))


def absent(tx: sqlite3.Connection, connection: str) -> list[str]:
    """Contacts that we know and the finished walk did not see."""
    rows = tx.execute(
        "SELECT c.id FROM contacts AS c WHERE c.connection = ? AND c.gone_at IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM sweep_seen AS s WHERE s.connection = c.connection AND s.id = c.id)",
        (connection,),
    )
    return [row[0] for row in rows]


def has_reads(db: sqlite3.Connection, connection: str) -> bool:
    """Is anything of this connection still to be read by its id?"""
    return db.execute("SELECT 1 FROM to_read WHERE connection = ? LIMIT 1", (connection,)).fetchone() is not None


def forget_reads(tx: sqlite3.Connection, connection: str) -> None:
    """Nothing of this connection is to be read by its id any more."""
    tx.execute("DELETE FROM to_read WHERE connection = ?", (connection,))


def want_read_again(tx: sqlite3.Connection, connection: str, id_: str) -> None:
    """A parked contact gets another chance: it is asked for by its id, or its file is read again from the start."""
    want_read(tx, connection, [ToRead("contacts", id_)])


def want_everyone(
    tx: sqlite3.Connection, connection: str, since: datetime | None, streams: Sequence[str] = ("contacts", "activities")
) -> int:
    """Read history again, behind everything fresh: every known contact and its acts; how many reads wait.

    What waits already reaches as far back from now on, and keeps its place. `streams`: those that can be asked by id.
    """
    text = None if since is None else stamp(since)
    done = tx.execute(
        "INSERT INTO to_read (connection, stream, id, lane, since)"  # noqa: S608 - fixed text
        " SELECT c.connection, s.value, c.id, ?, ? FROM contacts AS c, json_each(?) AS s"
        f" WHERE c.connection = ? AND c.gone_at IS NULL ON CONFLICT (connection, stream, id) DO UPDATE SET {OLDER}",
        (BACKFILL, text, pack(list(streams)), connection),
    )
    tx.execute(
        "DELETE FROM to_read WHERE connection = ? AND stream NOT IN (SELECT value FROM json_each(?))",
        (connection, pack(list(streams))),
    )
    return done.rowcount
