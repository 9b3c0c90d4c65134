"""The walk over what changed: a fixed window by (SystemModstamp, Id), and where it stands.

`SystemModstamp` also moves with automations, which `LastModifiedDate` does not always. The window ends at the
platform's own clock. It needs no lag: whatever becomes visible later with an older stamp (a long transaction) is met by
the next window, which begins `OVERLAP` before this one's end; the engine drops what it has seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from adapters.salesforce import soql
from adapters.salesforce.api import Api
from connector.adapter.cursors import unreadable
from connector.errors import ContractError
from connector.model import Json

OVERLAP = timedelta(minutes=10)
"""How far a window reaches back into the one before: the longest that a transaction may run."""
PAGE_ROWS = 2000
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


class Mark(Struct, frozen=True):
    """Where the walk over one object stands: a window being walked, or only `since` between two walks.

    `after` is the (stamp, id) of the last row delivered of the window that ends at `until`.
    """

    since: datetime
    until: datetime | None = None
    after: tuple[str, str] | None = None

    @classmethod
    def read(cls, stored: Json | None, since: datetime) -> Mark:
        """A mark as it was stored; a first walk begins at `since`. Raises ConfigError for a cursor that is not ours."""
        if stored is None:
            return cls(since)
        try:
            until = stored.get("until")
            after = stored.get("after")
            return cls(
                datetime.fromisoformat(stored["since"]),
                datetime.fromisoformat(until) if until else None,
                (_stamp(after[0]), str(after[1])) if after else None,
            )
        except (AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
            raise unreadable() from error

    def stored(self) -> Json:
        """The mark as JSON."""
        until = self.until.isoformat() if self.until else None
        return {"since": self.since.isoformat(), "until": until, "after": list(self.after) if self.after else None}

    def opened(self, now: datetime) -> Mark:
        """The mark with a new window up to now."""
        return Mark(self.since, until=now.replace(microsecond=0))

    def closed(self) -> Mark:
        """The mark after its window was walked to the end."""
        ended_at = self.until or self.since
        return Mark(max(self.since, ended_at - OVERLAP))

    def condition(self) -> str:
        """What is still to be read of the window."""
        window = (
            f"SystemModstamp >= {soql.moment(self.since)} AND SystemModstamp <= {soql.moment(self.until or self.since)}"
        )
        if self.after is None:
            return window
        stamp, last_id = soql.moment(soql.read_moment(self.after[0])), soql.text(self.after[1])
        return f"{window} AND (SystemModstamp > {stamp} OR (SystemModstamp = {stamp} AND Id > {last_id}))"


Read = tuple[list[Json], Mark]


def walk(api: Api, head: str, mark: Mark, *, where: str = "", deleted: bool = False) -> Iterator[Read]:
    """Pages of rows with the mark that stands after each, up to now; the last of a window closes it, rows or none.

    A window that an earlier run left unfinished is walked to its end first.
    """
    if mark.until is not None:
        yield from _window(api, head, mark, where, deleted)
        mark = mark.closed()
    yield from _window(api, head, mark.opened(api.client.now()), where, deleted)


def _window(api: Api, head: str, mark: Mark, where: str, deleted: bool) -> Iterator[Read]:
    """No page follows a locator of the platform: those die with the session, a (stamp, id) does not."""
    while True:
        condition = f"{where} AND {mark.condition()}" if where else mark.condition()
        query = f"{head} WHERE {condition} ORDER BY SystemModstamp, Id LIMIT {PAGE_ROWS}"
        rows, done = api.page(query, deleted=deleted)
        if not rows or (done and len(rows) < PAGE_ROWS):
            yield rows, mark.closed()
            return
        last = next((row for row in reversed(rows) if row.get("Id")), None)
        if last is None:
            raise ContractError("Salesforce answered a whole page of rows without an Id")
        after = (last["SystemModstamp"], last["Id"])
        if after == mark.after:
            raise ContractError("Salesforce answered a query for later rows with the same ones")
        mark = replace(mark, after=after)
        yield rows, mark


def _stamp(told: str) -> str:
    """The time within a stored cursor as it stands there. Raises ValueError or TypeError for what is none."""
    datetime.fromisoformat(told)
    return told
