"""Writes decided and not yet confirmed: one row is one remote effect with its own key and outcome.

A row is in exactly one state: planned, held, sent, unknown, pending, confirmed, rejected, suppressed, replaced. It is
`sent` on disk before its request leaves; whatever a crash leaves as `sent` is `unknown` to the next holder and is read
back before anything is sent again. One row per lead and connection is in flight (a unique index holds that).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connector.errors import StateError
from connector.model import LeadWrite
from connector.state.clock import moment, stamp
from connector.state.packing import checksum, pack, unpack, unpack_or_none, verify

STATES = ("planned", "held", "sent", "unknown", "pending", "confirmed", "rejected", "suppressed", "replaced")
OPEN = ("planned", "held", "sent", "unknown", "pending")


@dataclass(frozen=True, slots=True)
class Desired:
    """The remote record of one lead in one connection: as it should be, and as last confirmed."""

    connection: str
    person: int
    object: str
    record_id: str | None
    want: dict[str, Any]
    have: dict[str, Any] | None
    points_mp: int
    have_points_mp: int | None
    fresh: bool
    resolved_at: str | None
    limited: bool
    effects: list[dict[str, Any]]
    shown: dict[str, Any] | None
    """What a record that somebody else made held when it was found; never written by us yet."""
    cycle: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One outbox row as the sender sees it."""

    id: int
    person: int
    cycle: int
    creates: bool
    attempts: int
    state: str
    sent_at: datetime | None
    points_mp: int
    poll: Any
    limited: bool
    write: LeadWrite


@dataclass(frozen=True, slots=True)
class Wish:
    """How a remote record should be now, worked out by scoring.

    `effects` are what hangs on it (tags, tasks, notes, stages, events) as plain dicts with their own keys. `limited`:
    the person may not be passed on; only the consent field and the MQL flag going off may be written.
    """

    connection: str
    person: int
    object: str
    want: Mapping[str, Any]
    effects: Sequence[Mapping[str, Any]]
    points_mp: int
    due: bool
    fresh: bool
    limited: bool


def wish(tx: sqlite3.Connection, one: Wish, at: datetime) -> None:
    """Keep a wish. A want that was refused is not due again until it changes."""
    want = pack(one.want)
    tx.execute(
        "INSERT INTO desired (connection, person_id, object, want, points_mp, due, fresh, wanted_at, effects, limited)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (connection, person_id) DO UPDATE SET"
        " object = excluded.object, want = excluded.want, points_mp = excluded.points_mp, fresh = excluded.fresh,"
        " due = CASE WHEN refused = excluded.want THEN 0 ELSE excluded.due END,"
        " wanted_at = CASE WHEN due = 1 AND excluded.due = 1 THEN wanted_at ELSE excluded.wanted_at END,"
        " effects = excluded.effects, limited = excluded.limited",
        (
            one.connection, one.person, one.object, want, one.points_mp, int(one.due), int(one.fresh), stamp(at),
            pack(list(one.effects)), int(one.limited),
        ),
    )  # fmt: skip


def refuse_wish(tx: sqlite3.Connection, connection: str, person: int) -> None:
    """The platform refused this want: leave it until it changes or a person replays it."""
    tx.execute(
        "UPDATE desired SET refused = want, due = 0 WHERE connection = ? AND person_id = ?", (connection, person)
    )


def known_effects(tx: sqlite3.Connection, effects: Sequence[str]) -> set[str]:
    """Which of these effects are in the outbox already; one that never left may be wanted again."""
    rows = tx.execute(
        "SELECT effect FROM outbox WHERE effect IN (SELECT value FROM json_each(?))"
        " AND state NOT IN ('suppressed', 'replaced')",
        (pack(list(effects)),),
    )
    return {row[0] for row in rows}


SELECT_DESIRED = "SELECT d.*, l.cycle FROM desired AS d LEFT JOIN leads AS l ON l.person_id = d.person_id "


