"""A person's right to know: everything stored of one person, as plain values."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any, Final

from connector.model import Json
from connector.state import leads, people
from connector.state.packing import unpack, unpack_or_none

Rows = list[dict[str, Any]]

OF_CRM: Final = (
    "SELECT s.connection, s.object, s.id, s.fields, s.at AS looked_at FROM crm_looked_at AS s JOIN identities AS i"
    " ON i.system = s.connection || ':' || s.object AND i.key = s.id WHERE i.person_id = ?"
)
FORMER: Final = (
    "SELECT v.connection, v.id, v.packed, v.known_at FROM contact_versions AS v JOIN contacts AS c"
    " ON c.connection = v.connection AND c.id = v.id WHERE c.person_id = ? ORDER BY v.known_at"
)


def everything_of(db: sqlite3.Connection, person: int) -> Json:
    """All that is stored of one person."""

    def rows(sql: str) -> Rows:
        return [dict(row) for row in db.execute(sql, (person,))]

    acts = rows("SELECT connection, key, type, at, packed, known_at FROM activities WHERE person_id = ? ORDER BY at")
    for act in acts:
        act |= unpack(act.pop("packed"))
    return {
        "leadloop_id": people.leadloop_id_of(db, person),
        "identities": [
            {"system": system, "key": key, "role": role} for system, key, role in people.identities_of(db, person)
        ],
        "contacts": _content(
            rows("SELECT connection, id, packed, updated_at, known_at, gone_at FROM contacts WHERE person_id = ?")
        ),
        "former_contacts": _content(rows(FORMER)),
        "activities": acts,
        "score": rows("SELECT * FROM scores WHERE person_id = ?"),
        "receipts": rows("SELECT at, occasion, model, score FROM receipts WHERE person_id = ? ORDER BY id"),
        "lead": rows("SELECT * FROM leads WHERE person_id = ?"),
        "life": leads.history(db, person),
        "decisions": rows("SELECT * FROM decisions WHERE person_id = ?"),
        "crm_records": rows("SELECT connection, object, id, fields, changed_at FROM crm_records WHERE person_id = ?"),
        "crm_looked_at": rows(OF_CRM),
        "wanted": rows("SELECT connection, object, record_id, want, have, shown FROM desired WHERE person_id = ?"),
        "writes": rows(
            "SELECT connection, kind, object, record_id, fields, before, state, code, text, sent_at FROM outbox"
            " WHERE person_id = ?"
        ),
        "rejects": rejects_about(db, person),
    }


def _content(rows: Rows) -> Rows:
    return [row | {"content": unpack(row.pop("packed"))} for row in rows]


def rejects_about(db: sqlite3.Connection, person: int) -> Rows:
    """Parked records of a person: under one of its ids, or with an id or address of it in what was kept of them.

    An act that cannot be read is parked under its own id; whose it is stands in it alone.
    """
    names = _names(db, person)
    found = db.execute(
        "SELECT id, connection, stream, key, code, field, text, raw, state FROM rejects ORDER BY id"
    ).fetchall()
    return [dict(row) for row in found if _is_about(row, names)]


def _names(db: sqlite3.Connection, person: int) -> set[tuple[str, str]]:
    """What a person is called, as (connection, name); the connection is blank for names that count everywhere."""
    ids = db.execute("SELECT leadloop_id FROM people WHERE id = ?1 OR merged_into = ?1", (person,))
    names = {("", row[0]) for row in ids}
    for system, key, _ in people.identities_of(db, person):
        connection, _, object_ = system.partition(":")
        if system == people.EMAIL:
            names.add(("", key))
        else:
            names.add((connection, f"{object_} {key}" if object_ else key))
    return names


def _is_about(row: sqlite3.Row, names: set[tuple[str, str]]) -> bool:
    values = [str(value) for value in _values(unpack_or_none(row["raw"]))]
    told = {row["key"], *values, *(value.lower() for value in values)}
    return any((place, one) in names for one in told for place in ("", row["connection"]))


def _values(raw: Any) -> Iterator[Any]:
    if isinstance(raw, dict | list):
        for one in raw.values() if isinstance(raw, dict) else raw:
            yield from _values(one)
    elif raw is not None:
        yield raw
