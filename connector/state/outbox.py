"""Writes decided and not yet confirmed: one row is one remote effect with its own key and outcome.

A row is in exactly one state: planned, held, sent, unknown, pending, confirmed, rejected, suppressed, replaced. It is
`sent` on disk before its request leaves; whatever a crash leaves as `sent` is `unknown` to the next holder and is read
back before anything is sent again. One row per lead and connection is in flight (a unique index holds that).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from connector.errors import StateError
from connector.model import LeadWrite
from connector.state import desired
from connector.state.clock import moment, stamp
from connector.state.packing import checksum, pack, rotten, unpack, unpack_or_none

STATES = ("planned", "held", "sent", "unknown", "pending", "confirmed", "rejected", "suppressed", "replaced")
RELEASED = "released"
"""Why a row is planned that was held."""
UNCONFIRMED = "unconfirmed"
"""Code of a write of which nobody could tell for a day whether it arrived."""


class Row(Struct, frozen=True):
    """One outbox row as the sender sees it."""

    id: int
    person: int
    cycle: int
    creates: bool
    attempts: int
    state: str
    planned_at: datetime
    sent_at: datetime | None
    points_mp: int
    poll: Any
    limited: bool
    write: LeadWrite


class Held(Struct, frozen=True):
    """A record's row that waits for a person's word, or had it (`why` is `RELEASED`) and was not sent yet."""

    row: int
    fields: dict[str, Any]
    why: str | None


def known_effects(tx: sqlite3.Connection, effects: Sequence[str]) -> set[str]:
    """Which of these effects are in the outbox already; one that never left may be wanted again."""
    rows = tx.execute(
        "SELECT effect FROM outbox WHERE effect IN (SELECT value FROM json_each(?))"
        " AND state NOT IN ('suppressed', 'replaced')",
        (pack(list(effects)),),
    )
    return {row[0] for row in rows}


def plan(
    tx: sqlite3.Connection,
    connection: str,
    side: str,
    person: int,
    cycle: int,
    write: LeadWrite,
    at: datetime,
    *,
    run: str,
    creates: bool = False,
    points_mp: int = 0,
    waits_for: int | None = None,
    before: Mapping[str, Any] | None = None,
    held: str | None = None,
    limited: bool = False,
) -> int | None:
    """Put an effect into the outbox; None when this very effect is there already."""
    fields = pack(write.fields)
    row = tx.execute(
        "INSERT INTO outbox (effect, connection, side, person_id, cycle, kind, object, record_id, name, is_on, creates,"
        " fresh, limited, fields, before, points_mp, state, why, waits_for, planned_at, run, checksum)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (effect) DO NOTHING RETURNING id",
        (
            write.effect, connection, side, person, cycle, write.kind, write.object, write.record_id, write.name,
            int(write.on), int(creates), int(write.fresh), int(limited), fields,
            None if before is None else pack(before), points_mp,
            "planned" if held is None else "held", held, waits_for, stamp(at), run,
            checksum(write.effect, connection, person, write.kind, fields),
        ),
    ).fetchone()  # fmt: skip
    return None if row is None else int(row[0])


SELECT_ROW = (
    "SELECT o.*, p.leadloop_id, p.merged_into, (SELECT i.key FROM identities AS i WHERE i.person_id = o.person_id"
    " AND i.system = 'email' AND i.role = 'own' ORDER BY i.since DESC LIMIT 1) AS email,"
    " d.record_id AS linked_id, d.object AS linked_object"
    " FROM outbox AS o JOIN people AS p ON p.id = o.person_id"
    " LEFT JOIN desired AS d ON d.connection = o.connection AND d.person_id = o.person_id "
)


def sendable(db: sqlite3.Connection, connection: str, limit: int, now: datetime) -> list[Row]:
    """Planned rows that may go now, one per lead: due, nothing of it in flight, and what they wait for confirmed."""
    rows = db.execute(SELECT_ROW + SENDABLE, {"connection": connection, "limit": limit, "now": stamp(now)})
    return [_row(db, row) for row in rows]


SENDABLE = """
WHERE o.id IN (
    SELECT id FROM (
        SELECT p.id, p.fresh, row_number() OVER (PARTITION BY p.person_id ORDER BY p.id) AS nth
        FROM outbox AS p LEFT JOIN outbox AS w ON w.id = p.waits_for
        WHERE p.connection = :connection AND p.state = 'planned' AND (p.next_at IS NULL OR p.next_at <= :now)
            AND (w.id IS NULL OR w.state IN ('confirmed', 'replaced'))
            AND (p.kind NOT IN ('tag', 'task', 'note') OR EXISTS (
                SELECT 1 FROM desired AS h
                WHERE h.connection = p.connection AND h.person_id = p.person_id AND h.record_id IS NOT NULL))
            AND NOT EXISTS (
                SELECT 1 FROM outbox AS x WHERE x.connection = p.connection AND x.person_id = p.person_id
                    AND x.state IN ('sent', 'unknown', 'pending')))
    WHERE nth = 1 ORDER BY fresh DESC, id LIMIT :limit)
