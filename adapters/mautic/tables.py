"""Statistics: tables that only grow, read by id.

Ids are given out before they are committed, so that a row may show after one with a higher id. What was read within the
last minutes is therefore looked through again, but only where an id is missing: a row that was met shows already.

Place of a table: `marks`, when which id was the highest; `runs`, ids above the first mark that were met (see `runs`).
Source: https://devdocs.mautic.org/en/latest/rest_api/stats.html
Quirk:  an unknown table answers 200 without `stats`, one that the role may not read the same or with an error in the
        200, depending on the version. No rows are `"stats": []`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from adapters.mautic.asking import Where, query, rows
from adapters.mautic.runs import holds, joined, past
from adapters.mautic.spec import DENIED
from connector.adapter import Client
from connector.adapter.cursors import reading
from connector.errors import RemoteRefusal
from connector.model import Json

LATE: Final = timedelta(minutes=5)
"""How long a row may stay invisible after its id was given out."""
APART: Final = timedelta(seconds=30)
MOST_RUNS: Final = 500
"""Runs remembered at most, the newest ones. What is forgotten is only read again, which does no harm."""


def read_table(
    client: Client, table: str, conditions: Sequence[Where], *, limit: int, descending: bool = False
) -> list[Json] | None:
    """Rows that fit, by id; None when the table may not be read."""
    asked = query(conditions, limit=limit, descending=descending)
    try:
        answer = client.request("GET", f"/api/stats/{table}", params=asked)
    except RemoteRefusal as refusal:
        if refusal.code == DENIED:
            return None
        raise
    body = answer.json()
    if not isinstance(body, dict) or "stats" not in body:
        return None
    return sorted(rows(answer, "stats"), key=lambda row: int(row["id"]), reverse=descending)


def newest_id(client: Client, table: str) -> int | None:
    """The highest id of a table, 0 when it is empty; None when it may not be read."""
    found = read_table(client, table, (), limit=1, descending=True)
    if found is None:
        return None
    return int(found[0]["id"]) if found else 0


def place_at(now: datetime, id_: int = 0) -> Json:
    """The place of a table that was read up to `id_`."""
    return {"marks": [[now.isoformat(), id_]], "runs": []}


def new_rows(
    client: Client, table: str, place: Json, conditions: Sequence[Where], size: int
) -> Iterator[tuple[list[Json], Json]] | None:
    """Pages of rows that were not passed on yet, each with the place after it; None when the table is not allowed."""
    with reading():
        after = past(_met(place), begin(place))
    first = read_table(client, table, [Where("id", "gt", after), *conditions], limit=size)
    return None if first is None else _pages(client, table, place, conditions, size, after, first)


def _pages(
    client: Client, table: str, place: Json, conditions: Sequence[Where], size: int, after: int, found: list[Json]
) -> Iterator[tuple[list[Json], Json]]:
    while True:
        ids = [int(row["id"]) for row in found]
        fresh = [row for row in found if not holds(_met(place), int(row["id"]))]
        stands = moved(place, client.now(), after, ids)
        if fresh or stands != place:
            yield fresh, stands
        if len(found) < size:
            return
        place, after = stands, max(begin(stands), past(_met(stands), ids[-1]))
        found = read_table(client, table, [Where("id", "gt", after), *conditions], limit=size) or []


def begin(place: Json) -> int:
    """The id to read from: below it every row had time to show before the last look, and was read by it."""
    return int(place["marks"][0][1])


def high(place: Json) -> int:
    """The highest id that was read."""
    return int(place["marks"][-1][1])


def moved(place: Json, now: datetime, after: int, ids: Sequence[int]) -> Json:
    """The place when a page from `after` on brought the rows with these ids."""
    marks: list[list[Any]] = list(place["marks"])
    if ids:
        if len(marks) > 1 and now - _at(marks[-2]) < APART:
            marks.pop()  # the new one stands near enough to the one before it
        marks.append([now.isoformat(), max(high(place), *ids)])
    runs = joined(_met(place), ids)
    reached = past(runs, max([after, *ids]))
    # Old enough is not enough: rows below a mark count as read only once a look that came late enough read past it.
    settled = sum(_at(mark) <= now - LATE and mark[1] <= reached for mark in marks)
    marks = marks[max(0, settled - 1) :]
    return {"marks": marks, "runs": [run for run in runs if run[1] > marks[0][1]][-MOST_RUNS:]}


def _met(place: Json) -> list[list[int]]:
    """The runs of a place; one of an earlier version has none, and is read again from its mark."""
    runs: list[list[int]] = place.get("runs", [])
    return runs


def _at(mark: Sequence[Any]) -> datetime:
    return datetime.fromisoformat(mark[0])
