"""Runs, requests, pauses, waits and versions: how the loop itself is kept."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

from msgspec import Struct

from connector.state.clock import stamp
from connector.state.packing import pack, unpack, unpack_or_none

ALL = "*"
"""The pause of everything."""


def start_run(tx: sqlite3.Connection, run: str, kind: str, at: datetime) -> None:
    """A run begins. Runs that a dead process left open are closed as failed."""
    tx.execute(
        "UPDATE runs SET ended_at = ?, outcome = 'failed' WHERE ended_at IS NULL AND kind = ?", (stamp(at), kind)
    )
    tx.execute("INSERT INTO runs (id, kind, started_at) VALUES (?, ?, ?)", (run, kind, stamp(at)))


def end_run(tx: sqlite3.Connection, run: str, outcome: str, report: Any, at: datetime) -> None:
    """A run ended, with what it reported."""
    tx.execute(
        "UPDATE runs SET ended_at = ?, outcome = ?, report = ? WHERE id = ?", (stamp(at), outcome, pack(report), run)
    )


def forget_run(tx: sqlite3.Connection, run: str) -> None:
    """A run that found nothing to do leaves no trace: a daemon has thousands of them a day."""
    tx.execute("DELETE FROM runs WHERE id = ?", (run,))


def pause(tx: sqlite3.Connection, name: str, at: datetime, why: str) -> None:
    """Stop all writes of a connection (or of all) until resumed."""
    tx.execute("INSERT OR REPLACE INTO pauses (name, since, why) VALUES (?, ?, ?)", (name, stamp(at), why))


def resume(tx: sqlite3.Connection, name: str) -> bool:
    """End a pause; was there one?"""
    return tx.execute("DELETE FROM pauses WHERE name = ?", (name,)).rowcount > 0


def is_paused(db: sqlite3.Connection, name: str) -> bool:
    """May this connection not be written to now?"""
    return db.execute("SELECT 1 FROM pauses WHERE name IN (?, ?)", (name, ALL)).fetchone() is not None


def pauses(db: sqlite3.Connection) -> list[dict[str, str]]:
    """What is paused, since when, and why."""
    return [dict(row) for row in db.execute("SELECT name, since, why FROM pauses ORDER BY name")]


class Asked(Struct, frozen=True):
    """What a verb asked the holder to do."""

    id: int
    verb: str
    args: dict[str, Any]


def ask(tx: sqlite3.Connection, verb: str, args: dict[str, Any], at: datetime) -> int:
    """Leave a request for the process that holds the state."""
    row = tx.execute(
        "INSERT INTO requests (verb, args, asked_at) VALUES (?, ?, ?) RETURNING id", (verb, pack(args), stamp(at))
    ).fetchone()
    return int(row[0])


def asked(db: sqlite3.Connection) -> list[Asked]:
    """Requests not yet carried out, oldest first."""
    rows = db.execute("SELECT id, verb, args FROM requests WHERE done_at IS NULL ORDER BY id")
    return [Asked(id_, verb, unpack(args)) for id_, verb, args in rows]


def answer(tx: sqlite3.Connection, id_: int, result: Any, at: datetime) -> None:
    """A request was carried out."""
    tx.execute("UPDATE requests SET done_at = ?, result = ? WHERE id = ?", (stamp(at), pack(result), id_))


def answer_of(db: sqlite3.Connection, id_: int) -> Any:
    """What came of a request; None while it waits."""
    row = db.execute("SELECT done_at, result FROM requests WHERE id = ?", (id_,)).fetchone()
    return None if row is None or row[0] is None else unpack_or_none(row[1])


def wait(
    tx: sqlite3.Connection, connection: str, stream: str, code: str, text: str, hint: str | None,
    until: datetime | None, at: datetime,
) -> None:  # fmt: skip
    """A stream stands still until a time (or, without one, until it goes well again), and says why."""
    tx.execute(
        "INSERT INTO waits (connection, stream, until, code, text, hint, since) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (connection, stream) DO UPDATE SET until = excluded.until, code = excluded.code,"
        " text = excluded.text, hint = excluded.hint, times = times + 1",
        (connection, stream, None if until is None else stamp(until), code, text, hint, stamp(at)),
    )


def recovered(tx: sqlite3.Connection, connection: str, stream: str) -> bool:
    """The stream goes again; did it stand still before?"""
    return tx.execute("DELETE FROM waits WHERE connection = ? AND stream = ?", (connection, stream)).rowcount > 0


def waits(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """What stands still now."""
    return [dict(row) for row in db.execute("SELECT * FROM waits ORDER BY connection, stream")]


def waits_until(db: sqlite3.Connection, connection: str, stream: str, now: datetime) -> str | None:
    """Until when this stream must not be asked; None when it may."""
    row = db.execute(
        "SELECT until FROM waits WHERE connection = ? AND stream = ? AND until > ?", (connection, stream, stamp(now))
    ).fetchone()
    return None if row is None else str(row[0])


def knows_version(tx: sqlite3.Connection, kind: str, version: str) -> bool:
    """Was this model or mapping used before?"""
    return tx.execute("SELECT 1 FROM versions WHERE kind = ? AND version = ?", (kind, version)).fetchone() is not None


def note_version(tx: sqlite3.Connection, kind: str, version: str, content: str, at: datetime) -> None:
    """Remember a model or mapping by its version, as it was written."""
    tx.execute(
        "INSERT OR IGNORE INTO versions (kind, version, first_at, content) VALUES (?, ?, ?, ?)",
        (kind, version, stamp(at), content),
    )


def meta(db: sqlite3.Connection, key: str) -> str | None:
    """A single remembered value."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def set_meta(tx: sqlite3.Connection, key: str, value: str) -> None:
    """Remember a single value."""
    tx.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))


def forget_meta(tx: sqlite3.Connection, key: str) -> None:
    """Remember it no more."""
    tx.execute("DELETE FROM meta WHERE key = ?", (key,))
