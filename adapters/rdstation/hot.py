"""The hot pull: who converted since the last walk, newest first.

The mark moves only when a walk has met the old one; a walk that was cut short begins again at the top of the list.
What lies within the overlap and was yielded before is remembered in the cursor, so that a quiet account costs one call.

Cursor: `mark`, the newest conversion of the last finished walk; `seen`, uuid → time of what lies within the overlap
below it; `first`, the page on which conversions begin where contacts without one are listed first.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import Struct, field

from adapters.rdstation.listing import ContactList, Listing, moment
from connector.adapter import BadRecord, Page, ToRead
from connector.errors import RecordError
from connector.model import Json

OVERLAP: Final = timedelta(minutes=15)
"""How late a conversion may become visible after its time and is still met."""


class _Walk(Struct):
    """One walk from the top down to the floor."""

    mark: datetime | None
    floor: datetime | None
    seen: dict[str, str]
    walked: dict[str, datetime] = field(default_factory=dict)
    dated: list[datetime] = field(default_factory=list)
    first: int | None = None
    found: int = 0
    met: bool = False

    def take(self, listing: Listing) -> Page[Json]:
        """What is new on this page."""
        bad: list[BadRecord] = []
        to_read: list[ToRead] = []
        for row in listing.rows:
            try:
                to_read += self._row(row)
            except (KeyError, ValueError, TypeError, OverflowError):
                bad.append(_bad_time(row))
        if self.first is None and self.dated:
            self.first = listing.number
        self.found += len(to_read)
        return Page(to_read=to_read, bad=bad, total=listing.total)

    def _row(self, row: Json) -> list[ToRead]:
        uuid, converted = str(row["uuid"]), row.get("last_conversion_date")
        at = moment(converted or row["created_at"])
        if converted:
            self.dated.append(at)
        if self.floor is not None and at < self.floor:
            self.met = self.met or bool(converted)
            return []
        if uuid in self.walked:
            return []
        self.walked[uuid] = at
        if self.seen.get(uuid) == at.isoformat():
            return []
        contact = ToRead("contacts", uuid, changed_at=at)
        # Who never converted has no acts: events exist for conversions and opportunities only.
        return [contact, ToRead("activities", uuid, since=self.floor, changed_at=at)] if converted else [contact]

    def cursor(self, now: datetime) -> dict[str, Any]:
        """Where the next walk stops. A conversion dated in the future must not hide the next ones: hence `now`."""
        newest = max(self.dated, default=None) or max(self.walked.values(), default=None) or self.mark
        if newest is None:
            return {}
        mark = min(newest, now)
        mark = max(mark, self.mark) if self.mark else mark
        seen = {uuid: at.isoformat() for uuid, at in self.walked.items() if at >= mark - OVERLAP}
        return {"mark": mark.isoformat(), "seen": seen, "first": self.first or 1}


def changes(contacts: ContactList, cursor: Json | None, since: datetime | None) -> Iterator[Page[Json]]:
    """Pages that name the contacts to read; only the last one moves the cursor."""
    stood = cursor or {}
    mark = moment(stood["mark"]) if "mark" in stood else None
    walk = _Walk(mark, mark - OVERLAP if mark else since, dict(stood.get("seen", {})))
    for listing in contacts.dated_pages(int(stood.get("first", 1))):
        page = walk.take(listing)
        if walk.met or listing.is_last:
            yield _closed(page, walk, contacts.client.now())
            return
        yield page


def _closed(page: Page[Json], walk: _Walk, now: datetime) -> Page[Json]:
    since = f" since {walk.floor.isoformat(timespec='seconds')}" if walk.floor else ""
    why = None if walk.found else f"no new conversion{since}; the account has {page.total} contacts"
    return Page(cursor=walk.cursor(now), to_read=page.to_read, bad=page.bad, total=page.total, why_zero=why)


def _bad_time(row: Json) -> BadRecord:
    uuid = str(row["uuid"])
    error = RecordError(
        f"contact {uuid} has a time that cannot be read", code="bad_time", field="last_conversion_date", place=uuid
    )
    return BadRecord(place=uuid, raw={"uuid": uuid}, error=error)
