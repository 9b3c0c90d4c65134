"""A person's rights: everything stored of one person, given out or taken away for ever.

Erasing leaves a keyed hash of each id and address, so that the person does not come back by a re-read, and the outbox
rows without content, so that the counts still add up.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

from connector.model import Json
from connector.state import leads, people
from connector.state.clock import stamp
from connector.state.erasure import remember_erased
from connector.state.packing import checksum, unpack

PERSONAL = ("contacts", "activities", "scores", "receipts", "desired", "decisions", "leads")
"""Tables whose rows of the person go as a whole; `lifecycle` keeps its counts without words."""


def erase_person(tx: sqlite3.Connection, person: int, at: datetime, salt: str) -> Json:
    """Take everything away, also what still bears the name of somebody who was joined; returns counts only."""
    known = [(system, key) for system, key, _ in people.identities_of(tx, person)]
    remember_erased(tx, known, at, salt)
    counts: Json = {}
    for system, key in known:
        tx.execute("DELETE FROM contact_versions WHERE connection = ? AND id = ?", (system, key))
        tx.execute("DELETE FROM to_read WHERE connection = ? AND id = ?", (system, key))
        tx.execute("DELETE FROM rejects WHERE connection = ? AND key = ?", (system, key))
    tx.execute(
        "DELETE FROM rejects WHERE key IN (SELECT leadloop_id FROM people WHERE id = ?1 OR merged_into = ?1)", (person,)
    )
    tx.execute(
        "UPDATE lifecycle SET reason_text = NULL, actor = NULL, decision_id = NULL, receipt_id = NULL"
        " WHERE person_id = ?",
        (person,),
    )
    for table in PERSONAL:
        counts[table] = tx.execute(f"DELETE FROM {table} WHERE person_id = ?", (person,)).rowcount  # noqa: S608 - fixed names
    for object_system, key in known:
        connection, _, object_ = object_system.partition(":")
        tx.execute(
            "DELETE FROM crm_looked_at WHERE connection = ? AND object = ? AND id = ?", (connection, object_, key)
        )
    counts["crm_records"] = tx.execute("DELETE FROM crm_records WHERE person_id = ?", (person,)).rowcount
    counts["outbox"] = _empty_outbox(tx, person, at)
    counts["identities"] = tx.execute("DELETE FROM identities WHERE person_id = ?", (person,)).rowcount
    tx.execute(
        "UPDATE people SET erased_at = ?1, dirty = 0, next_change_at = NULL WHERE id = ?2 OR merged_into = ?2",
        (stamp(at), person),
    )
    return {"leadloop_id": people.leadloop_id_of(tx, person), "erased": counts}


def _empty_outbox(tx: sqlite3.Connection, person: int, at: datetime) -> int:
    rows = tx.execute(
        "SELECT id, effect, connection, kind, person_id FROM outbox"
        " WHERE person_id IN (SELECT id FROM people WHERE id = ?1 OR merged_into = ?1)",
        (person,),
    ).fetchall()
    for row in rows:
        tx.execute(
            "UPDATE outbox SET fields = '{}', before = NULL, text = NULL, record_id = NULL, checksum = ?,"
            " state = CASE WHEN state IN ('planned', 'held') THEN 'suppressed' ELSE state END,"
            " why = 'erased', settled_at = coalesce(settled_at, ?) WHERE id = ?",
            (checksum(row["effect"], row["connection"], row["person_id"], row["kind"], "{}"), stamp(at), row["id"]),
        )
    return len(rows)


def everything_of(db: sqlite3.Connection, person: int) -> Json:
    """All that is stored of one person, as plain values."""

    def rows(sql: str) -> list[dict[str, Any]]:
        return [dict(row) for row in db.execute(sql, (person,))]

    contacts = rows("SELECT connection, id, packed, updated_at, known_at, gone_at FROM contacts WHERE person_id = ?")
    for contact in contacts:
        contact["content"] = unpack(contact.pop("packed"))
    acts = rows("SELECT connection, key, type, at, packed, known_at FROM activities WHERE person_id = ? ORDER BY at")
    for act in acts:
        act |= unpack(act.pop("packed"))
    return {
        "leadloop_id": people.leadloop_id_of(db, person),
        "identities": [
            {"system": system, "key": key, "role": role} for system, key, role in people.identities_of(db, person)
        ],
        "contacts": contacts,
        "activities": acts,
        "score": rows("SELECT * FROM scores WHERE person_id = ?"),
        "life": leads.history(db, person),
        "decisions": rows("SELECT * FROM decisions WHERE person_id = ?"),
        "crm_records": rows("SELECT connection, object, id, fields, changed_at FROM crm_records WHERE person_id = ?"),
        "writes": rows(
            "SELECT connection, kind, object, record_id, fields, state, sent_at FROM outbox WHERE person_id = ?"
        ),
    }
