"""How each lead's remote records should be, and which record stands for it: one wish per lead and connection.

A wish is worked out by scoring, turned into outbox rows by planning, and settled when a row is confirmed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import Struct

from connector.state import corrections
from connector.state.clock import stamp
from connector.state.corrections import Correction
from connector.state.packing import pack, unpack, unpack_or_none

EVERY: Final = ""
"""The field that stands for all that have no time of their own."""


class Desired(Struct, frozen=True):
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
    have_at: dict[str, str]
    confirmed_at: str | None
    corrected: dict[str, Correction]
    """What others did to our fields, newest by field; a field that is written again is not in `have` until then."""
    moved_from: str | None = None
    """The record that stood for the lead until it was converted, merged or deleted; the CRM was not asked since."""
    looked_in_vain: int = 0
    """How often the CRM answered with an error, about this lead alone, when it was asked for the record."""
    may_create: bool = True
    """Is a record made where there is none?"""
    marks_before: frozenset[str] = frozenset()
    """Marks of a record that was converted or merged: the one that stands now may bear them, or not."""
    cycle: int = 1

    @property
    def known(self) -> Mapping[str, Any]:
        """What the record holds as far as we know: confirmed by us, changed by others, else as it was found."""
        if self.have is None:
            return self.shown or {}
        return {name: one.shown for name, one in self.corrected.items()} | self.have

    def stood_at(self, name: str) -> str:
        """By when, on the CRM's clock and to the second, the confirmed value of a field stood there."""
        return self.have_at.get(name) or self.have_at.get(EVERY) or self.confirmed_at or ""


