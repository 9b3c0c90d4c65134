"""The walk over what changed: a fixed window of time, keyset by id, and where it stands.

A window of time alone would not do: HubSpot's own bulk edits give more than 10,000 records one timestamp, and a search
ends there. So the window is fixed and the id decides: every page asks anew for what lies behind the last id.

The window ends at the platform's own clock. Searches lag some moments behind, hence the next window begins `OVERLAP`
before this one's end; what was delivered from there is remembered, so that a quiet account brings nothing twice.
Source: https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from adapters.hubspot.api import MAX_FOUND, Api
from connector.adapter.cursors import unreadable
from connector.errors import ContractError
from connector.model import Json

OVERLAP_MS: Final = 10 * 60 * 1000
REMEMBERED: Final = 1000
"""Most records of the overlap that a cursor names; what lies beyond is delivered again, and the engine drops it."""
FIRST_ID: Final = 0
_CONTACTS_ARE_SPECIAL: Final = {"contacts": "lastmodifieddate"}


def changed_by(object_name: str) -> str:
    """The property that moves with every change: contacts spell it their own way."""
    return _CONTACTS_ARE_SPECIAL.get(object_name, "hs_lastmodifieddate")


def ms(at: datetime) -> int:
    """A moment as HubSpot filters by it."""
    return int(at.timestamp() * 1000)


def moment(text: str) -> datetime:
    """A moment as HubSpot writes it (`2026-11-20T10:11:12.345Z`)."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (TypeError, ValueError) as error:
        raise ContractError("a record came with a time that is none") from error


class Mark(Struct, frozen=True):
    """Where the walk over one object stands; times are epoch milliseconds.

    `until_ms` None: no window is open. `after` is the last id delivered of the open window. `seen` are records of the
    overlap that were delivered, each with the time of change that it then had.
    """

    since_ms: int
    until_ms: int | None = None
    after: int = FIRST_ID
    seen: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, stored: Json | None, since: datetime | None) -> Mark:
        """A mark as it was stored; a first walk begins at `since`. Raises ConfigError for a cursor that is not ours."""
        if stored is None:
            return cls(ms(since) if since else 0)
        try:
            seen = {str(one): int(at) for one, at in stored["seen"].items()}
            return cls(int(stored["since"]), stored["until"], int(stored["after"]), seen)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise unreadable() from error

    def stored(self) -> Json:
        """The mark as JSON."""
        return {"since": self.since_ms, "until": self.until_ms, "after": self.after, "seen": dict(self.seen)}

    def filters(self, object_name: str) -> list[Json]:
        """What is still to be read of the window."""
        stamp = changed_by(object_name)
        wanted = [(stamp, "GTE", self.since_ms), ("hs_object_id", "GT", self.after)]
        if self.until_ms is not None:
            wanted.append((stamp, "LTE", self.until_ms))
        return [{"propertyName": name, "operator": word, "value": str(value)} for name, word, value in wanted]

    def past(self, rows: Sequence[Json]) -> tuple[list[Json], Mark]:
        """The rows that were not delivered before, and the mark behind them all."""
        stamps = {str(row["id"]): ms(moment(row["updatedAt"])) for row in rows if row.get("id")}
        # A row without its id is given on: it is its reader's to say so.
        fresh = [row for row in rows if not row.get("id") or self.seen.get(str(row["id"])) != stamps[str(row["id"])]]
        after = max((int(one) for one in stamps), default=self.after)
        if stamps and after <= self.after:
            raise ContractError("the search does not move on: it answers with ids that it was asked to leave behind")
        late = {one: at for one, at in stamps.items() if at >= self._kept_from()}
        return fresh, replace(self, after=after, seen=_newest({**self.seen, **late}))

    def closed(self) -> Mark:
        """The mark after its window was walked to the end."""
        since = max(self.since_ms, self._kept_from())
        return Mark(since, seen={one: at for one, at in self.seen.items() if at >= since})

    def _kept_from(self) -> int:
        return (self.since_ms if self.until_ms is None else self.until_ms) - OVERLAP_MS


def _newest(seen: Mapping[str, int]) -> Mapping[str, int]:
    if len(seen) <= REMEMBERED:
        return seen
    return dict(sorted(seen.items(), key=lambda pair: -pair[1])[:REMEMBERED])


def walk(
    api: Api,
    object_name: str,
    mark: Mark,
    properties: Sequence[str] = (),
    *,
    where: Sequence[Json] = (),
    limit: int = MAX_FOUND,
) -> Iterator[tuple[list[Json], Mark]]:
    """Pages of rows with the mark that stands after each, up to now; the last of a window closes it, rows or none.

    A window that an earlier run left unfinished is walked to its end first.
    """
    last = mark
    if mark.until_ms is not None:
        for rows, stood in _window(api, object_name, mark, properties, where, limit):
            yield rows, stood
            last = stood
    yield from _window(api, object_name, last, properties, where, limit)


def _window(
    api: Api, object_name: str, mark: Mark, properties: Sequence[str], where: Sequence[Json], limit: int
) -> Iterator[tuple[list[Json], Mark]]:
    """One window to its end. Deleted records may empty a page that is not the last: only then `after` is followed."""
    offset: str | None = None
    while True:
        found = api.search(object_name, [*mark.filters(object_name), *where], properties, limit, offset)
        if mark.until_ms is None:
            # Only now: the first answer of a process brings the platform's clock.
            mark = replace(mark, until_ms=ms(api.client.now()))
        before = mark.after
        rows, mark = mark.past(found.rows)
        if found.next is None:
            yield rows, mark.closed()
            return
        if found.rows and mark.after == before:
            raise ContractError(f"HubSpot answered a whole page of {object_name} without ids")
        offset = None if found.rows else found.next
        yield rows, mark