def desired_of(tx: sqlite3.Connection, persons: Sequence[int]) -> dict[tuple[str, int], Desired]:
    """The wishes of these leads by (connection, person)."""
    wanted = "WHERE d.person_id IN (SELECT value FROM json_each(?))"
    rows = tx.execute(SELECT_DESIRED + wanted, (pack(list(persons)),))
    return {(row["connection"], row["person_id"]): _desired(row) for row in rows}


def due_wishes(db: sqlite3.Connection, connection: str, limit: int, *, unresolved: bool = False) -> list[Desired]:
    """Wishes worth a write, fresh first, whose record has no row on its way; `unresolved`: never looked for yet."""
    rows = db.execute(
        SELECT_DESIRED + DUE_AND_FREE,
        {"connection": connection, "limit": limit, "unresolved": unresolved},
    )
    return [_desired(row) for row in rows]


DUE_AND_FREE = """
WHERE d.connection = :connection AND d.due = 1
    AND (NOT :unresolved OR (d.record_id IS NULL AND d.resolved_at IS NULL))
    AND NOT EXISTS (
        SELECT 1 FROM outbox AS o WHERE o.person_id = d.person_id AND o.connection = d.connection
            AND o.kind IN ('record', 'field') AND o.state IN ('planned', 'held', 'sent', 'unknown', 'pending'))
ORDER BY d.fresh DESC, d.wanted_at, d.person_id LIMIT :limit
"""


def _desired(row: sqlite3.Row) -> Desired:
    return Desired(
        connection=row["connection"],
        person=row["person_id"],
        object=row["object"],
        record_id=row["record_id"],
        want=unpack(row["want"]),
        have=unpack_or_none(row["have"]),
        points_mp=row["points_mp"],
        have_points_mp=row["have_points_mp"],
        fresh=bool(row["fresh"]),
        resolved_at=row["resolved_at"],
        limited=bool(row["limited"]),
        effects=unpack(row["effects"]),
        shown=unpack_or_none(row["shown"]),
        cycle=row["cycle"] or 1,
    )


def link(
    tx: sqlite3.Connection,
    connection: str,
    person: int,
    object: str,  # noqa: A002 - the field's word
    record_id: str | None,
    at: datetime,
) -> None:
    """The record that stands for this lead, found or made; None forgets it (it was deleted)."""
    tx.execute(
        "UPDATE desired SET object = ?, record_id = ?, resolved_at = ? WHERE connection = ? AND person_id = ?",
        (object, record_id, stamp(at), connection, person),
    )


def settle_wish(
    tx: sqlite3.Connection,
    connection: str,
    person: int,
    written: Mapping[str, Any],
    points_mp: int | None,
    at: datetime,
) -> None:
    """The record now holds `written` too; the wish is due again only where it meanwhile wants something else.

    `points_mp` None leaves what is known of the points shown (a mark was written, not the record).
    """
    row = tx.execute(
        "SELECT want, have FROM desired WHERE connection = ? AND person_id = ?", (connection, person)
    ).fetchone()
    if row is None:
        return
    have = {**(unpack_or_none(row["have"]) or {}), **written}
    want = unpack(row["want"])
    still = any(name in want and want[name] != value for name, value in written.items())
    tx.execute(
        "UPDATE desired SET have = ?, have_points_mp = coalesce(?, have_points_mp), confirmed_at = ?, due = ?,"
        " fresh = 0 WHERE connection = ? AND person_id = ?",
        (pack(have), points_mp, stamp(at), int(still), connection, person),
    )


