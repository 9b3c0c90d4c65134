"""CRM records as last seen, and the decisions derived from them (append-only)."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from connector.model import CrmRecord, Decision
from connector.state.clock import moment, stamp
from connector.state.packing import checksum, pack, unpack


def seen_before(
    tx: sqlite3.Connection, connection: str, records: Sequence[CrmRecord]
) -> dict[tuple[str, str], CrmRecord]:
    """How these records stood when last seen."""
    rows = tx.execute(
        "SELECT r.* FROM json_each(?) AS w CROSS JOIN crm_records AS r"
        " ON r.connection = ? AND r.object = w.value ->> 0 AND r.id = w.value ->> 1",
        (pack([[record.object, record.id] for record in records]), connection),
    )
    return {(row["object"], row["id"]): _record(row) for row in rows}


def persons_of_records(
    tx: sqlite3.Connection, connection: str, records: Sequence[CrmRecord]
) -> dict[tuple[str, str], int]:
    """Whose each record was when last seen, where that was known."""
    rows = tx.execute(
        "SELECT r.object, r.id, r.person_id FROM json_each(?) AS w CROSS JOIN crm_records AS r"
        " ON r.connection = ? AND r.object = w.value ->> 0 AND r.id = w.value ->> 1 WHERE r.person_id IS NOT NULL",
        (pack([[record.object, record.id] for record in records]), connection),
    )
    return {(object_, id_): person for object_, id_, person in rows}


def _record(row: sqlite3.Row) -> CrmRecord:
    links = {kind: [(pair[0], pair[1]) for pair in pairs] for kind, pairs in unpack(row["links"]).items()}
    return CrmRecord(
        object=row["object"],
        id=row["id"],
        fields=unpack(row["fields"]),
        changed_at=moment(row["changed_at"]),
        changed_by=row["changed_by"],
        links=links,
    )


def save_record(tx: sqlite3.Connection, connection: str, record: CrmRecord, person: int | None, at: datetime) -> None:
    """How a record stands now. A person once known stays known."""
    tx.execute(
        "INSERT INTO crm_records (connection, object, id, person_id, fields, changed_at, changed_by, links, seen_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (connection, object, id) DO UPDATE SET"
        " person_id = coalesce(excluded.person_id, person_id), fields = excluded.fields,"
        " changed_at = excluded.changed_at, changed_by = excluded.changed_by, links = excluded.links,"
        " seen_at = excluded.seen_at, gone_at = NULL",
        (
            connection, record.object, record.id, person, pack(dict(record.fields)), stamp(record.changed_at),
            record.changed_by, pack({kind: [list(pair) for pair in pairs] for kind, pairs in record.links.items()}),
            stamp(at),
        ),
    )  # fmt: skip


def orphans(tx: sqlite3.Connection, connection: str, object: str, id_: str) -> CrmRecord | None:  # noqa: A002
    """A record seen before anybody knew whose it is."""
    row = tx.execute(
        "SELECT * FROM crm_records WHERE connection = ? AND object = ? AND id = ? AND person_id IS NULL",
        (connection, object, id_),
    ).fetchone()
    return None if row is None else _record(row)


def named_by(db: sqlite3.Connection, connection: str, object: str, id_: str) -> set[tuple[str, str]]:  # noqa: A002
    """The records that a record named when it was last seen, as (object, id)."""
    row = db.execute(
        "SELECT * FROM crm_records WHERE connection = ? AND object = ? AND id = ?", (connection, object, id_)
    ).fetchone()
    return set() if row is None else {pair for pairs in _record(row).links.values() for pair in pairs}


def record_gone(tx: sqlite3.Connection, connection: str, object: str, id_: str, at: datetime) -> int | None:  # noqa: A002
    """A record was deleted or merged away; returns whose it was."""
    row = tx.execute(
        "UPDATE crm_records SET gone_at = ? WHERE connection = ? AND object = ? AND id = ? RETURNING person_id",
        (stamp(at), connection, object, id_),
    ).fetchone()
    return None if row is None else row[0]


def live_records(tx: sqlite3.Connection, connection: str, person: int, objects: Sequence[str]) -> int:
    """How many records of these kinds stand for a person; one that moved on to another (a conversion) does not."""
    row = tx.execute(
        "SELECT count(*) FROM crm_records WHERE connection = ? AND person_id = ? AND gone_at IS NULL AND links = '{}'"
        " AND object IN (SELECT value FROM json_each(?))",
        (connection, person, pack(list(objects))),
    ).fetchone()
    return int(row[0])


def last_fields(db: sqlite3.Connection, connection: str, object: str, id_: str) -> dict[str, Any]:  # noqa: A002
    """The fields of a record as last seen, by a reading or a look; empty when it never was."""
    rows = db.execute(
        "SELECT fields, seen_at AS at FROM crm_records WHERE connection = ? AND object = ? AND id = ?"
        " UNION ALL SELECT fields, at FROM crm_looked_at WHERE connection = ? AND object = ? AND id = ? ORDER BY at",
        (connection, object, id_, connection, object, id_),
    )
    merged: dict[str, Any] = {}
    for fields, _ in rows:
        merged |= unpack(fields)
    return merged


def add_decision(
    tx: sqlite3.Connection, connection: str, decision: Decision, person: int | None, at: datetime
) -> int | None:
    """Append a decision; None when it is known already.

    Without the CRM's history one state of a record is one decision, however often its row is touched; with history
    each moment is.
    """
    exact = stamp(decision.at) if decision.precision == "exact" else ""
    key = checksum(decision.kind, decision.reason_text, exact, _turn(tx, connection, decision)).hex()
    row = tx.execute(
        "INSERT INTO decisions (connection, object, record_id, person_id, kind, at, precision, reason, reason_text, by,"
        " amount, rule, known_at, key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (connection, object, record_id, key) DO NOTHING RETURNING id",
        (
            connection, decision.object, decision.record_id, person, decision.kind, stamp(decision.at),
            decision.precision, decision.reason, decision.reason_text, decision.by, decision.amount, decision.rule,
            stamp(at), key,
        ),
    ).fetchone()  # fmt: skip
    return None if row is None else int(row[0])


def newest_kind(db: sqlite3.Connection, connection: str, record: CrmRecord, person: int | None) -> str | None:
    """The kind of the newest decision on a person; of somebody unknown, of the newest on this record."""
    newest = "ORDER BY at DESC, id DESC LIMIT 1"
    if person is not None:
        rows = db.execute(f"SELECT kind FROM decisions WHERE person_id = ? {newest}", (person,))  # noqa: S608 - fixed
    else:
        of_record = "connection = ? AND object = ? AND record_id = ?"
        values = (connection, record.object, record.id)
        rows = db.execute(f"SELECT kind FROM decisions WHERE {of_record} {newest}", values)  # noqa: S608 - fixed text
    return next((str(kind) for (kind,) in rows), None)


def _turn(tx: sqlite3.Connection, connection: str, decision: Decision) -> int:
    """How often the record's polled decision has changed to another kind: Working, Unqualified, Working is three."""
    if decision.precision == "exact":
        return 0
    rows = tx.execute(
        "SELECT kind, reason_text FROM decisions WHERE connection = ? AND object = ? AND record_id = ? ORDER BY id",
        (connection, decision.object, decision.record_id),
    ).fetchall()
    if rows and (rows[-1][0], rows[-1][1]) == (decision.kind, decision.reason_text):
        return len(rows) - 1
    return len(rows)


