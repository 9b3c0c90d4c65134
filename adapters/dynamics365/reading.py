"""How records stand now: what a write's target holds, for `read_back` and the *before* of a dry run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from adapters.dynamics365.api import Api
from adapters.dynamics365.schema import Schema
from adapters.dynamics365.tables import TABLES
from connector.model import Json, LeadWrite, ReadBack


def read_back(api: Api, schema: Schema, key: str | None, writes: Sequence[LeadWrite]) -> Iterator[ReadBack]:
    """One answer per write of a record: by id where it is known, else by the key that it was to be made under.

    A record that was merged is there: it is `resolve` that follows.
    """
    for name, table in TABLES.items():
        group = [write for write in writes if write.object == name]
        if not group:
            continue
        fields = list(dict.fromkeys(field for write in group for field in write.fields))
        columns = [table.id, *([key] if key else []), *schema.select(name, fields)]
        known = [(table.id, write.record_id) for write in group if write.record_id]
        new = [(key, write.key) for write in group if key and write.key and not write.record_id]
        rows = api.found(table.entity_set, columns, [*known, *new])
        by_id: dict[str | None, Json] = {row[table.id]: row for row in rows}
        by_key: dict[str | None, Json] = {row.get(key): row for row in rows} if key else {}
        for write in group:
            row = by_id.get(write.record_id) if write.record_id else by_key.get(write.key)
            yield _answer(schema, name, write, row)


def _answer(schema: Schema, table: str, write: LeadWrite, row: Json | None) -> ReadBack:
    if row is None:
        return ReadBack(write.effect, present=False, object=table)
    record_id = row[TABLES[table].id]
    fields = schema.values(table, row, write.fields)
    return ReadBack(write.effect, present=True, record_id=record_id, object=table, fields=fields)
