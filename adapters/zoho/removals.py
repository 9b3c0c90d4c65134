"""Deleted records. A merge's loser is among them, and nothing says who won: its person is found by key or address.

The recycle bin keeps records for 60 days; what a longer silence misses, the engine's reconcile finds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from adapters.zoho.api import MAX_ROWS, Api, moment
from adapters.zoho.walking import OVERLAP, read_mark
from connector.adapter import Page, Removal
from connector.model import Json

KEPT: Final = timedelta(days=60)
COST: Final = 2


def pages(api: Api, objects: Sequence[str], cursor: Json | None) -> Iterator[Page[Removal]]:
    """Pages of removals, object after object. A mark moves only with the last page: nobody promises an order."""
    now = api.client.now().replace(microsecond=0)
    marks = {name: read_mark(cursor, name, now - KEPT) for name in objects}
    for name in objects:
        since = marks[name]
        for rows, is_last in _lists(api, name, since):
            if is_last:
                marks[name] = max(since, now - OVERLAP)
            stored = {one: mark.isoformat() for one, mark in marks.items()}
            zero = None if rows else f"no {name} deleted since {since.isoformat()}"
            yield Page([_removal(name, row) for row in rows], stored if is_last else None, why_zero=zero)


def _lists(api: Api, name: str, since: datetime) -> Iterator[tuple[list[Json], bool]]:
    params: dict[str, Any] = {"type": "all", "per_page": MAX_ROWS}
    page = 1
    while True:
        listed = api.page(f"{name}/deleted", params, since=since, cost=COST)
        yield listed.rows, not listed.more
        if not listed.more:
            return
        page += 1
        params = {"type": "all", "per_page": MAX_ROWS, "page": page}


def _removal(name: str, row: Json) -> Removal:
    return Removal(str(row["id"]), None, moment(row["deleted_time"]), name)
