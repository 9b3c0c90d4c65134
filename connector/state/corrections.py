"""What others did to our fields in the CRM, by field of each wish: the newest change, and what became of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import asdict, replace

from connector.model import Json
from connector.state import reading
from connector.state.packing import pack, unpack

CONTESTED: Final = "field_contested"
"""Stream and code of the reject that tells a person: one a lead, whatever else is written or refused of it."""


class Correction(Struct, frozen=True):
    """A value of ours that somebody replaced in the CRM.

    `want` is what is written again, None once we wanted something else; `shown` is what stood there. `changed_at` is
    the CRM's time of that change, `known_at` when we learned of it. `contested`: it was the second time, and is left.
    """

    want: Any
    shown: Any
    changed_at: str
    known_at: str
    contested: bool = False


def read(text: str) -> dict[str, Correction]:
    """Corrections as they were stored, by field."""
    return {name: Correction(**values) for name, values in unpack(text).items()}


def keep(
    tx: sqlite3.Connection,
    connection: str,
    person: int,
    have: Mapping[str, Any],
    corrections: Mapping[str, Correction],
) -> None:
    """What is still confirmed of a wish, and the corrections of it."""
    tx.execute(
        "UPDATE desired SET have = ?, corrected = ? WHERE connection = ? AND person_id = ?",
        (pack(dict(have)), _packed(corrections), connection, person),
    )


def after(text: str, written: Mapping[str, Any]) -> str:
    """Corrections as stored, once these values were written: another value of ours begins anew."""
    known = read(text)
    return _packed(
        {
            name: replace(one, want=None) if name in written and written[name] != one.want else one
            for name, one in known.items()
        }
    )


def nothing_contested(tx: sqlite3.Connection, connection: str, person: int) -> None:
    """Nobody fights over this lead's record any more, or it is not the lead's: what a person was told closes."""
    if reading.has_open_rejects(tx, connection, CONTESTED):
        rows = tx.execute("SELECT leadloop_id FROM people WHERE id = ? OR merged_into = ?", (person, person))
        reading.close_rejects(tx, connection, CONTESTED, [row[0] for row in rows])


def try_again(tx: sqlite3.Connection, connection: str, leadloop_id: str) -> None:
    """A person says that the fight is over: what was contested is not confirmed any more, and so is written."""
    row = tx.execute(
        "SELECT person_id, have, corrected FROM desired WHERE connection = ? AND corrected <> '{}'"
        " AND person_id = (SELECT coalesce(merged_into, id) FROM people WHERE leadloop_id = ?)",
        (connection, leadloop_id),
    ).fetchone()
    if row is None or row["have"] is None:
        return
    known = read(row["corrected"])
    have = unpack(row["have"])
    keep(
        tx,
        connection,
        row["person_id"],
        {name: value for name, value in have.items() if name not in known or not known[name].contested},
        {},
    )


def of_person(db: sqlite3.Connection, person: int, at: str) -> list[Json]:
    """What was known at a moment of changes to our fields in this lead's records, by the time of each."""
    rows = db.execute("SELECT * FROM desired WHERE person_id = ?", (person,)).fetchall()
    told = [
        {
            "connection": row["connection"], "object": row["object"], "record": row["record_id"], "field": name,
            "at": one.changed_at, "known_at": one.known_at, "contested": one.contested,
        }
        for row in rows
        if "corrected" in row.keys()  # noqa: SIM118 - a row of SQLite; a state of the first version has no such column
        for name, one in read(row["corrected"]).items()
        if one.known_at <= at
    ]  # fmt: skip
    return sorted(told, key=lambda line: (line["at"], line["field"]))


def _packed(corrections: Mapping[str, Correction]) -> str:
    return pack({name: asdict(one) for name, one in corrections.items()})