class Wish(Struct, frozen=True):
    """How a remote record should be now, worked out by scoring.

    `effects` are what hangs on it (tags, tasks, notes, stages, events) as plain dicts with their own keys. `limited`:
    the person may not be passed on; only the consent field and the MQL flag going off may be written. `may_create`: a
    record is made where there is none.
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
    may_create: bool = True


def wish(tx: sqlite3.Connection, one: Wish, at: datetime) -> None:
    """Keep a wish. A want that was refused is not due again until it changes."""
    want = pack(one.want)
    tx.execute(
        "INSERT INTO desired (connection, person_id, object, want, points_mp, due, fresh, wanted_at, effects, limited,"
        " may_create) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (connection, person_id) DO UPDATE SET"
        " object = excluded.object, want = excluded.want, points_mp = excluded.points_mp, fresh = excluded.fresh,"
        " due = CASE WHEN refused = excluded.want THEN 0 ELSE excluded.due END,"
        " wanted_at = CASE WHEN due = 1 AND excluded.due = 1 THEN wanted_at ELSE excluded.wanted_at END,"
        " effects = excluded.effects, limited = excluded.limited, may_create = excluded.may_create",
        (
            one.connection, one.person, one.object, want, one.points_mp, int(one.due), int(one.fresh), stamp(at),
            pack(list(one.effects)), int(one.limited), int(one.may_create),
        ),
    )  # fmt: skip


def refuse_wish(tx: sqlite3.Connection, connection: str, person: int) -> None:
    """The platform refused this want: leave it until it changes or a person replays it."""
    tx.execute(
        "UPDATE desired SET refused = want, due = 0 WHERE connection = ? AND person_id = ?", (connection, person)
    )


def refuse_sent(tx: sqlite3.Connection, connection: str, person: int) -> None:
    """As `refuse_wish`, of what was under way: a want that was worked out meanwhile was not sent, nor refused."""
    tx.execute(
        "UPDATE desired SET refused = want WHERE connection = ? AND person_id = ? AND due = 0", (connection, person)
    )


def wish_again(tx: sqlite3.Connection, connection: str, leadloop_id: str) -> None:
    """A refused want gets another chance, and so does what was contested; its record is looked for again.

    Whether it is still wanted is for scoring to say: the lead is to be marked.
    """
    corrections.try_again(tx, connection, leadloop_id)
    tx.execute(
        "UPDATE desired SET refused = NULL, resolved_at = NULL, look_at = NULL WHERE connection = ?"
        " AND person_id = (SELECT coalesce(merged_into, id) FROM people WHERE leadloop_id = ?)",
        (connection, leadloop_id),
    )


def due_again(tx: sqlite3.Connection, connection: str, person: int) -> None:
    """The wish is still to be written."""
    tx.execute("UPDATE desired SET due = 1 WHERE connection = ? AND person_id = ?", (connection, person))


def not_due(tx: sqlite3.Connection, connection: str, person: int) -> None:
    """Nothing to write for this wish after all."""
    tx.execute("UPDATE desired SET due = 0 WHERE connection = ? AND person_id = ?", (connection, person))


def withdraw(tx: sqlite3.Connection, connection: str, person: int, at: datetime) -> None:
    """As `not_due`, for a lead that is not wanted over there now: what is under way for it still may arrive."""
    tx.execute(
        "UPDATE desired SET due = 0, wanted_at = ? WHERE connection = ? AND person_id = ?",
        (stamp(at), connection, person),
    )


SELECT_DESIRED = "SELECT d.*, l.cycle FROM desired AS d LEFT JOIN leads AS l ON l.person_id = d.person_id "


def desired_of(tx: sqlite3.Connection, persons: Sequence[int]) -> dict[tuple[str, int], Desired]:
    """The wishes of these leads by (connection, person)."""
    wanted = "WHERE d.person_id IN (SELECT value FROM json_each(?))"
    rows = tx.execute(SELECT_DESIRED + wanted, (pack(list(persons)),))
    return {(row["connection"], row["person_id"]): _desired(row) for row in rows}


def due_wishes(db: sqlite3.Connection, connection: str, limit: int, *, resolved: bool = False) -> list[Desired]:
    """Wishes worth a write, fresh first, whose record has no row on its way; `resolved`: only those looked for."""
    which = "AND (d.record_id IS NOT NULL OR d.resolved_at IS NOT NULL)" if resolved else ""
    rows = db.execute(
        f"{SELECT_DESIRED} {DUE} {which} {FREE} {FRESH_FIRST}", {"connection": connection, "limit": limit}
    )
    return [_desired(row) for row in rows]


def to_look_for(db: sqlite3.Connection, connection: str, limit: int, now: datetime) -> list[int]:
    """The persons whose wishes wait for it to be asked which record stands for them: fresh first.

    Behind all of them come those who were looked for in vain, the one whose turn was longest ago first.
    """
    values = {"connection": connection, "limit": limit, "now": stamp(now)}
    which = "d.record_id IS NULL AND d.resolved_at IS NULL AND"
    new = db.execute(f"{SELECT_PERSON} {DUE} AND {which} d.look_at IS NULL {FREE} {FRESH_FIRST}", values)
    again = db.execute(
        f"{SELECT_PERSON} {DUE} AND {which} d.look_at <= :now {FREE} ORDER BY d.look_at LIMIT :limit", values
    )
    return [row[0] for row in (*new, *again)][:limit]


SELECT_PERSON = "SELECT d.person_id FROM desired AS d"
DUE = "WHERE d.connection = :connection AND d.due = 1"
FREE = """
    AND NOT EXISTS (
        SELECT 1 FROM outbox AS o WHERE o.person_id = d.person_id AND o.connection = d.connection
            AND o.kind IN ('record', 'field') AND o.state IN ('planned', 'sent', 'unknown', 'pending')
            AND NOT (o.state = 'planned' AND o.why IS 'released' AND o.attempts = 0))
