"""Contacts and activities as marketing knows them: only the fields that the mapping and the model name, packed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from connector.state.clock import stamp
from connector.state.packing import pack, unpack
from connector.state.rows import insert_rows


class KnownContact(Struct, frozen=True):
    """A stored contact: whose it is and what was packed."""

    person: int
    packed: str
    gone: bool


def known_contacts(tx: sqlite3.Connection, connection: str, ids: Iterable[str]) -> dict[str, KnownContact]:
    """The stored contacts among these ids."""
    rows = tx.execute(
        "SELECT c.id, c.person_id, c.packed, c.gone_at IS NOT NULL FROM json_each(?) AS wanted"
        " CROSS JOIN contacts AS c ON c.connection = ? AND c.id = wanted.value",
        (pack(list(ids)), connection),
    )
    return {id_: KnownContact(person, packed, bool(gone)) for id_, person, packed, gone in rows}


def save_contacts(
    tx: sqlite3.Connection, connection: str, rows: Sequence[tuple[str, int, str, str | None]], at: datetime
) -> None:
    """New contacts as (id, person, packed, updated_at)."""
    when = stamp(at)
    into = "contacts (id, person_id, packed, updated_at, connection, known_at, read_at)"
    insert_rows(tx, into, rows, same=(connection, when, when))


def change_contacts(
    tx: sqlite3.Connection, connection: str, rows: Sequence[tuple[str, str, str | None]], at: datetime
) -> None:
    """Changed contacts as (id, packed, updated_at); what was known before is kept as a version."""
    when = stamp(at)
    tx.executemany(
        "INSERT OR REPLACE INTO contact_versions (connection, id, known_at, packed)"
        " SELECT connection, id, known_at, packed FROM contacts WHERE connection = ? AND id = ?",
        [(connection, id_) for id_, _, _ in rows],
    )
    tx.executemany(
        "UPDATE contacts SET packed = ?, updated_at = ?, known_at = ?, read_at = ?, gone_at = NULL"
        " WHERE connection = ? AND id = ?",
        [(packed, updated, when, when, connection, id_) for id_, packed, updated in rows],
    )


def touch_contacts(tx: sqlite3.Connection, connection: str, ids: Sequence[str], at: datetime) -> None:
    """These were read and stand as before."""
    when = stamp(at)
    tx.executemany(
        "UPDATE contacts SET read_at = ? WHERE connection = ? AND id = ?", [(when, connection, id_) for id_ in ids]
    )


def mark_gone(tx: sqlite3.Connection, connection: str, id_: str, at: datetime) -> int | None:
    """A contact was deleted; its person keeps the history. Returns the person, if it was known and there."""
    row = tx.execute(
        "UPDATE contacts SET gone_at = ? WHERE connection = ? AND id = ? AND gone_at IS NULL RETURNING person_id",
        (stamp(at), connection, id_),
    ).fetchone()
    return None if row is None else int(row[0])


def has_any(tx: sqlite3.Connection, person: int) -> bool:
    """Does a contact stand for this person, or did one once? Others are known by acts or CRM records alone."""
    return tx.execute("SELECT 1 FROM contacts WHERE person_id = ? LIMIT 1", (person,)).fetchone() is not None


def packed_of(tx: sqlite3.Connection, person: int) -> list[dict[str, Any]]:
    """What each live contact of a person says: `{"a": attributes, "c": consent}`."""
    rows = tx.execute("SELECT packed FROM contacts WHERE person_id = ? AND gone_at IS NULL", (person,))
    return [unpack(packed) for (packed,) in rows]


GONE_AND_DENIED = (
    "gone_at IS NOT NULL AND instr(packed, '\"denied\"') > 0 AND NOT EXISTS (SELECT 1 FROM identities AS i"
    " WHERE i.system = contacts.connection AND i.key = contacts.id AND i.role = 'merged')"
)
"""Contacts that were deleted after they had opted out: an opt-out outlives its record. A merge's survivor speaks."""


def denials(consent: dict[str, str]) -> dict[str, str]:
    """What a deleted contact still says: no."""
    return {lane: word for lane, word in consent.items() if word == "denied"}


def consents_of(tx: sqlite3.Connection, person: int) -> list[dict[str, str]]:
    """What each contact of a person says of consent; of deleted ones only the denials."""
    gone = tx.execute(f"SELECT packed FROM contacts WHERE person_id = ? AND {GONE_AND_DENIED}", (person,))  # noqa: S608
    live = [content["c"] for content in packed_of(tx, person)]
    return live + [denials(unpack(packed)["c"]) for (packed,) in gone]


def without_twins(
    tx: sqlite3.Connection, connection: str, rows: Sequence[tuple[str, int, str, str, str]]
) -> list[tuple[str, int, str, str, str]]:
    """Acts, less those that their person has from another contact.

    Where acts have no id, the survivor of a merge tells the loser's acts again, under its own name. Marketing may not
    have told of that merge yet, where the CRM told first that both are one person.
    """
    several = {
        person
        for (person,) in tx.execute(
            "SELECT c.person_id FROM json_each(?) AS wanted CROSS JOIN contacts AS c"
            " ON c.person_id = wanted.value WHERE c.connection = ? GROUP BY c.person_id HAVING count(*) > 1",
            (pack(sorted({row[1] for row in rows})), connection),
        )
    }
    return [row for row in rows if row[1] not in several or not _has_twin(tx, connection, row)]


def _has_twin(tx: sqlite3.Connection, connection: str, row: tuple[str, int, str, str, str]) -> bool:
    key, person, type_, at, packed = row
    found = tx.execute(
        "SELECT 1 FROM activities WHERE person_id = ? AND at = ? AND connection = ? AND type = ? AND packed = ?"
        " AND key <> ?",
        (person, at, connection, type_, packed, key),
    )
    return found.fetchone() is not None


def save_activities(
    tx: sqlite3.Connection, connection: str, rows: Sequence[tuple[str, int, str, str, str]], at: datetime
) -> tuple[int, set[int]]:
    """Acts as (key, person, type, at, packed); repeats are dropped. Returns how many were new, and whose."""
    keys = pack([row[0] for row in rows])
    seen = {
        key
        for (key,) in tx.execute(
            "SELECT a.key FROM json_each(?) AS wanted"
            " CROSS JOIN activities AS a ON a.connection = ? AND a.key = wanted.value",
            (keys, connection),
        )
    }
    fresh = {row[0]: row for row in rows if row[0] not in seen}
    into = "activities (key, person_id, type, at, packed, connection, known_at)"
    insert_rows(tx, into, list(fresh.values()), same=(connection, stamp(at)))
    return len(fresh), {row[1] for row in fresh.values()}