ORDER BY o.fresh DESC, o.id
"""
"""One row per lead is in flight, whichever kind: the oldest of a lead goes first, fresh leads before the others."""


def creations_looked_for_before(
    db: sqlite3.Connection, connection: str, looked_at: datetime, now: datetime, limit: int
) -> list[Row]:
    """Creations that may go now, on the word of a look that was before `looked_at`."""
    rows = db.execute(
        SELECT_ROW + "WHERE o.connection = ? AND o.state = 'planned' AND o.creates = 1"
        " AND (o.next_at IS NULL OR o.next_at <= ?)"
        " AND d.person_id IS NOT NULL AND d.record_id IS NULL AND coalesce(d.resolved_at, '') < ?"
        " ORDER BY o.id LIMIT ?",
        (connection, stamp(now), stamp(looked_at), limit),
    )
    return [_row(db, row) for row in rows]


def in_state(db: sqlite3.Connection, connection: str, state: str, now: datetime, limit: int) -> list[Row]:
    """Rows of one state whose time has come, the one that waits longest first."""
    rows = db.execute(
        SELECT_ROW + "WHERE o.connection = ? AND o.state = ? AND (o.next_at IS NULL OR o.next_at <= ?)"
        " ORDER BY o.next_at, o.id LIMIT ?",
        (connection, state, stamp(now), limit),
    )
    return [_row(db, row) for row in rows]


def _row(db: sqlite3.Connection, row: sqlite3.Row) -> Row:
    hangs_on_record = row["kind"] not in ("record", "field", "event")
    poll = unpack_or_none(row["poll"])
    write = LeadWrite(
        effect=row["effect"],
        kind=row["kind"],
        key=_planned_for(db, row),
        object=(row["linked_object"] if hangs_on_record and row["linked_object"] else row["object"]),
        # What hangs on a record went with it when that was merged or converted, and goes to where it stands now.
        record_id=(row["linked_id"] or row["record_id"]) if hangs_on_record else (row["record_id"] or row["linked_id"]),
        email=row["email"],
        fields=unpack(row["fields"]),
        name=row["name"],
        on=bool(row["is_on"]),
        fresh=bool(row["fresh"]),
        poll=poll,
    )
    return Row(
        id=row["id"],
        person=row["person_id"],
        cycle=row["cycle"],
        creates=bool(row["creates"]),
        attempts=row["attempts"],
        state=row["state"],
        planned_at=moment(row["planned_at"]),
        sent_at=None if row["sent_at"] is None else moment(row["sent_at"]),
        points_mp=row["points_mp"],
        poll=poll,
        limited=bool(row["limited"]),
        write=write,
    )


def _planned_for(db: sqlite3.Connection, row: sqlite3.Row) -> str:
    """The leadloop_id under which a row was planned: its person's, or of one who is the same person by now.

    What may stand in the CRM under that key is found by no other. Raises StateError when the checksum fits nobody.
    """
    if row["checksum"] == _checksum(row, row["person_id"]):
        return str(row["leadloop_id"])
    same = row["merged_into"] or row["person_id"]
    for one in db.execute("SELECT id, leadloop_id FROM people WHERE merged_into = ?", (same,)):
        if row["checksum"] == _checksum(row, one["id"]):
            return str(one["leadloop_id"])
    raise rotten(f"outbox row {row['id']}")


def _checksum(row: sqlite3.Row, person: int) -> bytes:
    return checksum(row["effect"], row["connection"], person, row["kind"], row["fields"])


def claim(tx: sqlite3.Connection, rows: Sequence[Row], at: datetime, epoch: int, run: str) -> list[Row]:
    """Mark rows as sent, before the request leaves. Only rows that are still planned are claimed."""
    claimed: list[Row] = []
    for row in rows:
        done = tx.execute(
            "UPDATE outbox SET state = 'sent', sent_at = ?, attempts = attempts + 1, epoch = ?, run = ?, next_at = NULL"
            " WHERE id = ? AND state = 'planned'",
            (stamp(at), epoch, run, row.id),
        )
        if done.rowcount == 1:
            claimed.append(row)
    return claimed


def doubt(tx: sqlite3.Connection, rows: Sequence[int], since: datetime) -> None:
    """These may have been sent by a state that was replaced, before `since`."""
    tx.execute(
        "UPDATE outbox SET state = 'unknown', sent_at = ?, attempts = attempts + 1, why = 'restored from a backup'"
        " WHERE state = 'planned' AND id IN (SELECT value FROM json_each(?))",
        (stamp(since), pack(list(rows))),
    )


def settle(
    tx: sqlite3.Connection,
    row_id: int,
    state: str,
    at: datetime,
    *,
    code: str | None = None,
    text: str | None = None,
    record_id: str | None = None,
    next_at: datetime | None = None,
    poll: Any = None,
    why: str | None = None,
) -> None:
    """What became of a row."""
    if state not in STATES:
        raise StateError(f"'{state}' is no state of an outbox row")
    done = state in ("confirmed", "rejected", "suppressed", "replaced")
    tx.execute(
        "UPDATE outbox SET state = ?, code = ?, text = ?, record_id = coalesce(?, record_id), next_at = ?, poll = ?,"
        " why = coalesce(?, why), settled_at = ? WHERE id = ?",
        (
            state, code, text, record_id, None if next_at is None else stamp(next_at),
            None if poll is None else pack(poll), why, stamp(at) if done else None, row_id,
        ),
    )  # fmt: skip


def recover(tx: sqlite3.Connection, connection: str, epoch: int) -> int:
    """Rows that an earlier holder had sent and not settled: nobody knows; the count of them."""
    done = tx.execute(
        "UPDATE outbox SET state = 'unknown', why = 'the process ended before the answer' WHERE connection = ?"
        " AND state = 'sent' AND epoch IS NOT ?",
        (connection, epoch),
    )
    return done.rowcount


def drop_unsent(tx: sqlite3.Connection, person: int, at: datetime, why: str, connections: Sequence[str] = ()) -> None:
    """What has not left yet of this lead never will; `connections`: only there."""
    tx.execute(
        "UPDATE outbox SET state = 'replaced', why = ?, settled_at = ? WHERE person_id = ?"
        " AND state IN ('planned', 'held') AND (?4 = '[]' OR connection IN (SELECT value FROM json_each(?4)))",
        (why, stamp(at), person, pack(list(connections))),
    )


def release(tx: sqlite3.Connection, connection: str | None) -> list[int]:
    """What is held may go, of one connection or of all; the leads of the rows, one for each."""
    rows = tx.execute(
        "UPDATE outbox SET state = 'planned', why = ?1 WHERE state = 'held' AND (?2 IS NULL OR connection = ?2)"
        " RETURNING person_id",
        (RELEASED, connection),
    )
    return [row[0] for row in rows.fetchall()]


def held_of(tx: sqlite3.Connection, connection: str, persons: Sequence[int]) -> dict[int, Held]:
    """The row of a record that is held, or was released and not sent yet, by lead."""
    rows = tx.execute(
        "SELECT o.person_id, o.id, o.fields, o.why FROM json_each(?) AS wanted"
        " CROSS JOIN outbox AS o ON o.connection = ? AND o.person_id = wanted.value"
        " WHERE (o.state = 'held' OR o.why = 'released') AND o.kind IN ('record', 'field')"
        " AND (o.state = 'held' OR (o.state = 'planned' AND o.attempts = 0))",
        (pack(list(persons)), connection),
    )
    return {person: Held(row_id, unpack(fields), why) for person, row_id, fields, why in rows}


def marks_on(tx: sqlite3.Connection, person: int, row_id: int) -> dict[str, bool]:
    """The marks that hang on a row of this lead, as a wish names them."""
    rows = tx.execute(
        "SELECT kind || ':' || name, is_on FROM outbox WHERE person_id = ? AND waits_for = ?"
        " AND kind IN ('tag', 'list') AND state IN ('planned', 'held')",
        (person, row_id),
    )
    return {name: bool(is_on) for name, is_on in rows}


def give_way(tx: sqlite3.Connection, person: int, held: int, to: int | None, at: datetime) -> None:
    """A row that was held is replaced by a newer one. What hangs on it waits for that; marks are planned anew."""
    settle(tx, held, "replaced", at, why="no longer wanted like this")
    tx.execute(
        "UPDATE outbox SET state = 'replaced', settled_at = ? WHERE person_id = ? AND waits_for = ?"
        " AND kind IN ('tag', 'list') AND state IN ('planned', 'held')",
        (stamp(at), person, held),
    )
    if to is not None:
        tx.execute("UPDATE outbox SET waits_for = ? WHERE person_id = ? AND waits_for = ?", (to, person, held))


def withdraw(tx: sqlite3.Connection, connection: str, person: int, at: datetime, blocked: str | None) -> None:
    """Nothing is to be written for this lead after all: what has not left yet never will, as it stands."""
    tx.execute(
        "UPDATE outbox SET state = ?, why = ?, settled_at = ? WHERE connection = ? AND person_id = ?"
        " AND state IN ('planned', 'held')",
        ("suppressed" if blocked else "replaced", blocked or "no longer wanted", stamp(at), connection, person),
    )
    desired.withdraw(tx, connection, person, at)


def replace_unsent(tx: sqlite3.Connection, connection: str, at: datetime, why: str) -> None:
    """What has not left yet is to be planned anew, from a wish that will be worked out again; once-only effects stay.

    Held rows too: the blast guard counts them again, and a person released what they saw.
    """
    tx.execute(
        "UPDATE outbox SET state = 'replaced', why = ?, settled_at = ? WHERE connection = ?"
        " AND state IN ('planned', 'held') AND kind IN ('record', 'field', 'tag', 'list')",
        (why, stamp(at), connection),
    )


def send_again(
    tx: sqlite3.Connection,
    row_id: int,
    at: datetime,
    *,
    code: str | None = None,
    text: str | None = None,
    next_at: datetime | None = None,
    why: str | None = None,
) -> None:
    """A row that did not arrive waits for its next turn; one of who was joined does not: the other's wish counts."""
    row = tx.execute(SELECT_ROW + "WHERE o.id = ?", (row_id,)).fetchone()
    if row["merged_into"] is not None or row["checksum"] != _checksum(row, row["person_id"]):
        settle(tx, row_id, "replaced", at, code=code, text=text, why="joined")
    else:
        settle(tx, row_id, "planned", at, code=code, text=text, next_at=next_at, why=why)


