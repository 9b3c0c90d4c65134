"""Who changed: each list's records that were modified since the last walk, and whose consent changed.

The filter has no upper end: a row that is modified while we read stays in the answer, so that none slips away. What
was met within the overlap is remembered by a digest, so that a quiet list costs one call and brings nothing.
The acts of everybody who is passed on are to be read, too: a modification is the one sign of them that a list gives.

Cursor: `lists`, for each list `from`, the time to read from, and `seen`, id → digest of what the next walk will meet
again; of a walk under way `began`, `offset`, `anchor` and `again` (what becomes `seen`). `filters`: the filter was
found to filter. `consent`: until when opt-outs were read, and `told`, digests of those met after it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from msgspec import Struct

from adapters.acton.consent import LATE, Suppressed
from adapters.acton.lists import KEY, Lists
from adapters.acton.paging import Step, steps
from adapters.acton.people import People, key_of
from connector.adapter import Client, Page, ToRead
from connector.adapter.cursors import reading
from connector.errors import ContractError
from connector.model import Json

OVERLAP: Final = timedelta(minutes=10)
HISTORY: Final = timedelta(days=62)
"""How far back the acts of a changed contact are read: one call brings them all the same."""
MOST_SEEN: Final = 2000


class Changes(Struct):
    """One walk over all lists."""

    client: Client
    lists: Lists
    people: People
    suppressed: Suppressed
    since: datetime | None
    size: int
    found: int = 0
    _knows_consent: bool = False

    def walk(self, cursor: Json | None) -> Iterator[Page[Json]]:
        """Changed records whole, then the ids of those whose consent changed."""
        stood: Json = self._first() if cursor is None else cursor
        chosen = self.lists.chosen()
        stood = {**stood, "lists": {id_: place for id_, place in stood["lists"].items() if id_ in chosen}}
        for list_id in chosen:
            stood = self._checked(list_id, stood)
            for page in self._list(list_id, stood):
                stood = page.cursor or stood
                yield page
        yield self._consent(stood)
        if not self.found:
            yield Page(why_zero=f"nobody changed in {_lists(chosen)}")

    def _first(self) -> Json:
        """Where the first walk begins. Who opts out while it is under way is told at its end."""
        self._learn_consent()
        return {"lists": {}, "consent": {"from": self.client.now().isoformat(), "told": []}}

    def _list(self, list_id: str, stood: Json) -> Iterator[Page[Json]]:
        place: Json = stood["lists"].get(list_id) or {
            "from": self.since.isoformat() if self.since else None, "seen": {},
        }  # fmt: skip
        since = datetime.fromisoformat(place["from"]) if place["from"] else None
        read = partial(self.lists.page, list_id, size=self.size, since=since)
        for step in steps(read, key_of, self.size, offset=int(place.get("offset", 0)), anchor=place.get("anchor", ())):
            if "began" not in place:  # only now: our own clock may be wrong, that of an answer is the platform's
                place = {**place, "began": self.client.now().isoformat(), "again": {}}
            seen = place["seen"]
            fresh = [one for one in step.fresh if one[KEY] not in seen or seen[one[KEY]] != _digest(one)]
            place = _moved(place, step)
            yield self._page(fresh, since, {**stood, "lists": {**stood["lists"], list_id: place}})
        ended = {"from": (datetime.fromisoformat(place["began"]) - OVERLAP).isoformat(), "seen": place["again"]}
        yield Page(cursor={**stood, "lists": {**stood["lists"], list_id: ended}})

    def _learn_consent(self) -> None:
        """Who must not be mailed, once in a walk."""
        if not self._knows_consent:
            self.suppressed.refresh()
            self._knows_consent = True

    def _page(self, fresh: Sequence[Json], since: datetime | None, cursor: Json) -> Page[Json]:
        if fresh:
            self._learn_consent()
        self.found += len(fresh)
        records = [self.suppressed.marked(self.people.noted(record)) for record in fresh]
        acts_since = since - HISTORY if since is not None and since != self.since else self.since
        to_read = [ToRead("activities", one[KEY], since=acts_since, changed_at=_changed_at(one)) for one in fresh]
        return Page(records=records, to_read=to_read, cursor=cursor)

    def _checked(self, list_id: str, stood: Json) -> Json:
        """Before the filter is relied on for the first time: does it filter? In another unit it hides everybody."""
        place = stood["lists"].get(list_id)
        if stood.get("filters") or (self.since is None and (place is None or place["from"] is None)):
            return stood
        filters = self.lists.filters(list_id)
        if filters is False:
            raise ContractError(
                f"list {list_id}: the filter modafter hides records that were modified since the year 2000",
                code="filter_unit",
                hint="Act-On seems to count in another unit than documented: tell the makers of leadloop",
            )
        return {**stood, "filters": True} if filters else stood

    def _consent(self, stood: Json) -> Page[Json]:
        """Contacts who opted out, complained or came back, though their records did not change."""
        began = self.client.now().isoformat()
        with reading():
            since = datetime.fromisoformat(stood["consent"]["from"]) - LATE
        met = {_short(f"{email} {at}"): email for email, at in self.suppressed.since(since)}
        news = {email for one, email in met.items() if one not in stood["consent"]["told"]}
        ids = self.people.with_addresses(news | self.suppressed.came_back())
        self.found += len(ids)
        to_read = [ToRead("contacts", id_, changed_at=since) for id_ in sorted(ids)]
        to_read += [ToRead("activities", id_, since=since - HISTORY, changed_at=since) for id_ in sorted(ids)]
        return Page(to_read=to_read, cursor={**stood, "consent": {"from": began, "told": sorted(met)}})


def _moved(place: Json, step: Step) -> Json:
    """The place after a page: where it goes on, and what the next walk will meet again."""
    begin = datetime.fromisoformat(place["began"]) - OVERLAP
    met = {record[KEY]: _digest(record) for record in step.fresh if (_changed_at(record) or _NEVER) >= begin}
    again = dict([*place["again"].items(), *met.items()][-MOST_SEEN:])
    return {**place, "offset": step.offset, "anchor": list(step.anchor), "again": again}


_NEVER: Final = datetime.max.replace(tzinfo=UTC)


def _changed_at(record: Json) -> datetime | None:
    at = record.get("modified_at")
    return datetime.fromisoformat(at) if at else None


def _digest(record: Json) -> str:
    """What tells two states of a record apart, whatever its times say."""
    return _short(json.dumps(record, sort_keys=True, default=str))


def _short(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def _lists(ids: Sequence[str]) -> str:
    return f"list {ids[0]}" if len(ids) == 1 else f"any of {len(ids)} lists"
