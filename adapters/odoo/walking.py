"""The walk over what changed: a window of `write_date` up to the platform's clock, and where it stands.

Odoo keeps microseconds and tells seconds. So a page is followed by another one from the second of its last row, which
comes again; and a second that fills a page, as Odoo's own jobs do with thousands of rows, is walked by id.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from adapters.odoo.api import Api
from adapters.odoo.spec import LEAD
from adapters.odoo.views import moment, told
from connector.errors import ConfigError
from connector.model import Json

OVERLAP: Final = timedelta(minutes=5)
"""How far a window reaches back into the one before: `write_date` is when a transaction began, and it may take two."""
PAGE_ROWS: Final = 500
BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Mark:
    """Where the walk stands: a window from `since` to `until` that is read up to `at`, or only `since` between two.

    With `after` the second `at` itself is being walked by id, and that id was delivered last.
    """

    since: datetime
    until: datetime | None = None
    at: datetime | None = None
    after: int | None = None

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
                int(after) if after is not None else None,
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
            following = replace(self, after=rows[-1]["id"]) if is_full else replace(self, at=here + _SECOND, after=None)
            return following if is_full or here < (self.until or here) else None
        if not is_full:
            return None
        last = moment(rows[-1]["write_date"])
        # A page within one second: some of its rows may have come before others of smaller ids.
        return replace(self, at=last, after=0 if last == here.replace(microsecond=0) else None)

    def question(self) -> tuple[list[Any], str]:
        """What is to be read next, as a domain, and its order."""
        here = self.at or self.since
        if self.after is not None:
            second = [["write_date", ">=", told(here)], ["write_date", "<", told(here + _SECOND)]]
            return [*second, ["id", ">", self.after]], "id asc"
        window = [["write_date", ">=", told(here)], ["write_date", "<", told((self.until or here) + _SECOND)]]
        return window, "write_date asc, id asc"


def walk(api: Api, codes: Sequence[str], mark: Mark, rows: int = PAGE_ROWS) -> Iterator[tuple[list[Json], Mark]]:
    """Pages of changed records with the mark that stands after each, up to now; the last of a window closes it.

    A window that an earlier run left unfinished is walked to its end first.
    """
    if mark.until is not None:
        yield from _window(api, codes, mark, rows)
        mark = mark.closed()
    yield from _window(api, codes, mark.opened(api.client.now()), rows)


def _window(api: Api, codes: Sequence[str], mark: Mark, limit: int) -> Iterator[tuple[list[Json], Mark]]:
    seen: set[tuple[int, str]] = set()
    while True:
        domain, order = mark.question()
        rows = api.rows(LEAD, domain, codes, order=order, limit=limit)
        following = mark.moved(rows, is_full=len(rows) >= limit)
        fresh = [row for row in rows if (row["id"], row["write_date"]) not in seen]
        if mark.after is None:  # only the last second of such a page comes again
            seen = {(row["id"], row["write_date"]) for row in rows}
        yield fresh, following or mark.closed()
        if following is None:
            return
        mark = following
