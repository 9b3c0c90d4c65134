"""What a dry run would have written: each effect with the fields as they are and as they would be."""

from __future__ import annotations

from collections.abc import Sequence

from connector.model import Json
from connector.state.lists import to_be_written
from connector.state.store import Tx

ON_THE_RECORD = ("record", "field")
"""Kinds that change fields of the record itself; the others hang on it."""


def planned_writes(db: Tx, run: str) -> list[Json]:
    """`[{connection, lead, action, fields: {name: {before, after}}}]`, in the order of sending."""
    return [_write(row) for row in to_be_written(db, run)]


def _write(row: Json) -> Json:
    before = row["before"]
    write: Json = {
        "connection": row["connection"],
        "lead": row["lead"],
        "action": _action(row),
        "record": row["record_id"],
        "fields": {name: {"before": before.get(name), "after": value} for name, value in row["fields"].items()},
    }
    return write | {key: row[key] for key in ("name", "held") if row[key]}


def _action(row: Json) -> str:
    """`create` or `update` of the record; else what hangs on it: `task`, `event`, `tag`, `tag off`."""
    if row["kind"] in ON_THE_RECORD:
        return "create" if row["creates"] else "update"
    return str(row["kind"]) if row["is_on"] else f"{row['kind']} off"


def as_text(writes: Sequence[Json]) -> str:
    """The writes for people: one line each, then each field."""
    lines: list[str] = []
    for write in writes:
        held = f"  (held: {write['held']})" if "held" in write else ""
        named = f" {write['name']}" if "name" in write else ""
        lines.append(f"{write['connection']}  {write['lead']}  {write['action']}{named}{held}")
        lines += [f"    {name}: {one['before']!r} -> {one['after']!r}" for name, one in write["fields"].items()]
    return "\n".join(lines) or "nothing would be written"
