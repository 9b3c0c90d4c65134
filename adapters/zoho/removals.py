"""Deleted records. A merge's loser is among them, and nothing says who won: its person is found by key or address.

The recycle bin keeps records for 60 days; what a longer silence misses, the engine's reconcile finds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from adapters.zoho.api import MAX_ROWS, Api, Listed, moment
from adapters.zoho.errors import PAGE_ENDED
from adapters.zoho.walking import OVERLAP, read_mark
from connector.adapter import Page, Removal
from connector.adapter.nameless import told_apart
from connector.errors import RemoteRefusal
from connector.model import Json

KEPT: Final = timedelta(days=60)
COST: Final = 2


def pages(api: Api, objects: Sequence[str], cursor: Json | None) -> Iterator[Page[Removal]]:
    """Pages of removals, object after object. A mark moves only with the last page: nobody promises an order."""
    oldest = api.client.now() - KEPT
    marks = {name: read_mark(cursor, name, oldest) for name in objects}
    for name in objects:
        since, now = marks[name], None
        for rows, is_last in _lists(api, name, since):
            now = now or api.client.now().replace(microsecond=0)  # the platform's, once it answered
            if is_last:
                marks[name] = max(since, now - OVERLAP)
            stored = {one: mark.isoformat() for one, mark in marks.items()}
            zero = None if rows else f"no {name} deleted since {since.isoformat()}"
            named, bad = told_apart(rows, name, changed="deleted_time", gone=True)
            removals = [_removal(name, row) for row in named]
            yield Page(removals, stored if is_last else None, bad=bad, why_zero=zero)


def _lists(api: Api, name: str, since: datetime) -> Iterator[tuple[list[Json], bool]]:
    """Rows of each page, and whether it is the last.

    Where paging ends the walk does, too: a deletion that is not told is noticed with the next write of its record.
    """
    page: int | None = 1
    while page is not None:
        params = {"type": "all", "per_page": MAX_ROWS, "page": page}
        try:
            listed = api.page(f"{name}/deleted", params, since=since, cost=COST)
        except RemoteRefusal as refusal:
            if page == 1 or refusal.code not in PAGE_ENDED:
                raise
            listed = Listed([])
        page = page + 1 if listed.more else None
        yield listed.rows, page is None


def _removal(name: str, row: Json) -> Removal:
    return Removal(str(row["id"]), None, moment(row["deleted_time"]), name)