def hand_over(tx: sqlite3.Connection, loser: int, winner: int) -> None:
    """The rows of a person who is joined into another. Where both have one in flight, the loser's keeps its name."""
    tx.execute("UPDATE OR IGNORE outbox SET person_id = ? WHERE person_id = ?", (winner, loser))


def suppress_hanging(tx: sqlite3.Connection, row_id: int, at: datetime, why: str) -> None:
    """What hangs on a suppressed row is suppressed with it."""
    tx.execute(
        "UPDATE outbox SET state = 'suppressed', why = ?, settled_at = ? WHERE waits_for = ?"
        " AND state IN ('planned', 'held')",
        (why, stamp(at), row_id),
    )


def plan_again(tx: sqlite3.Connection, effect: str, waits_for: int | None, record_id: str | None) -> None:
    """An effect that never arrived hangs on the newest row from now on, and goes to the record that stands now.

    One that was sent before is asked after there first: it may have arrived, and have gone along.
    """
    tx.execute(
        "UPDATE outbox SET waits_for = ?, record_id = ?, settled_at = NULL, why = CASE state WHEN 'held' THEN why END,"
        " state = CASE WHEN state = 'held' THEN 'held' WHEN attempts > 0 THEN 'unknown' ELSE 'planned' END"
        " WHERE effect = ? AND state IN ('planned', 'held', 'suppressed', 'replaced')",
        (waits_for, record_id, effect),
    )


