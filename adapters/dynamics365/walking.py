"""The walk over what changed in a table: by the link to its changes that the platform gave at the end of the last one.

The first walk reads the whole table. A link is good for seven days (the organization may set another number); one that
is refused means that the table is read whole once more: the engine drops what it knows. A link counts versions, not
times, so that nothing shows late; it names its columns, so that others need a new walk as well.

A table whose changes are not tracked has no such link; it is walked by `modifiedon`, in windows up to the platform's
clock that overlap, and its deletions are not told.
Source: https://learn.microsoft.com/power-apps/developer/data-platform/use-change-tracking-synchronize-data-external-systems
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from adapters.dynamics365 import odata
from adapters.dynamics365.api import Api, Rows
from adapters.dynamics365.tables import Table
from connector.adapter.cursors import unreadable
from connector.errors import ConfigError, RemoteRefusal
from connector.model import Json

OVERLAP: Final = timedelta(minutes=10)
"""How far a window by time reaches back into the one before, for what shows late."""
DELETED: Final = "$deletedEntity"


class Mark(Struct, frozen=True):
    """Where the walk over one table stands: the next link to ask, and the columns that it names.

    `until` is the end of the open window of a walk by time, `since` where the next one begins.
    """

    columns: tuple[str, ...]
    link: str | None = None
    since: str | None = None
    until: str | None = None

    @classmethod
    def read(cls, stored: Json | None, columns: Sequence[str]) -> Mark:
        """A mark as it was stored; one that was made for other columns is none.

        Raises ConfigError for a cursor that is not ours.
        """
        if stored is None:
            return cls(tuple(columns))
        try:
            known = tuple(str(one) for one in stored["columns"])
            if known != tuple(columns):
                return cls(tuple(columns))
            return cls(known, stored["link"], stored.get("since"), stored.get("until"))
        except (AttributeError, KeyError, TypeError) as error:
            raise unreadable() from error

    def stored(self) -> Json:
        """The mark as JSON."""
        return {"columns": list(self.columns), "link": self.link, "since": self.since, "until": self.until}


class Step(Struct, frozen=True):
    """Rows of one page, those that tell of deleted records, and the mark that stands once they are saved."""

    rows: list[Json]
    deleted: list[Json]
    mark: Mark


def walk(api: Api, table: Table, mark: Mark, *, tracked: bool, since: datetime | None) -> Iterator[Step]:
    """Pages of changed rows up to now. `since`: how far back a first walk by time goes."""
    if tracked:
        yield from _by_links(api, table, mark)
    else:
        yield from _by_time(api, table, mark, since)


def _by_links(api: Api, table: Table, mark: Mark) -> Iterator[Step]:
    if mark.until is not None:
        mark = Mark(mark.columns)  # the table was not tracked when this walk began
    while True:
        try:
            page = _asked(api, table, mark)
        except RemoteRefusal:
            # A link that is refused is worn out. What is wrong with a fresh question is wrong with us.
            if mark.link is None:
                raise
            mark = Mark(mark.columns)
            continue
        link = page.next or page.changes
        if link is None:
            raise ConfigError(
                f"Dynamics does not track the changes of '{table.name}'",
                code="not_tracked",
                hint="Power Apps > Tables > Advanced options > Track changes",
            )
        mark = Mark(mark.columns, link)
        rows = [row for row in page.rows if not _is_deleted(row)]
        yield Step(rows, [row for row in page.rows if _is_deleted(row)], mark)
        if page.next is None:
            return


def _asked(api: Api, table: Table, mark: Mark) -> Rows:
    if mark.link is not None:
        return api.page(mark.link)
    return api.page(table.entity_set, {"$select": ",".join(mark.columns)}, track=True)


def _is_deleted(row: Json) -> bool:
    return str(row.get("@odata.context", "")).endswith(DELETED)


def _by_time(api: Api, table: Table, mark: Mark, since: datetime | None) -> Iterator[Step]:
    """A window that an earlier run left unfinished is walked to its end first."""
    if mark.until is not None:
        last = mark
        for step in _window(api, table, mark):
            yield step
            last = step.mark
        mark = last
    begin = mark.since or (odata.sendable(since) if since else None)
    now = api.client.now().replace(microsecond=0)
    yield from _window(api, table, Mark(mark.columns, None, begin, odata.sendable(now)))


def _window(api: Api, table: Table, mark: Mark) -> Iterator[Step]:
    closed = Mark(mark.columns, since=odata.sendable(odata.moment(mark.until) - OVERLAP))
    while True:
        try:
            page = api.page(mark.link) if mark.link else _first_of_window(api, table, mark)
        except RemoteRefusal:
            if mark.link is None:
                raise
            mark = Mark(mark.columns, None, mark.since, mark.until)
            continue
        mark = Mark(mark.columns, page.next, mark.since, mark.until)
        yield Step(page.rows, [], mark if page.next else closed)
        if page.next is None:
            return


def _first_of_window(api: Api, table: Table, mark: Mark) -> Rows:
    begin = f"modifiedon ge {mark.since} and " if mark.since else ""
    return api.page(
        table.entity_set,
        {
            "$select": ",".join(mark.columns),
            "$filter": f"{begin}modifiedon le {mark.until}",
            "$orderby": f"modifiedon asc,{table.id} asc",
        },
    )
