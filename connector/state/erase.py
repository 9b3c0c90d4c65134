"""A person's right to be forgotten: everything stored of one person, taken away for ever.

Erasing leaves a keyed hash of each id and address, so that the person does not come back by a re-read, and the outbox
rows without content, so that the counts still add up.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime

from connector.model import Json
from connector.state import people
from connector.state.clock import stamp
from connector.state.erasure import remember_erased
from connector.state.packing import checksum
from connector.state.stored import rejects_about

PERSONAL = ("contacts", "activities", "scores", "receipts", "desired", "decisions", "leads")
"""Tables whose rows of the person go as a whole; `lifecycle` keeps its counts without words."""


def erase_person(tx: sqlite3.Connection, person: int, at: datetime, salt: str) -> Json:
    """Take everything away, also what still bears the name of somebody who was joined; returns counts only."""
    known = [(system, key) for system, key, _ in people.identities_of(tx, person)]
    remember_erased(tx, known, at, salt)
    counts: Json = {}
    counts["rejects"] = len(rejects := rejects_about(tx, person))
    tx.executemany("DELETE FROM rejects WHERE id = ?", [(row["id"],) for row in rejects])
    for system, key in known:
        tx.execute("DELETE FROM contact_versions WHERE connection = ? AND id = ?", (system, key))
        tx.execute("DELETE FROM to_read WHERE connection = ? AND id = ?", (system, key))
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
