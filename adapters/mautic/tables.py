"""Statistics: tables that only grow, read by id.

Ids are given out before they are committed, so that a row may show after one with a higher id. What came within the
last minutes is therefore read again; `seen` keeps the ids of those rows, so that each is passed on once.

Place of a table: `marks`, when which id was the highest; `seen`, ids above the mark that reading begins at.
Source: https://devdocs.mautic.org/en/latest/rest_api/stats.html
Quirk:  an unknown table answers 200 without `stats`, one that the role may not read the same or with an error in the
        200, depending on the version. No rows are `"stats": []`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from adapters.mautic.asking import Where, query, rows
from adapters.mautic.spec import DENIED
from connector.adapter import Client
from connector.errors import RemoteRefusal
from connector.model import Json

LATE: Final = timedelta(minutes=5)
"""How long a row may stay invisible after its id was given out."""
APART: Final = timedelta(seconds=30)
MOST_SEEN: Final = 1000


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
    return {"marks": [[now.isoformat(), id_]], "seen": []}


def new_rows(
    client: Client, table: str, place: Json, conditions: Sequence[Where], size: int
) -> Iterator[tuple[list[Json], Json]] | None:
    """Pages of rows that were not passed on yet, each with the place after it; None when the table is not allowed."""
    after = begin(place)
    first = read_table(client, table, [Where("id", "gt", after), *conditions], limit=size)
    return None if first is None else _pages(client, table, place, conditions, size, first)


def _pages(
    client: Client, table: str, place: Json, conditions: Sequence[Where], size: int, found: list[Json] | None
) -> Iterator[tuple[list[Json], Json]]:
    while found:
        seen = set(place["seen"])
        fresh = [row for row in found if int(row["id"]) not in seen]
        place = moved(place, client.now(), [int(row["id"]) for row in found])
        yield fresh, place
        if len(found) < size:
            return
        after = int(found[-1]["id"])
        found = read_table(client, table, [Where("id", "gt", after), *conditions], limit=size)


def begin(place: Json) -> int:
    """The id to read from: below it every row had time to show before the last look, and was read by it."""
    return int(place["marks"][0][1])


def high(place: Json) -> int:
    """The highest id that was read."""
    return int(place["marks"][-1][1])


def moved(place: Json, now: datetime, ids: Sequence[int]) -> Json:
    """The place after rows with these ids were read."""
    top = max(high(place), *ids)
    marks: list[list[Any]] = list(place["marks"])
    if len(marks) > 1 and now - _at(marks[-2]) < APART:
        marks.pop()  # the new one stands near enough to the one before it
    marks.append([now.isoformat(), top])
    # Old enough is not enough: rows below a mark count as read only once a look that came late enough read past it.
    settled = sum(_at(mark) <= now - LATE and mark[1] <= max(ids) for mark in marks)
    marks = marks[max(0, settled - 1) :]
    seen = sorted({*place["seen"], *ids})
    return {"marks": marks, "seen": [id_ for id_ in seen if id_ > marks[0][1]][-MOST_SEEN:]}


def _at(mark: Sequence[Any]) -> datetime:
    return datetime.fromisoformat(mark[0])
