"""Who changed: lead changes name them, their records are read at once; everybody before that comes in bulk.

Each walk reads the changes first, so that nobody who is fresh waits for a first read that may take hours.

Cursor: `feed`, the place in the lead changes (see `feed`), and `extract`, what the first read has left (see `extract`).
Source: https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/lead-database/activities
Quirk:  lead changes tell only of fields that are asked for; a write to an own field does not move `updatedAt`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import Struct, field

from adapters.marketo import fields
from adapters.marketo.answers import moment_or_none
from adapters.marketo.extract import Extract
from adapters.marketo.feed import Feed
from adapters.marketo.leads import read_leads
from adapters.marketo.slices import SLICE_BYTES
from connector.adapter import Client, Page, ToRead
from connector.model import Json

PATH: Final = "/rest/v1/activities/leadchanges.json"
KEPT: Final = timedelta(days=25 * 30)
"""How far back a first read goes when nobody says: as far as Marketo keeps most activities."""
TOLD: Final = frozenset(fields.ALWAYS) - {"email"}
"""Fields whose changes are not asked for: they never change, or with every other one."""


class LeadChanges(Struct):
    """One walk. `read` holds when each lead was read in it: an older change tells nothing new."""

    client: Client
    wanted: Sequence[str]
    since: datetime | None
    page_size: int
    slice_bytes: int = SLICE_BYTES
    read: dict[str, datetime] = field(default_factory=dict)
    found: int = 0

    def walk(self, cursor: Json | None) -> Iterator[Page[Json]]:
        """The changes, then as much of the first read as is there."""
        there = fields.described(self.client)
        names = fields.reads(self.wanted, there)
        stood = dict(cursor) if cursor else self._first()
        for page in self._changes(stood, names):
            stood = page.cursor or stood
            yield page
        why = "nobody changed since the last read"
        if stood["extract"] is not None:
            for page in self._first_read(stood, names, there):
                why = page.why_zero or why
                yield page
        if not self.found:
            yield Page(why_zero=why)

    def _first(self) -> Json:
        now = self.client.now()
        return {"feed": None, "from": now.isoformat(), "extract": Extract.over(self.since or now - KEPT, now)}

    def _changes(self, stood: Json, names: Sequence[str]) -> Iterator[Page[Json]]:
        asked = [name for name in names if name not in TOLD]
        query = {"fields": ",".join(asked), "batchSize": self.page_size}
        feed = Feed(self.client, PATH, query, datetime.fromisoformat(stood["from"]))
        for rows, place in feed.walk(stood["feed"]):
            yield self._page(rows, names, {**stood, "feed": place})

    def _page(self, rows: Sequence[Json], names: Sequence[str], cursor: Json) -> Page[Json]:
        """Everybody whom these rows name, whole; who is not there any more is left to be asked for by id."""
        due = self._due(rows)
        now = self.client.now()
        found = read_leads(self.client, list(due), names)
        self.read |= dict.fromkeys(found, now)
        self.found += len(due)
        absent = [ToRead("contacts", id_, changed_at=at) for id_, at in due.items() if id_ not in found]
        return Page(records=list(found.values()), cursor=cursor, to_read=absent)

    def _due(self, rows: Sequence[Json]) -> dict[str, datetime | None]:
        due: dict[str, datetime | None] = {}
        for row in rows:
            id_, at = str(row.get("leadId")), moment_or_none(row.get("activityDate"))
            read_at = self.read.get(id_)
            if read_at is None or at is None or at >= read_at:
                due[id_] = at
        return due

    def _first_read(self, stood: Json, names: Sequence[str], there: Mapping[str, Json]) -> Iterator[Page[Json]]:
        readers = {name: fields.typed(there.get(name)) for name in names}
        extract = Extract(self.client, "leads", names, slice_bytes=self.slice_bytes)
        place: Json | None = stood["extract"]
        for step in extract.walk(stood["extract"]):
            place = step.cursor or place
            rows = [_record(row, readers) for row in step.rows]
            fresh = [row for row in rows if str(row["id"]) not in self.read]
            self.found += len(fresh)
            yield Page(records=fresh, cursor={**stood, "extract": place}, why_zero=step.why)
            if step.why:
                return
        yield Page(cursor={**stood, "extract": None})


def _record(row: Mapping[str, str | None], readers: Mapping[str, Any]) -> Json:
    """A row of the file as an answer would have it: typed, blanks left out."""
    return {name: readers.get(name, str)(cell) for name, cell in row.items() if cell is not None and cell != ""}
