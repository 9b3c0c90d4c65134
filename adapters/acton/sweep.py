"""The daily walk: ids of all contacts, since Act-On tells no deletion; and histories to read again in turn.

A visit changes no record, so that no list shows it. Everybody's history is therefore read again, as many a day as the
connection allows: each contact's turn comes by its id and the day, so that nothing needs to be remembered.

Cursor: `list`, the list under way, with `offset` and `anchor` of the next page (see `paging`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from zlib import crc32

from msgspec import Struct

from adapters.acton.changes import HISTORY
from adapters.acton.lists import KEY, Lists
from adapters.acton.paging import Step, steps
from adapters.acton.people import People, key_of
from connector.adapter import Client, Page, ToRead
from connector.model import Json


class Sweep(Struct):
    """One walk over everybody. `histories`: how many may be read again each day."""

    client: Client
    lists: Lists
    people: People
    size: int
    histories: int

    def walk(self, cursor: Json | None) -> Iterator[Page[str]]:
        """Ids page by page; a walk that is finished leaves nothing for the next to go on from."""
        chosen = self.lists.chosen()
        stood: Json = cursor or {}
        begin = chosen.index(stood["list"]) if stood.get("list") in chosen else 0
        now = self.client.now()
        for list_id in chosen[begin:]:
            here = stood if stood.get("list") == list_id else {}
            read = partial(self.lists.page, list_id, size=self.size)
            offset, anchor = int(here.get("offset", 0)), here.get("anchor", ())
            for step in steps(read, key_of, self.size, offset=offset, anchor=anchor):
                place = {"list": list_id, "offset": step.offset, "anchor": list(step.anchor)}
                due = self._due(step, len(chosen), now)
                yield Page(records=[record[KEY] for record in step.fresh], to_read=due, cursor=place)
        yield Page(cursor={})

    def _due(self, step: Step, lists: int, now: datetime) -> list[ToRead]:
        """Whose turn it is today. A list's share of the day's calls decides how many days a turn takes."""
        share = self.histories // lists
        if share < 1:
            return []
        days = max(1, -(-step.total // share))
        since = now - max(HISTORY, timedelta(days=2 * days))  # a turn that nobody took is made good by the next
        due = [one for one in step.fresh if (crc32(one[KEY].encode()) + now.toordinal()) % days == 0]
        return [ToRead("activities", self.people.noted(record)[KEY], since=since) for record in due]
