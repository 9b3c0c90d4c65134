"""A store in a few lines, for suites: a page and its cursor are kept together, and a crash may come after any page."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from connector.adapter import MarketingAdapter, Page, ToRead
from connector.model import Json


class Crash(Exception):
    """The process dies."""


@dataclass(slots=True)
class Kept:
    """What survives a crash."""

    contacts: dict[str, Json] = field(default_factory=dict)
    acts: set[str] = field(default_factory=set)
    waiting: dict[tuple[str, str], ToRead] = field(default_factory=dict)
    cursors: dict[str, Json] = field(default_factory=dict)
    named: Counter[str] = field(default_factory=Counter)
    """How often a walk of `changes` named each contact."""
    why_zero: list[str] = field(default_factory=list)

    def pull(
        self,
        adapter: MarketingAdapter,
        *,
        crash_after: int | None = None,
        between: Callable[[int], None] = lambda _number: None,
    ) -> None:
        """One pass: changed contacts, acts, and what is still to be read."""
        spec = adapter.spec
        for page in self._walk("changes", adapter.changes(self.cursors.get("changes")), crash_after, between):
            self.named.update(_at(record, spec.contact_key) for record in page.records)
            self.named.update(one.id for one in page.to_read if one.stream == "contacts")
            self.contacts.update({_at(record, spec.contact_key): record for record in page.records})
        if spec.capabilities.has_activity_feed:
            for page in self._walk("activities", adapter.activities(self.cursors.get("activities"))):
                self.acts.update(_key(adapter, record) for record in page.records)
        self.read_waiting(adapter)

    def sweep(
        self,
        adapter: MarketingAdapter,
        *,
        crash_after: int | None = None,
        between: Callable[[int], None] = lambda _number: None,
    ) -> set[str]:
        """Ids that a walk over everybody names."""
        ids: set[str] = set()
        try:
            for page in self._walk("everyone", adapter.everyone(self.cursors.get("everyone")), crash_after, between):
                ids.update(page.records)
        except Crash:
            return ids
        return ids

    def read_waiting(self, adapter: MarketingAdapter) -> None:
        """Read what pages named and nobody has read yet."""
        ids = [id_ for stream, id_ in self.waiting if stream == "contacts"]
        for answer in adapter.contacts(ids) if ids else ():
            if answer.record is not None:
                self.contacts[answer.merged_into or answer.id] = answer.record
            del self.waiting["contacts", answer.id]
        for (stream, id_), asked in list(self.waiting.items()):
            for page in adapter.activities_of(id_, asked.since):
                self.acts.update(_key(adapter, record) for record in page.records)
            del self.waiting[stream, id_]

    def _walk(
        self,
        stream: str,
        pages: Iterator[Page[Any]],
        crash_after: int | None = None,
        between: Callable[[int], None] = lambda _number: None,
    ) -> Iterator[Page[Any]]:
        for number, page in enumerate(pages, 1):
            self._keep(stream, page)
            yield page
            if number == crash_after:
                raise Crash
            between(number)

    def _keep(self, stream: str, page: Page[Any]) -> None:
        """The transaction of a page. The cursor goes through JSON, as it does in a store."""
        for one in page.to_read:
            known = self.waiting.get((one.stream, one.id), one)
            self.waiting[one.stream, one.id] = one if _reaches_back(one, known) else known
        if page.cursor is not None:
            self.cursors[stream] = json.loads(json.dumps(page.cursor))
        if page.why_zero:
            self.why_zero.append(page.why_zero)


def _reaches_back(one: ToRead, other: ToRead) -> bool:
    """Does it ask for at least as much? As in the engine's store, the older wish wins, and none is the oldest."""
    return one.since is None or (other.since is not None and one.since <= other.since)


def _key(adapter: MarketingAdapter, act: Json) -> str:
    """What makes an act unique: its id, else its content."""
    key = adapter.spec.activity_key
    return str(_at(act, key)) if key else json.dumps(act, sort_keys=True)


def _at(record: Any, path: str) -> str:
    for part in path.split("."):
        record = record[part]
    return str(record)
