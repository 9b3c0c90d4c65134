"""Who changed: contacts by their time of update, page by page by id, each with its acts to be read.

Cursor: `from`, the time to read from, and `seen`, id → digest of those whom the last walk met after it. Of a walk that
is under way: `began`, `after` (the last id), `again` (what becomes `seen`), and `first` in the first of all.
Source: https://developers.activecampaign.com/reference/list-all-contacts
Quirk:  contacts cannot be ordered by their time of update, so the time to read from moves only at the end of a walk.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from adapters.activecampaign.asking import as_asked, moment
from adapters.activecampaign.people import People, is_gone
from connector.adapter import Client, Page, ToRead
from connector.model import Json

OVERLAP: Final = timedelta(minutes=10)
"""Read again each time: the filter may be strict, and acts may show after the change that they made."""
ACTS_BACK: Final = timedelta(days=30)
"""How far back the acts of a changed contact are read: an act may have moved nothing until now."""
MOST_SEEN: Final = 2000


class Changes(Struct):
    """One walk."""

    client: Client
    people: People
    since: datetime | None
    size: int
    echoes: Collection[str] = ()
    """Whom we wrote to lately, when the acts of all are read besides: only the contact itself is read for that."""
    found: int = 0

    def walk(self, cursor: Json | None) -> Iterator[Page[Json]]:
        """Changed contacts whole, and that their acts are to be read."""
        stood = self._begun(cursor)
        for last, records in self.people.walk(_filter(stood["from"]), int(stood["after"]), self.size):
            fresh = [record for record in records if stood["seen"].get(record["id"]) != _digest(record)]
            stood = {**stood, "again": _again(stood, records), "after": last}
            yield self._page(fresh, records, stood)
        nobody = None if self.found else "nobody changed since the last read"
        yield Page(cursor=_ended(stood), why_zero=nobody)

    def _begun(self, cursor: Json | None) -> Json:
        now = self.client.now()
        if cursor is None:
            begin = self.since.isoformat() if self.since else None
            cursor = {"from": begin, "seen": {}, "first": True}
        return cursor if "began" in cursor else {**cursor, "began": now.isoformat(), "after": 0, "again": {}}

    def _page(self, fresh: Sequence[Json], records: Sequence[Json], stood: Json) -> Page[Json]:
        """Whoever is met again has acts that may have shown only now; whoever is gone is asked for by id."""
        self.found += len(fresh)
        gone = [ToRead("contacts", record["id"]) for record in fresh if is_gone(record)]
        since = _acts_since(stood)
        acts = [
            ToRead("activities", record["id"], since=since, changed_at=moment(record["udate"]))
            for record in records
            if not is_gone(record) and record["id"] not in self.echoes
        ]
        return Page([record for record in fresh if not is_gone(record)], cursor=stood, to_read=[*gone, *acts])


def _filter(since: str | None) -> Json:
    return {} if since is None else {"filters[updated_after]": as_asked(datetime.fromisoformat(since))}


def _acts_since(stood: Json) -> datetime | None:
    """From here on; None (all that is wanted) in the first walk, which knows nobody's acts."""
    return None if stood.get("first") else datetime.fromisoformat(stood["from"]) - ACTS_BACK


def _again(stood: Json, records: Sequence[Json]) -> Json:
    """Whom the next walk will meet again, because it begins a little before this one began."""
    begin = datetime.fromisoformat(stood["began"]) - OVERLAP
    met = {record["id"]: _digest(record) for record in records if (moment(record["udate"]) or begin) >= begin}
    return dict([*stood["again"].items(), *met.items()][-MOST_SEEN:])


def _ended(stood: Json) -> Json:
    begin = datetime.fromisoformat(stood["began"]) - OVERLAP
    return {"from": begin.isoformat(), "seen": stood["again"]}


def _digest(record: Json) -> str:
    """What tells two states of a contact apart: its time goes by whole seconds."""
    text = json.dumps(record, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