"""
FRESH_FIRST = "ORDER BY d.fresh DESC, d.wanted_at, d.person_id LIMIT :limit"


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
        have_at=unpack(row["have_at"]),
        confirmed_at=row["confirmed_at"],
        corrected=corrections.read(row["corrected"]),
        moved_from=row["moved_from"],
        looked_in_vain=row["looked_in_vain"],
        may_create=bool(row["may_create"]),
        marks_before=frozenset(unpack(row["marks_before"])),
        cycle=row["cycle"] or 1,
    )


def settle_wish(
    tx: sqlite3.Connection,
    connection: str,
    person: int,
    written: Mapping[str, Any],
    points_mp: int | None,
    at: datetime,
    stood_at: datetime | None = None,
    planned_at: datetime | None = None,
) -> bool:
    """The record now holds `written` too; the wish is due again where it wants something else in these fields.

    Returns whether the lead was worked out since the write was planned (`planned_at`): that was done from what the
    record held before, and has to be done again.

    `points_mp` None leaves what is known of the points shown (a mark was written, not the record). `stood_at` is the
    CRM's time by which the fields `written` stood there, kept to the second as CRMs date their records; None where
    nobody compares them later.
    """
    row = tx.execute(
        "SELECT want, have, have_at, corrected, due, wanted_at, marks_before FROM desired"
        " WHERE connection = ? AND person_id = ?",
        (connection, person),
    ).fetchone()
    if row is None:
        return False
    before = unpack_or_none(row["have"]) or {}
    have = {**before, **written}
    have_at = _dated(unpack(row["have_at"]), before, written, stood_at)
    marks_before = [mark for mark in unpack(row["marks_before"]) if mark not in written]
    want = unpack(row["want"])
    still = any(name in want and want[name] != value for name, value in written.items())
    tx.execute(
        "UPDATE desired SET have = ?, have_at = ?, have_points_mp = coalesce(?, have_points_mp), confirmed_at = ?,"
        " corrected = ?, marks_before = ?, due = ?, fresh = 0 WHERE connection = ? AND person_id = ?",
        (
            pack(have), pack(have_at), points_mp, stamp(at), corrections.after(row["corrected"], written),
            pack(marks_before), int(still), connection, person,
        ),
    )  # fmt: skip
    return bool(row["due"]) or (planned_at is not None and row["wanted_at"] > stamp(planned_at))


def _dated(
    have_at: dict[str, str], before: Mapping[str, Any], written: Mapping[str, Any], stood_at: datetime | None
) -> dict[str, str]:
    """The time of each field: under no name that of all, and by name what was written later. There are many wishes."""
    if stood_at is None:
        return have_at
    at = stamp(stood_at.replace(microsecond=0))
    return {EVERY: at} if before.keys() <= written.keys() else {**have_at, **dict.fromkeys(written, at)}


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
        "UPDATE desired SET object = ?, record_id = ?, resolved_at = ?, moved_from = NULL, look_at = NULL,"
        " looked_in_vain = 0 WHERE connection = ? AND person_id = ?",
        (object, record_id, stamp(at), connection, person),
    )


def look_later(
    tx: sqlite3.Connection, connection: str, person: int, at: datetime, first: timedelta, longest: timedelta
) -> int:
    """The CRM answers with an error about this very lead: later, twice as long each time; how often that was by now."""
    (times,) = tx.execute(
        "UPDATE desired SET looked_in_vain = looked_in_vain + 1 WHERE connection = ? AND person_id = ?"
        " RETURNING looked_in_vain",
        (connection, person),
    ).fetchone()
    look_behind(tx, connection, person, at + min(longest, first * 2 ** min(times - 1, 20)))
    return int(times)


def look_behind(tx: sqlite3.Connection, connection: str, person: int, at: datetime) -> None:
    """Look for this lead's record behind those who were not looked for since, and not before `at`."""
    tx.execute("UPDATE desired SET look_at = ? WHERE connection = ? AND person_id = ?", (stamp(at), connection, person))


def linked_record(tx: sqlite3.Connection, connection: str, person: int) -> tuple[str, str] | None:
    """The record that stands for this lead, as (object, id)."""
    row = tx.execute(
        "SELECT object, record_id FROM desired WHERE connection = ? AND person_id = ? AND record_id IS NOT NULL",
        (connection, person),
    ).fetchone()
    return None if row is None else (row[0], row[1])


def moved_from(tx: sqlite3.Connection, connection: str, person: int, record_id: str) -> bool:
    """Did this record stand for the lead, until it was told that the lead goes on elsewhere?"""
    row = tx.execute(
        "SELECT 1 FROM desired WHERE connection = ? AND person_id = ? AND moved_from = ?",
        (connection, person, record_id),
    ).fetchone()
    return row is not None


def show(tx: sqlite3.Connection, connection: str, person: int, fields: Mapping[str, Any]) -> None:
    """What a record that was found holds of what we want, so that equal fields are not sent."""
    tx.execute(
        "UPDATE desired SET shown = ? WHERE connection = ? AND person_id = ?", (pack(dict(fields)), connection, person)
    )


