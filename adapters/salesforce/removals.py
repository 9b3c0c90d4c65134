"""Deletions and merges, from the recycle bin: a merge's loser lies there with the winner in `MasterRecordId`.

The bin keeps records for 15 days; what a longer silence misses, the engine's reconcile finds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from adapters.salesforce import soql
from adapters.salesforce.api import Api
from adapters.salesforce.resolving import PEOPLE
from adapters.salesforce.walking import Mark, walk
from connector.adapter import Page, Removal
from connector.adapter.nameless import told_apart
from connector.model import Json

KEPT = timedelta(days=15)


def pages(api: Api, objects: Sequence[str], cursor: Json | None) -> Iterator[Page[Removal]]:
    """Pages of removals, object after object, each page with the marks of all."""
    since = api.client.now() - KEPT
    marks = {name: Mark.read((cursor or {}).get(name), since) for name in objects}
    for name in objects:
        master = ["MasterRecordId"] if name in PEOPLE else []
        head = soql.select(["Id", "SystemModstamp", *master], name)
        for rows, mark in walk(api, head, marks[name], where="IsDeleted = true", deleted=True):
            marks[name] = mark
            zero = None if rows else f"no {name} deleted or merged since {mark.since.isoformat()}"
            named, bad = told_apart(rows, name, id_="Id", changed="SystemModstamp", gone=True)
            yield Page([_removal(name, row) for row in named], _stored(marks), bad=bad, why_zero=zero)


def _stored(marks: dict[str, Mark]) -> Json:
    return {name: mark.stored() for name, mark in marks.items()}


def _removal(name: str, row: Json) -> Removal:
    return Removal(row["Id"], row.get("MasterRecordId"), soql.read_moment(row["SystemModstamp"]), name)
