"""The walk over what changed, where a platform tells whole seconds and lists by time or by id, not by both.

It covers a window of the time of change, up to the platform's clock, oldest first. A page is followed by another one
from the second of its last row, which comes again; and a second that fills a page, as imports and automations do with
hundreds of rows, is walked by id. How a platform is asked is its adapter's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from connector.adapter.cursors import unreadable
from connector.errors import ContractError
from connector.model import Json

BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Where a first walk begins if the connection does not say `since`: before any record that still matters."""
_SECOND: Final = timedelta(seconds=1)


class Mark(Struct, frozen=True):
    """Where the walk of one list stands: a window from `since` to `until` that is read up to `at`.

    Between two windows there is only `since`. With `after` the second `at` itself is being walked by id, and that id
    was delivered last ("": none yet).
    """

    since: datetime
    until: datetime | None = None
    at: datetime | None = None
    after: str | None = None

    @classmethod
    def read(cls, stored: Json | None, since: datetime) -> Mark:
        """A mark as it was stored; a first walk begins at `since`. Raises ConfigError for a cursor that is not ours."""
        if stored is None:
            return cls(since)
        try:
            until, at, after = stored.get("until"), stored.get("at"), stored.get("after")
            return cls(
                datetime.fromisoformat(stored["since"]),
                datetime.fromisoformat(until) if until else None,
                datetime.fromisoformat(at) if at else None,
                str(after) if after is not None else None,
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise unreadable() from error

    def stored(self) -> Json:
        """The mark as JSON."""
        times = {"since": self.since, "until": self.until, "at": self.at}
        return {**{name: at.isoformat() if at else None for name, at in times.items()}, "after": self.after}

    @property
    def begin(self) -> datetime:
        """The second that is to be read next: from it on, or with `after` it alone."""
        return (self.at or self.since).replace(microsecond=0)

    @property
    def end(self) -> datetime:
        """The last second of the window."""
        return self.until or self.begin


class Listing(Struct, frozen=True):
    """A list of changed records. `ask` gives what is next of a window: at most `rows`, by time, with `after` by id.

    `changed` is the field of the time of change, read by `moment`; `now` is the platform's clock. `overlap`: how far a
    window reaches back into the one before, for what shows late.
    """

    ask: Callable[[Mark], list[Json]]
    now: Callable[[], datetime]
    rows: int
    changed: str
    moment: Callable[[Any], datetime]
    overlap: timedelta

    def walk(self, mark: Mark) -> Iterator[tuple[list[Json], Mark]]:
        """Pages of changed records with the mark that stands after each, up to now; the last of a window closes it.

        A window that an earlier run left unfinished is walked to its end first.
        """
        if mark.until is not None:
            yield from self._window(mark)
            mark = self._closed(mark)
        yield from self._window(Mark(mark.since, until=self.now().replace(microsecond=0)))

    def _window(self, mark: Mark) -> Iterator[tuple[list[Json], Mark]]:
        seen: set[tuple[Any, Any]] = set()
        while True:
            rows = self.ask(mark)
            following = self._following(mark, rows)
            fresh = [row for row in rows if (row.get("id"), row[self.changed]) not in seen]
            if mark.after is None:  # only the last second of such a page comes again
                seen = {(row.get("id"), row[self.changed]) for row in rows}
            yield fresh, following or self._closed(mark)
            if following is None:
                return
            mark = following

    def _following(self, mark: Mark, rows: Sequence[Json]) -> Mark | None:
        """The mark after these rows; None when they end the window."""
        is_full = len(rows) >= self.rows
        if mark.after is not None:
            if is_full:
                return replace(mark, after=_last_id(rows))
            return replace(mark, at=mark.begin + _SECOND, after=None) if mark.begin < mark.end else None
        if not is_full:
            return None
        last = self.moment(rows[-1][self.changed])
        # A page within one second is walked again by id, from its first one on: by time, others may have come between.
        return replace(mark, at=last, after="" if last == mark.begin else None)

    def _closed(self, mark: Mark) -> Mark:
        """The mark after its window was read to the end."""
        return Mark(max(mark.since, mark.end - self.overlap))


def _last_id(rows: Sequence[Json]) -> str:
    """Where a page by id ends. A row may lack its id: it is its reader's to say so."""
    last = next((row["id"] for row in reversed(rows) if row.get("id")), None)
    if last is None:
        raise ContractError("a whole page of rows came without an id")
    return str(last)