def look_again(tx: sqlite3.Connection, connection: str, person: int) -> None:
    """Whether this lead has a record is to be asked again before one is made."""
    tx.execute(
        "UPDATE desired SET resolved_at = NULL WHERE connection = ? AND person_id = ? AND record_id IS NULL",
        (connection, person),
    )


def forget_link(tx: sqlite3.Connection, connection: str, person: int) -> None:
    """Which record stands for this lead must be asked again; what it held is no longer known."""
    corrections.nothing_contested(tx, connection, person)
    doubt(tx, connection, person, marks_of(tx, connection, [person]))
    tx.execute(
        "UPDATE desired SET moved_from = coalesce(record_id, moved_from), record_id = NULL, resolved_at = NULL,"
        " corrected = '{}' WHERE connection = ? AND person_id = ?",
        (connection, person),
    )


def marks_of(tx: sqlite3.Connection, connection: str, persons: Sequence[int]) -> list[str]:
    """The marks (tags, lists) that the records of these leads bear, or may bear, as far as we know."""
    rows = tx.execute(
        "SELECT have, marks_before FROM desired WHERE connection = ? AND person_id IN (SELECT value FROM json_each(?))",
        (connection, pack(list(persons))),
    )
    borne: set[str] = set()
    for have, before in rows:
        borne.update(unpack(before))
        borne.update(name for name, value in (unpack_or_none(have) or {}).items() if is_mark(name) and value is True)
    return sorted(borne)


def is_mark(name: str) -> bool:
    """Is this name of a wish a tag or a list, and no field?"""
    return name.startswith(("tag:", "list:"))


def doubt(tx: sqlite3.Connection, connection: str, person: int, marks: Sequence[str]) -> None:
    """What this lead's record holds is not known any more, nor which of these marks it bears: all is written again."""
    tx.execute(
        "UPDATE desired SET have = NULL, have_points_mp = NULL, have_at = '{}', marks_before = ?, due = 1"
        " WHERE connection = ? AND person_id = ?",
        (pack(list(marks)), connection, person),
    )


def let_go(tx: sqlite3.Connection, connection: str, person: int) -> None:
    """The record of this lead is gone for good, and none is made for it: there is nothing to write to."""
    tx.execute(
        "UPDATE desired SET moved_from = NULL, marks_before = '[]', due = 0 WHERE connection = ? AND person_id = ?",
        (connection, person),
    )


def hand_over(tx: sqlite3.Connection, loser: int, winner: int) -> list[str]:
    """The loser's wishes become the winner's; of two for one CRM the one that has a record stays, else the winner's.

    Returns the connections in which the winner waited for a record and takes over the loser's.
    """
    taken = [
        row[0]
        for row in tx.execute(
            "DELETE FROM desired WHERE person_id = ? AND record_id IS NULL AND EXISTS (SELECT 1 FROM desired AS l"
            " WHERE l.person_id = ? AND l.connection = desired.connection AND l.record_id IS NOT NULL)"
            " RETURNING connection",
            (winner, loser),
        )
    ]
    tx.execute("UPDATE OR IGNORE desired SET person_id = ?, refused = NULL WHERE person_id = ?", (winner, loser))
    tx.execute(
        "UPDATE desired SET moved_from = l.moved_from, object = l.object FROM desired AS l WHERE l.person_id = ?"
        " AND l.connection = desired.connection AND l.moved_from IS NOT NULL AND desired.person_id = ?"
        " AND desired.record_id IS NULL AND desired.moved_from IS NULL",
        (loser, winner),
    )
    tx.execute("DELETE FROM desired WHERE person_id = ?", (loser,))
    return taken


def two_records(tx: sqlite3.Connection, loser: int, winner: int) -> list[tuple[str, str, str, str, str]]:
    """CRMs in which both persons have a record: (connection, winner's object, its id, loser's object, its id)."""
    rows = tx.execute(
        "SELECT w.connection, w.object, w.record_id, l.object, l.record_id FROM desired AS w JOIN desired AS l"
        " ON l.connection = w.connection WHERE w.person_id = ? AND l.person_id = ? AND w.object <> ''"
        " AND w.record_id IS NOT NULL AND l.record_id IS NOT NULL AND w.record_id <> l.record_id",
        (winner, loser),
    )
    return [tuple(row) for row in rows]