def try_again(tx: sqlite3.Connection, connection: str, leadloop_id: str, kind: str, at: datetime) -> None:
    """What the platform refused of what happens once, and is still wanted, is to be sent again, with its wish.

    Of what nobody could tell whether it arrived, the oldest is asked after first.
    """
    rows = tx.execute(
        "SELECT o.id, o.code FROM outbox AS o JOIN desired AS d USING (connection, person_id)"
        " WHERE o.connection = ? AND o.kind = ? AND o.state = 'rejected'"
        " AND o.person_id = (SELECT coalesce(merged_into, id) FROM people WHERE leadloop_id = ?)"
        " AND o.effect IN (SELECT e.value ->> 'effect' FROM json_each(d.effects) AS e) ORDER BY o.id",
        (connection, kind, leadloop_id),
    ).fetchall()
    for row in rows:
        tx.execute(
            "UPDATE OR IGNORE outbox SET state = ?, attempts = 0, next_at = NULL, sent_at = ?, settled_at = NULL,"
            " code = NULL, text = NULL, why = 'replayed' WHERE id = ?",
            ("unknown" if row["code"] == UNCONFIRMED else "replaced", stamp(at), row["id"]),
        )


def any_confirmed(tx: sqlite3.Connection, connection: str, since: datetime) -> bool:
    """Did any write of this connection arrive since then? The newest are looked at first: there it shows."""
    row = tx.execute(
        "SELECT 1 FROM outbox WHERE connection = ? AND state = 'confirmed' AND settled_at >= ?"
        " ORDER BY id DESC LIMIT 1",
        (connection, stamp(since)),
    ).fetchone()
    return row is not None


