"""The walk over what changed: one list by time of change, from the last mark to the platform's clock.

The mark is the time up to which all was delivered. A walk that was cut, or whose page token died, begins again one
second before the last delivered time, since Zoho tells only what changed after the second that it is given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from msgspec import Struct

from adapters.zoho.api import MAX_ROWS, Api, Listed, hidden_too, moment
from adapters.zoho.errors import PAGE_ENDED
from connector.adapter.cursors import unreadable
from connector.errors import ContractError, RemoteRefusal
from connector.model import Json

OVERLAP: Final = timedelta(minutes=5)
"""How far a window reaches back into the one before, for what shows late."""
SECOND: Final = timedelta(seconds=1)
BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)


class Step(Struct, frozen=True):
    """Rows of one page, and the mark that stands once they are saved; `since` is where the window began."""

    rows: list[Json]
    mark: datetime
    since: datetime


def read_mark(stored: Json | None, name: str, since: datetime) -> datetime:
    """Up to when a list was read; a first walk begins at `since`. Raises ConfigError for a cursor that is not ours."""
    if stored is None or name not in stored:
        return since
    try:
        return datetime.fromisoformat(stored[name])
    except (TypeError, ValueError) as error:
        raise unreadable() from error


def walk(api: Api, object_name: str, fields: list[str], mark: datetime) -> Iterator[Step]:
    """Pages of changed rows up to now, each state of a row once; the last page ends the window, rows or none."""
    now: datetime | None = None
    seen: set[tuple[str, str]] = set()
    for rows, reached, is_last in _pages(api, object_name, fields, mark):
        now = now or api.client.now().replace(microsecond=0)  # the platform's, once it answered
        states = {(str(row.get("id")), str(row["Modified_Time"])): row for row in rows}
        fresh = [row for state, row in states.items() if state not in seen]
        seen.update(states)
        yield Step(fresh, max(mark, now - OVERLAP) if is_last else reached, mark)


Pages = Iterator[tuple[list[Json], datetime, bool]]
"""Rows of each page, the time that the walk has reached, and whether it is the last."""


def _pages(api: Api, object_name: str, fields: list[str], since: datetime) -> Pages:
    """A page token belongs to its query: nothing of that may change."""
    params = {
        "fields": ",".join(fields), "per_page": MAX_ROWS, "sort_by": "Modified_Time", "sort_order": "asc",
        **hidden_too(object_name),
    }  # fmt: skip
    begun, reached, token = since, since, None
    while True:
        listed = _page(api, object_name, params, begun - SECOND, token)
        if listed is not None:
            reached = _end_of(object_name, listed.rows, reached)
            yield listed.rows, reached, not listed.more
            if not listed.more:
                return
        if listed is not None and listed.token is not None and listed.token == token:
            raise ContractError(f"Zoho answered '{object_name}' with a page token that leads nowhere")
        token = listed.token if listed is not None else None
        if token is None:  # the end of what one query's pages reach: on with another query
            if reached <= begun:
                raise ContractError(f"Zoho told of more {object_name} and not how to get them")
            begun = reached


def _page(api: Api, object_name: str, params: Mapping[str, Any], since: datetime, token: str | None) -> Listed | None:
    """A page; None when its token is good no more."""
    if token is None:
        return api.page(object_name, params, since=since)
    try:
        return api.page(object_name, {**params, "page_token": token}, since=since)
    except RemoteRefusal as refusal:
        if refusal.code not in PAGE_ENDED:
            raise
        return None


def _end_of(object_name: str, rows: list[Json], reached: datetime) -> datetime:
    """The time of the last row. The mark would skip rows if they did not come in the order of their times."""
    times = [moment(row["Modified_Time"]) for row in rows]
    if times != sorted(times):
        raise ContractError(f"Zoho did not sort {object_name} by the time of change")
    return max([reached, *times])
