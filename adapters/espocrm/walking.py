"""The walk over what changed: a window of `modifiedAt` up to the platform's clock, and where it stands.

EspoCRM keeps whole seconds. So a page is followed by another one from the second of its last row, which comes again;
and a second that fills a page, as imports do with hundreds of rows, is walked by id.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from adapters.espocrm.api import MAX_ROWS, Api, Condition, condition, moment, moment_text
from connector.errors import ConfigError
from connector.model import Json

CHANGED: Final = "modifiedAt"
OVERLAP: Final = timedelta(minutes=5)
"""How far a window reaches back into the one before: the time is taken before a record is saved, which may take."""
BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Mark:
    """Where the walk of one list stands: a window from `since` to `until` that is read up to `at`.

    Between two windows there is only `since`. With `after` the second `at` itself is being walked by id, and that id
    was delivered last.
    """

    since: datetime
    until: datetime | None = None
    at: datetime | None = None
    after: str | None = None

    @classmethod
    def read(cls, stored: Json | None, name: str, since: datetime) -> Mark:
        """A mark as it was stored; a first walk begins at `since`. Raises ConfigError for a cursor that is not ours."""
        try:
            if stored is None or name not in stored:
                return cls(since)
            one = stored[name]
            until, at, after = one.get("until"), one.get("at"), one.get("after")
            return cls(
                datetime.fromisoformat(one["since"]),
                datetime.fromisoformat(until) if until else None,
                datetime.fromisoformat(at) if at else None,
                str(after) if after is not None else None,
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ConfigError("the stored cursor cannot be read", hint="run 'leadloop cursor reset'") from error

    def stored(self) -> Json:
        """The mark as JSON."""
        times = {"since": self.since, "until": self.until, "at": self.at}
        return {**{name: at.isoformat() if at else None for name, at in times.items()}, "after": self.after}

    def opened(self, now: datetime) -> Mark:
        """The mark with a new window up to now."""
        return Mark(self.since, until=now.replace(microsecond=0))

    def closed(self) -> Mark:
        """The mark after its window was read to the end."""
        return Mark(max(self.since, (self.until or self.since) - OVERLAP))

    def moved(self, rows: Sequence[Json], *, is_full: bool) -> Mark | None:
        """The mark after these rows; None when they end the window."""
        here = self.at or self.since
        if self.after is not None:
            if is_full:
                return replace(self, after=str(rows[-1]["id"]))
            return replace(self, at=here + _SECOND, after=None) if here < (self.until or here) else None
        if not is_full:
            return None
        last = moment(rows[-1][CHANGED])
        # A page within one second is walked again by id, from its first one on.
        return replace(self, at=last, after="" if last == here.replace(microsecond=0) else None)

    def question(self) -> tuple[list[Condition], str]:
        """What is to be read next, and in which order."""
        here = (self.at or self.since).replace(microsecond=0)
        if self.after is not None:
            second = [condition("equals", CHANGED, moment_text(here))]
            return [*second, *([condition("greaterThan", "id", self.after)] if self.after else [])], "id"
        until = moment_text(self.until or here)
        from_here = condition("greaterThanOrEquals", CHANGED, moment_text(here))
        return [from_here, condition("lessThanOrEquals", CHANGED, until)], CHANGED


def walk(
    api: Api, entity: str, select: Sequence[str], mark: Mark, rows: int = MAX_ROWS
) -> Iterator[tuple[list[Json], Mark]]:
    """Pages of changed records with the mark that stands after each, up to now; the last of a window closes it.

    A window that an earlier run left unfinished is walked to its end first.
    """
    if mark.until is not None:
        yield from _window(api, entity, select, mark, rows)
        mark = mark.closed()
    yield from _window(api, entity, select, mark.opened(api.client.now()), rows)


def _window(api: Api, entity: str, select: Sequence[str], mark: Mark, limit: int) -> Iterator[tuple[list[Json], Mark]]:
    seen: set[tuple[str, str]] = set()
    while True:
        where, order = mark.question()
        rows = api.rows(entity, where, select, order_by=order, limit=limit)
        following = mark.moved(rows, is_full=len(rows) >= limit)
        fresh = [row for row in rows if (row["id"], row[CHANGED]) not in seen]
        if mark.after is None:  # only the last second of such a page comes again
            seen = {(row["id"], row[CHANGED]) for row in rows}
        yield fresh, following or mark.closed()
        if following is None:
            return
        mark = following
