"""The walk over what changed, list after list: a window from the last mark to the platform's clock.

Each list has a mark of its own: the time up to which everything was delivered. A walk that was cut begins again at the
last delivered time, which comes once more. Archived leads have no filter by time: that list is read newest first, and
its mark moves only once the walk has met it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from msgspec import Struct

from adapters.pipedrive.api import ARCHIVED_DEALS, Api
from adapters.pipedrive.columns import DEAL, LEAD, PERSON
from adapters.pipedrive.directory import DEAL_PARAMS
from adapters.pipedrive.views import moment
from connector.adapter.cursors import unreadable
from connector.model import Json

OVERLAP: Final = timedelta(minutes=5)
"""How far a window reaches back into the one before, for what shows late."""
BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
STEP_BACK: Final = 5
"""Rows that a page by offset repeats of the one before, since rows that leave the list move all others up."""
ARCHIVED_LEADS: Final = "v1/leads/archived"


class Source(Struct, frozen=True):
    """A list that records of an object stand in."""

    path: str
    object: str
    params: Mapping[str, str]


SOURCES: Final = (
    Source("v2/persons", PERSON, {}),
    Source("v1/leads", LEAD, {}),
    Source(ARCHIVED_LEADS, LEAD, {}),
    Source("v2/deals", DEAL, {**DEAL_PARAMS, "status": "open,won,lost,deleted"}),
    Source(ARCHIVED_DEALS, DEAL, DEAL_PARAMS),
)


class Step(Struct, frozen=True):
    """Rows of one page, and the mark that stands once they are saved; `since` is where the window began."""

    rows: list[Json]
    mark: datetime
    since: datetime
    is_last: bool


def read_mark(stored: Json | None, path: str, since: datetime) -> datetime:
    """Up to when a list was read; a first walk begins at `since`. Raises ConfigError for a cursor that is not ours."""
    if stored is None or path not in stored:
        return since
    try:
        return datetime.fromisoformat(stored[path])
    except (TypeError, ValueError) as error:
        raise unreadable() from error


def walk(api: Api, source: Source, mark: datetime) -> Iterator[Step]:
    """Pages of changed rows up to now, each row once in a walk; the last page ends the window, rows or none."""
    now = api.client.now().replace(microsecond=0)
    seen: set[tuple[str, str]] = set()
    for rows, reached in _pages(api, source, mark, now):
        fresh = [row for row in rows if (str(row.get("id")), str(row["update_time"])) not in seen]
        seen.update((str(row.get("id")), str(row["update_time"])) for row in rows)
        end = max(mark, now - OVERLAP)
        yield Step(fresh, end if reached is None else reached, mark, is_last=reached is None)


Pages = Iterator[tuple[list[Json], datetime | None]]
"""Rows of each page and the time that the walk has reached; None with the last page."""


def _pages(api: Api, source: Source, mark: datetime, now: datetime) -> Pages:
    if source.path == ARCHIVED_LEADS:
        yield from _newest_first(api, source, mark)
    elif source.path.startswith("v1/"):
        yield from _by_time(api, source, mark)
    else:
        yield from _by_cursor(api, source, mark, now)


def _by_cursor(api: Api, source: Source, mark: datetime, now: datetime) -> Pages:
    """Version 2: a window in the order of changes; the cursor lives no longer than the walk."""
    window = {"updated_since": _told(mark), "updated_until": _told(now + timedelta(seconds=1))}
    params = {**source.params, **window, "sort_by": "update_time", "sort_direction": "asc"}
    rows, cursor = api.page(source.path, params)
    while cursor:
        yield rows, moment(rows[-1]["update_time"]) if rows else mark
        rows, cursor = api.page(source.path, params, cursor)
    yield rows, None


def _by_time(api: Api, source: Source, mark: datetime) -> Pages:
    """Version 1: asked again from the time of the last row, so that rows which move while we page are not skipped.

    Only where one second fills a whole page, an offset leads on within it.
    """
    start = 0
    while True:
        params = {**source.params, "updated_since": _told(mark), "sort": "update_time ASC"}
        rows, following = api.offset_page(source.path, params, start)
        if following is None or not rows:
            yield rows, None
            return
        reached = moment(rows[-1]["update_time"])
        is_tie = _told(reached) == _told(mark)
        mark, start = reached, following if is_tie else 0
        yield rows, mark


def _newest_first(api: Api, source: Source, mark: datetime) -> Pages:
    """Back to the mark, which stays where it is until the walk has met it."""
    start: int | None = 0
    while start is not None:
        rows, following = api.offset_page(source.path, {**source.params, "sort": "update_time DESC"}, start)
        fresh = [row for row in rows if moment(row["update_time"]) >= mark]
        is_met = len(fresh) < len(rows) or following is None
        yield fresh, None if is_met else mark
        start = None if is_met or following is None else max(start + 1, following - STEP_BACK)


def _told(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