def never_tried(tx: sqlite3.Connection, row_id: int) -> None:
    """That a row was claimed does not count: what kept it back was not about any write."""
    tx.execute("UPDATE outbox SET attempts = attempts - 1 WHERE id = ?", (row_id,))


def sent_in_vain(tx: sqlite3.Connection, connection: str, person: int, since: datetime) -> int:
    """How many rows of this lead were sent and then replaced since: each gave way to one for another record."""
    row = tx.execute(
        "SELECT count(*) FROM outbox WHERE person_id = ? AND connection = ? AND state = 'replaced'"
        " AND sent_at IS NOT NULL AND settled_at > ?",
        (person, connection, stamp(since)),
    ).fetchone()
    return int(row[0])


def counts(db: sqlite3.Connection) -> dict[str, dict[str, int]]:
    """Per connection: how many rows ever planned, and how many are in each state."""
    found: dict[str, dict[str, int]] = {}
    for connection, state, n in db.execute("SELECT connection, state, count(*) FROM outbox GROUP BY 1, 2"):
        line = found.setdefault(connection, {"total": 0} | dict.fromkeys(STATES, 0))
        line[state] += n
        line["total"] += n
    return found


def fields_under_way(tx: sqlite3.Connection, connection: str, person: int) -> set[str]:
    """The fields of this lead's record that a write which is not settled yet carries."""
    rows = tx.execute(
        "SELECT DISTINCT f.key FROM outbox AS o, json_each(o.fields) AS f WHERE o.person_id = ? AND o.connection = ?"
        " AND o.kind = 'record' AND o.state IN ('planned', 'held', 'sent', 'unknown', 'pending')",
        (person, connection),
    )
    return {row[0] for row in rows}


def open_writes(db: sqlite3.Connection, connection: str) -> int:
    """How many writes are planned or under way; held ones wait for a person and are told as such."""
    row = db.execute(
        "SELECT count(*) FROM outbox WHERE connection = ? AND state IN ('planned', 'sent', 'unknown', 'pending')",
        (connection,),
    ).fetchone()
    return int(row[0])


def oldest_open(db: sqlite3.Connection, connection: str, now: datetime) -> tuple[int, float]:
    """How many writes wait, and the age in seconds of the oldest."""
    row = db.execute(
        "SELECT count(*), min(planned_at) FROM outbox WHERE connection = ?"
        " AND state IN ('planned', 'sent', 'unknown', 'pending')",
        (connection,),
    ).fetchone()
    wishes = db.execute(
        "SELECT count(*), min(wanted_at) FROM desired WHERE connection = ? AND due = 1", (connection,)
    ).fetchone()
    oldest = min((text for text in (row[1], wishes[1]) if text), default=None)
    age = timedelta(0) if oldest is None else now - moment(oldest)
    return max(int(row[0]), int(wishes[0])), max(0.0, age.total_seconds())


def next_row_id(tx: sqlite3.Connection) -> int:
    """The id that the next planned row gets: makes keys of effects that are unique for ever."""
    return int(tx.execute("SELECT coalesce(max(id), 0) + 1 FROM outbox").fetchone()[0])
