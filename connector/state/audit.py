"""The audit log: what people changed, line by line, each with the hash of the one before it.

A chain shows a line that was changed or taken out, and not that its last lines are gone: so its head, how many lines
there are and the hash of the last, stands in a row of its own, which a trigger moves on. Whoever rewrites both is found
by a head that was noted elsewhere.
"""

from __future__ import annotations

import hashlib
import sqlite3
from datetime import datetime
from typing import Any, NamedTuple

from connector.state.clock import stamp
from connector.state.packing import pack

SINCE_SCHEMA = 4
"""States of before have no head until they are migrated."""

AS_IT_ENDS = "(SELECT count(*) FROM audit), (SELECT hash FROM audit ORDER BY id DESC LIMIT 1)"


class Head(NamedTuple):
    """How long the log is, and how it ends."""

    lines: int
    hash: str

    def __str__(self) -> str:
        return f"{self.lines}:{self.hash}"


def record(tx: sqlite3.Connection, actor: str, action: str, subject: str, detail: Any, at: datetime) -> None:
    """Append a line. Ids only, no personal data."""
    row = tx.execute("SELECT hash FROM audit ORDER BY id DESC LIMIT 1").fetchone()
    before = b"" if row is None else bytes(row[0])
    text = pack(detail)
    when = stamp(at)
    tx.execute(
        "INSERT INTO audit (at, actor, action, subject, detail, before_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (when, actor, action, subject, text, before, _chain(before, when, actor, action, subject, text)),
    )


def head(db: sqlite3.Connection) -> Head:
    """How the log ends as it stands: what to note elsewhere."""
    lines, last = db.execute(f"SELECT {AS_IT_ENDS}").fetchone()
    return _head(lines, last)


def fault(db: sqlite3.Connection) -> str | None:
    """What is wrong with the log; None when it is whole."""
    if (broken := _broken_line(db)) is not None:
        return f"line {broken} of the audit log does not fit the one before it"
    (schema,) = db.execute("PRAGMA user_version").fetchone()
    if schema < SINCE_SCHEMA:
        return None
    # At once, since a process may append meanwhile.
    row = db.execute(f"SELECT lines, hash, {AS_IT_ENDS} FROM audit_head").fetchone()  # noqa: S608 - fixed text
    if row is None:
        return "the audit log has no head: nobody can say whether its last lines are there"
    told, there = _head(row[0], row[1]), _head(row[2], row[3])
    if told.lines > there.lines:
        return f"the last {told.lines - there.lines} of {told.lines} lines of the audit log are gone"
    return None if told == there else "the audit log does not end as its head says"


def differs_from(db: sqlite3.Connection, noted: Head) -> str | None:
    """Does the log still hold all that a head stands for, which was noted before? What is wrong; None when it does."""
    if noted.lines == 0:
        return None
    row = db.execute("SELECT hash FROM audit ORDER BY id LIMIT 1 OFFSET ?", (noted.lines - 1,)).fetchone()
    if row is None:
        return f"the audit log had {noted.lines} lines when its head was noted, and has {head(db).lines}"
    if _head(noted.lines, row[0]) != noted:
        return f"line {noted.lines} of the audit log is not the one whose head was noted"
    return None


def _head(lines: int, last: bytes | None) -> Head:
    return Head(lines, bytes(last or b"").hex())


def _broken_line(db: sqlite3.Connection) -> int | None:
    before = b""
    for row in db.execute("SELECT id, at, actor, action, subject, detail, before_hash, hash FROM audit ORDER BY id"):
        line = _chain(before, row["at"], row["actor"], row["action"], row["subject"], row["detail"])
        if bytes(row["before_hash"]) != before or bytes(row["hash"]) != line:
            return int(row["id"])
        before = line
    return None


def _chain(before: bytes, *parts: str) -> bytes:
    return hashlib.sha256(before + "\x1f".join(parts).encode()).digest()
