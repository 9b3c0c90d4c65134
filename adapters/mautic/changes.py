"""Who changed: contacts by their times, and whoever the audit log names besides.

`date_modified` cannot be trusted alone: some versions do not move it on an edit, and tags, points and opt-outs may
leave it. So the audit log is read as well, which also tells of deletions and merges; where the role may not read it,
everybody is walked once a day.

Cursor: `from`, the time to read from, and `seen`, id → digest of those whom the last walk met after it; `audit`, the
place in the audit log (see `tables`); `whole_at`, when everybody was walked. Of a walk that is under way: `began`,
`after` (the last id), `again` (what becomes `seen`), and `whole`, the last id of a walk over everybody.
Source: https://github.com/mautic/mautic/issues/15418 (date_modified); LeadBundle/EventListener/LeadSubscriber.php
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from msgspec import Struct, field

from adapters.mautic import people
from adapters.mautic.asking import Where, as_asked, moment, one_of
from adapters.mautic.tables import new_rows, newest_id, place_at
from connector.adapter import Client, Page, ToRead
from connector.model import Json

OVERLAP: Final = timedelta(minutes=5)
EVERY: Final = timedelta(hours=24)
MOST_SEEN: Final = 2000
AUDIT: Final = "audit_log"
ROWS: Final = 500
_GOES: Final = ("delete", "merge")


class Changes(Struct):
    """One walk over contacts with these `fields`.

    `told` holds who was passed on whole in it: an older line of the audit log tells nothing new.
    """

    client: Client
    fields: Sequence[str]
    since: datetime | None
    size: int
    told: set[str] = field(default_factory=set)
    found: int = 0

    def walk(self, cursor: Json | None) -> Iterator[Page[Json]]:
        """Changed contacts whole, then the ids of those of whom only the audit log tells."""
        stood = self._begun(cursor)
        named, place = self._audited(stood["audit"])
        for page in self._window(stood):
            stood = page.cursor or stood
            yield page
        left = [ToRead("contacts", id_) for id_ in named if id_ not in self.told]
        self.found += len(left)
        stood = _ended(stood, place)
        yield Page(to_read=left, cursor=stood)
        if self._is_whole_due(stood):
            yield from self._everybody(stood)
        if not self.found:
            yield Page(why_zero="nobody changed since the last read")

    def _begun(self, cursor: Json | None) -> Json:
        now = self.client.now()
        if cursor is None:
            top = newest_id(self.client, AUDIT)
            cursor = {
                "from": self.since.isoformat() if self.since else None,
                "seen": {},
                "audit": None if top is None else place_at(now, top),
                "whole_at": now.isoformat(),
            }
        return cursor if "began" in cursor else {**cursor, "began": now.isoformat(), "after": 0, "again": {}}

    def _window(self, stood: Json) -> Iterator[Page[Json]]:
        """Contacts modified or added since `from`, by id, so that none slips past while rows change."""
        only = people.page_with(self.fields)
        for records in people.walk(self.client, _times(stood["from"]), int(stood["after"]), self.size, only):
            fresh = [record for record in records if stood["seen"].get(record["id"]) != _digest(record)]
            stood = {**stood, "again": _again(stood, records)}
            if records:
                stood["after"] = int(records[-1]["id"])
            yield self._page(fresh, stood)

    def _page(self, records: Sequence[Json], cursor: Json) -> Page[Json]:
        self.told |= {record["id"] for record in records}
        self.found += len(records)
        return Page(records=records, cursor=cursor)

    def _audited(self, place: Json | None) -> tuple[list[str], Json | None]:
        """Contacts that new lines of the audit log are about, and the place after them.

        Visitors whom nobody knows have lines, too: who is neither known nor gone is left out.
        """
        if place is None:
            top = newest_id(self.client, AUDIT)  # the role may have been given the right meanwhile
            return [], None if top is None else place_at(self.client.now(), top)
        lines = new_rows(
            self.client, AUDIT, place, [Where("bundle", val="lead"), one_of("object", ("lead", "contact"))], ROWS
        )
        if lines is None:
            return [], None
        gone: dict[str, None] = {}
        changed: dict[str, None] = {}
        for rows, after in lines:
            place = after
            for row in rows:
                (gone if row.get("action") in _GOES else changed)[str(row["object_id"])] = None
        known = people.identified(self.client, list(changed))
        return [*gone, *(id_ for id_ in changed if id_ in known and id_ not in gone)], place

    def _is_whole_due(self, stood: Json) -> bool:
        """Without an audit log, nothing tells of edits that `date_modified` does not show."""
        if stood["audit"] is not None:
            return False
        return "whole" in stood or self.client.now() - datetime.fromisoformat(stood["whole_at"]) >= EVERY

    def _everybody(self, stood: Json) -> Iterator[Page[Json]]:
        if "whole" not in stood:
            stood = {**stood, "whole": 0, "whole_at": self.client.now().isoformat()}
        only = people.page_with(self.fields)
        for records in people.walk(self.client, (), int(stood["whole"]), self.size, only):
            if records:
                stood = {**stood, "whole": int(records[-1]["id"])}
            yield self._page([record for record in records if record["id"] not in self.told], stood)
        yield Page(cursor={name: value for name, value in stood.items() if name != "whole"})


def _times(since: str | None) -> tuple[Where, ...]:
    if since is None:
        return ()
    at = as_asked(datetime.fromisoformat(since))
    return (Where(either=(Where("date_modified", "gte", at), Where("date_added", "gte", at))),)


def _again(stood: Json, records: Sequence[Json]) -> Json:
    """Whom the next walk will meet again, because it begins a little before this one began."""
    begin = datetime.fromisoformat(stood["began"]) - OVERLAP
    met = {record["id"]: _digest(record) for record in records if _changed_at(record) >= begin}
    return dict([*stood["again"].items(), *met.items()][-MOST_SEEN:])


def _ended(stood: Json, place: Json | None) -> Json:
    begin = datetime.fromisoformat(stood["began"]) - OVERLAP
    kept = {name: value for name, value in stood.items() if name not in ("began", "after", "again")}
    return {**kept, "from": begin.isoformat(), "seen": stood["again"], "audit": place}


def _changed_at(record: Json) -> datetime:
    times = [at for name in ("dateModified", "dateAdded") if (at := moment(record[name])) is not None]
    return max(times, default=datetime.max.replace(tzinfo=UTC))


def _digest(record: Json) -> str:
    """What tells two states of a contact apart: its times go by whole seconds."""
    text = json.dumps({**record, "lastActive": None}, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