def give_decisions(
    tx: sqlite3.Connection,
    connection: str,
    object: str,  # noqa: A002 - the field's word
    id_: str,
    person: int,
) -> list[tuple[Decision, int]]:
    """Decisions on a record whose person became known later, oldest first, with their ids."""
    rows = tx.execute(
        "UPDATE decisions SET person_id = ? WHERE connection = ? AND object = ? AND record_id = ? AND person_id IS NULL"
        " RETURNING id, kind, at, precision, reason, reason_text, by, amount, rule",
        (person, connection, object, id_),
    ).fetchall()
    return [
        (
            Decision(
                kind=row["kind"], at=moment(row["at"]), precision=row["precision"], reason=row["reason"],
                reason_text=row["reason_text"], by=row["by"], amount=row["amount"], object=object, record_id=id_,
                rule=row["rule"],
            ),
            row["id"],
        )
        for row in sorted(rows, key=lambda row: row["id"])
    ]  # fmt: skip


def save_looked_at(tx: sqlite3.Connection, connection: str, record: CrmRecord, at: datetime) -> None:
    """Fields of a record that was looked at for writing: they join what is known, without passing for a reading.

    A reading is what decisions are told from; this only fills in values, so that no decision is missed or made up.
    """
    tx.execute(
        "INSERT INTO crm_looked_at (connection, object, id, fields, at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (connection, object, id) DO UPDATE SET fields = excluded.fields, at = excluded.at",
        (connection, record.object, record.id, pack(dict(record.fields)), stamp(at)),
    )