def not_due(tx: sqlite3.Connection, connection: str, person: int) -> None:
    """Nothing to write for this wish after all."""
    tx.execute("UPDATE desired SET due = 0 WHERE connection = ? AND person_id = ?", (connection, person))


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
    "SELECT o.*, p.leadloop_id, (SELECT i.key FROM identities AS i WHERE i.person_id = o.person_id"
    " AND i.system = 'email' AND i.role = 'own' ORDER BY i.since DESC LIMIT 1) AS email,"
    " d.record_id AS linked_id, d.object AS linked_object"
    " FROM outbox AS o JOIN people AS p ON p.id = o.person_id"
    " LEFT JOIN desired AS d ON d.connection = o.connection AND d.person_id = o.person_id "
)


def sendable(db: sqlite3.Connection, connection: str, limit: int, now: datetime) -> list[Row]:
    """Planned rows that may go now, one per lead: due, nothing of it in flight, and what they wait for confirmed."""
    rows = db.execute(SELECT_ROW + SENDABLE, {"connection": connection, "limit": limit, "now": stamp(now)})
    return [_row(row) for row in rows]


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
        " AND d.record_id IS NULL AND coalesce(d.resolved_at, '') < ? ORDER BY o.id LIMIT ?",
        (connection, stamp(now), stamp(looked_at), limit),
    )
    return [_row(row) for row in rows]


def in_state(db: sqlite3.Connection, connection: str, state: str, now: datetime, limit: int) -> list[Row]:
    """Rows of one state whose time has come."""
    rows = db.execute(
        SELECT_ROW + "WHERE o.connection = ? AND o.state = ? AND (o.next_at IS NULL OR o.next_at <= ?)"
        " ORDER BY o.id LIMIT ?",
        (connection, state, stamp(now), limit),
    )
    return [_row(row) for row in rows]


def _row(row: sqlite3.Row) -> Row:
    verify(
        row["checksum"], f"outbox row {row['id']}",
        row["effect"], row["connection"], row["person_id"], row["kind"], row["fields"],
    )  # fmt: skip
    hangs_on_record = row["kind"] not in ("record", "field", "event")
    poll = unpack_or_none(row["poll"])
    write = LeadWrite(
        effect=row["effect"],
        kind=row["kind"],
        key=row["leadloop_id"],
        object=(row["linked_object"] if hangs_on_record and row["linked_object"] else row["object"]),
        record_id=row["record_id"] or row["linked_id"],
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
        sent_at=None if row["sent_at"] is None else moment(row["sent_at"]),
        points_mp=row["points_mp"],
        poll=poll,
        limited=bool(row["limited"]),
        write=write,
    )


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


def withdraw(tx: sqlite3.Connection, connection: str, person: int, at: datetime, blocked: str | None) -> None:
    """Nothing is to be written for this lead after all: what has not left yet never will, as it stands."""
    tx.execute(
        "UPDATE outbox SET state = ?, why = ?, settled_at = ? WHERE connection = ? AND person_id = ?"
        " AND state IN ('planned', 'held')",
        ("suppressed" if blocked else "replaced", blocked or "no longer wanted", stamp(at), connection, person),
    )
    not_due(tx, connection, person)


def replace_unsent(tx: sqlite3.Connection, connection: str, at: datetime, why: str) -> None:
    """What has not left yet is to be planned anew, from a wish that will be worked out again; once-only effects stay.

    Held rows too: the blast guard counts them again, and a person released what they saw.
    """
    tx.execute(
        "UPDATE outbox SET state = 'replaced', why = ?, settled_at = ? WHERE connection = ?"
        " AND state IN ('planned', 'held') AND kind IN ('record', 'field', 'tag', 'list')",
        (why, stamp(at), connection),
    )


def suppress_hanging(tx: sqlite3.Connection, row_id: int, at: datetime, why: str) -> None:
    """What hangs on a suppressed row is suppressed with it."""
    tx.execute(
        "UPDATE outbox SET state = 'suppressed', why = ?, settled_at = ? WHERE waits_for = ?"
        " AND state IN ('planned', 'held')",
        (why, stamp(at), row_id),
    )


