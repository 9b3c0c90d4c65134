"""The sweep: ids of all contacts, since RD Station tells neither deletions nor merges.

Newest first, although the walk wants everybody: a conversion in mid-walk then only pushes rows down (repeats);
an ascending walk would let one slip past. Who jumped from below to the top is met by a closing lap.

Cursor: `page` to read next, `total` when it was written, `began_at`, `first` (see `hot`), and `generation`, the count
of finished sweeps. At 125 contacts a call, 100,000 contacts take 800 calls.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from adapters.rdstation.hot import OVERLAP
from adapters.rdstation.listing import ContactList, Listing, moment, moment_or_none
from connector.adapter import Page, ToRead
from connector.adapter.cursors import reading
from connector.model import Json

LATE: Final = timedelta(days=2)
"""How far before a sweep a conversion may have happened that only the sweep gets to see."""


def everyone(contacts: ContactList, cursor: Json | None) -> Iterator[Page[str]]:
    """Ids page by page; the cursor of the last page begins the next generation."""
    stood = dict(cursor or {})
    generation = int(stood.get("generation", 0))
    stood.setdefault("began_at", contacts.client.now().isoformat())
    for listing in contacts.pages(int(stood.get("page", 1)), stood.get("total")):
        if "first" not in stood and any(row.get("last_conversion_date") for row in listing.rows):
            stood["first"] = listing.number
        stood = {**stood, "page": listing.number + 1, "total": listing.total}
        late = _converted_lately(listing, moment(stood["began_at"]) - LATE)
        yield Page(records=_ids(listing), cursor=stood, to_read=late, total=listing.total)
    for listing in _lap(contacts, stood):
        yield Page(records=_ids(listing), total=listing.total)
    yield Page(cursor={"generation": generation + 1})


def _lap(contacts: ContactList, stood: Json) -> Iterator[Listing]:
    """The top of the list again, down to what converted before the sweep began."""
    began_at = moment(stood["began_at"]) - OVERLAP
    with reading():
        first = int(stood.get("first", 1))
    for listing in contacts.dated_pages(first):
        yield listing
        if any(at < began_at for at in _conversions(listing).values()):
            return


def _converted_lately(listing: Listing, since: datetime) -> list[ToRead]:
    """Acts to read once more: a conversion that showed later than the hot pull reaches back would be missed."""
    return [
        ToRead("activities", uuid, since=since, changed_at=at)
        for uuid, at in _conversions(listing).items()
        if at >= since
    ]


def _conversions(listing: Listing) -> dict[str, datetime]:
    """Who converted when; a time that cannot be read is a reject of the hot pull's, and stops no sweep."""
    times = {str(row["uuid"]): moment_or_none(row.get("last_conversion_date")) for row in listing.rows}
    return {uuid: at for uuid, at in times.items() if at is not None}


def _ids(listing: Listing) -> list[str]:
    return [str(row["uuid"]) for row in listing.rows]
