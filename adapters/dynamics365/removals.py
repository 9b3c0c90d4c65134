"""Deletions, from the link to a table's changes; and merges, whose loser stays and names the winner.

The first walk has no deletions to tell: the platform counts them from then on. What a silence of more than seven days
hides shows with the next write to the record.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from adapters.dynamics365 import odata
from adapters.dynamics365.api import Api
from adapters.dynamics365.schema import Schema
from adapters.dynamics365.tables import PEOPLE, TABLES, Table
from adapters.dynamics365.walking import Mark, Step, walk
from connector.adapter import BadRecord, Page, Removal
from connector.adapter.nameless import told_apart
from connector.model import Json


def pages(api: Api, schema: Schema, names: Sequence[str], cursor: Json | None) -> Iterator[Page[Removal]]:
    """Pages of removals, table after table, each page with the marks of all."""
    tables = [TABLES[name] for name in names if schema.is_tracked(name)]
    marks = {table.name: Mark.read((cursor or {}).get(table.name), _columns(table)) for table in tables}
    for table in tables:
        for step in walk(api, table, marks[table.name], tracked=True, since=None):
            marks[table.name] = step.mark
            found, bad = _found(table, step)
            stored = {name: mark.stored() for name, mark in marks.items()}
            zero = None if found or bad else f"no {table.name} was deleted or merged"
            yield Page(found, stored, bad=bad, why_zero=zero)


def _columns(table: Table) -> list[str]:
    merges = ["merged", "_masterid_value"] if table.name in PEOPLE else []
    return [table.id, "modifiedon", *merges]


def _found(table: Table, step: Step) -> tuple[list[Removal], list[BadRecord]]:
    """Merges and deletions. The rows of deletions carry an id and no time."""
    rows = [row for row in step.rows if row.get("merged") and row.get("_masterid_value")]
    merged, bad = told_apart(rows, table.name, id_=table.id, changed="modifiedon", gone=True)
    deleted, more = told_apart(step.deleted, table.name, changed="modifiedon", gone=True)
    found = [
        Removal(row[table.id], row["_masterid_value"], odata.moment(row["modifiedon"]), table.name) for row in merged
    ]
    return [*found, *(Removal(str(row["id"]), object=table.name) for row in deleted)], [*bad, *more]