def plan_again(tx: sqlite3.Connection, effect: str, waits_for: int | None) -> None:
    """An effect that never left, since what it hung on went nowhere, hangs on the newest row from now on."""
    tx.execute(
        "UPDATE outbox SET waits_for = ?, settled_at = NULL, why = CASE state WHEN 'held' THEN why END,"
        " state = CASE state WHEN 'held' THEN 'held' ELSE 'planned' END"
        " WHERE effect = ? AND state IN ('planned', 'held', 'suppressed', 'replaced')",
        (waits_for, effect),
    )


def counts(db: sqlite3.Connection) -> dict[str, dict[str, int]]:
    """Per connection: how many rows ever planned, and how many are in each state."""
    found: dict[str, dict[str, int]] = {}
    for connection, state, n in db.execute("SELECT connection, state, count(*) FROM outbox GROUP BY 1, 2"):
        line = found.setdefault(connection, {"total": 0} | dict.fromkeys(STATES, 0))
        line[state] += n
        line["total"] += n
    return found


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


def look_again(tx: sqlite3.Connection, connection: str, person: int) -> None:
    """Whether this lead has a record is to be asked again before one is made."""
    tx.execute(
        "UPDATE desired SET resolved_at = NULL WHERE connection = ? AND person_id = ? AND record_id IS NULL",
        (connection, person),
    )


def forget_link(tx: sqlite3.Connection, connection: str, person: int) -> None:
    """Which record stands for this lead must be asked again; what it held is no longer known."""
    tx.execute(
        "UPDATE desired SET record_id = NULL, resolved_at = NULL, have = NULL, have_points_mp = NULL, due = 1"
        " WHERE connection = ? AND person_id = ?",
        (connection, person),
    )


def next_row_id(tx: sqlite3.Connection) -> int:
    """The id that the next planned row gets: makes keys of effects that are unique for ever."""
    return int(tx.execute("SELECT coalesce(max(id), 0) + 1 FROM outbox").fetchone()[0])


def show(tx: sqlite3.Connection, connection: str, person: int, fields: Mapping[str, Any]) -> None:
    """What a record that was found holds of what we want, so that equal fields are not sent."""
    tx.execute(
        "UPDATE desired SET shown = ? WHERE connection = ? AND person_id = ?", (pack(dict(fields)), connection, person)
    )


def linked_record(tx: sqlite3.Connection, connection: str, person: int) -> tuple[str, str] | None:
    """The record that stands for this lead, as (object, id)."""
    row = tx.execute(
        "SELECT object, record_id FROM desired WHERE connection = ? AND person_id = ? AND record_id IS NOT NULL",
        (connection, person),
    ).fetchone()
    return None if row is None else (row[0], row[1])


def two_records(tx: sqlite3.Connection, loser: int, winner: int) -> list[tuple[str, str, str, str, str]]:
    """CRMs in which both persons have a record: (connection, winner's object, its id, loser's object, its id)."""
    rows = tx.execute(
        "SELECT w.connection, w.object, w.record_id, l.object, l.record_id FROM desired AS w JOIN desired AS l"
        " ON l.connection = w.connection WHERE w.person_id = ? AND l.person_id = ? AND w.object <> ''"
        " AND w.record_id IS NOT NULL AND l.record_id IS NOT NULL AND w.record_id <> l.record_id",
        (winner, loser),
    )
    return [tuple(row) for row in rows]


def wish_again(tx: sqlite3.Connection, connection: str, leadloop_id: str) -> None:
    """A refused want gets another chance, and its record is looked for again."""
    tx.execute(
        "UPDATE desired SET refused = NULL, due = 1, resolved_at = NULL WHERE connection = ?"
        " AND person_id = (SELECT id FROM people WHERE leadloop_id = ?)",
        (connection, leadloop_id),
    )


def due_again(tx: sqlite3.Connection, connection: str, person: int) -> None:
    """The wish is still to be written."""
    tx.execute("UPDATE desired SET due = 1 WHERE connection = ? AND person_id = ?", (connection, person))
