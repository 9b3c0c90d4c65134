"""What a dry run would have written: each effect with the fields as they are and as they would be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.model import Json
from connector.state.packing import unpack, unpack_or_none

if TYPE_CHECKING:
    from sqlite3 import Connection, Row

ON_THE_RECORD = ("record", "field")
"""Kinds that change fields of the record itself; the others hang on it."""


def planned_writes(db: Connection, run: str) -> list[Json]:
    """Everything that would be sent now, and what this run would have held back, in the order of sending."""
    rows = db.execute(
        "SELECT o.connection, o.kind, o.name, o.is_on, o.creates, o.fields, o.before, o.state, o.why, o.record_id,"
        " p.leadloop_id FROM outbox AS o JOIN people AS p ON p.id = o.person_id"
        " WHERE o.state = 'planned' OR (o.state = 'held' AND o.run = ?) ORDER BY o.connection, o.fresh DESC, o.id",
        (run,),
    )
    return [_write(row) for row in rows]


def _write(row: Row) -> Json:
    write: Json = {
        "connection": row["connection"],
        "lead": row["leadloop_id"],
        "action": _action(row),
        "record": row["record_id"],
        "fields": _fields(row),
    }
    if row["name"]:
        write["name"] = row["name"]
    if row["state"] == "held":
        write["held"] = row["why"]
    return write


def _action(row: Row) -> str:
    if row["kind"] in ON_THE_RECORD:
        return "create" if row["creates"] else "update"
    return str(row["kind"]) if row["is_on"] else f"{row['kind']} off"


def _fields(row: Row) -> dict[str, dict[str, Any]]:
    before = unpack_or_none(row["before"]) or {}
    return {name: {"before": before.get(name), "after": value} for name, value in unpack(row["fields"]).items()}


def as_text(writes: list[Json]) -> str:
    """The writes for people: one line each, then each field."""
    lines: list[str] = []
    for write in writes:
        held = f"  (held: {write['held']})" if "held" in write else ""
        named = f" {write['name']}" if "name" in write else ""
        lines.append(f"{write['connection']}  {write['lead']}  {write['action']}{named}{held}")
        lines += [f"    {name}: {value['before']!r} -> {value['after']!r}" for name, value in write["fields"].items()]
    return "\n".join(lines) or "nothing would be written"
