"""Deletions and merges: the recycle bin of every object, and the contacts that absorbed others.

The bin is a list by id without times to ask for: it is walked whole, one that fills several pages once an hour, and
only what came into it since the last walk is told. It keeps records for 90 days. A person erased for good (GDPR) is
nowhere: that is found by the next write, or by the walk over everybody on the marketing side.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from adapters.hubspot.api import MAX_FOUND, MAX_LISTED, Api
from adapters.hubspot.survivors import MERGED, merged_into
from adapters.hubspot.walking import OVERLAP_MS, Mark, moment, ms, walk
from connector.adapter import Page, Removal
from connector.adapter.nameless import told_apart
from connector.errors import ContractError
from connector.model import Json

CONTACTS: Final = "contacts"
EVERY_MS: Final = 60 * 60 * 1000
_ABSORBED: Final = ({"propertyName": MERGED, "operator": "HAS_PROPERTY"},)


class Bin(Struct, frozen=True):
    """Where the walk over one recycle bin stands. `since_ms`: what was deleted before is told already.

    `due_ms`: when it is to be walked again. `began_ms` is when the present walk began, 0 between two walks; `after` its
    next page.
    """

    since_ms: int = 0
    due_ms: int = 0
    began_ms: int = 0
    after: str | None = None

    def stored(self) -> Json:
        """As JSON."""
        return {"since": self.since_ms, "due": self.due_ms, "began": self.began_ms, "after": self.after}

    @classmethod
    def read(cls, stored: Json | None) -> Bin:
        """As it was stored."""
        if stored is None:
            return cls()
        return cls(int(stored["since"]), int(stored["due"]), int(stored["began"]), stored["after"])

    def closed(self) -> Bin:
        """After its last page; one page alone may be read at any time."""
        due_ms = 0 if self.after is None else self.began_ms + EVERY_MS
        return Bin(since_ms=max(self.since_ms, self.began_ms - OVERLAP_MS), due_ms=due_ms)


def pages(api: Api, objects: Sequence[str], cursor: Json | None, *, limit: int = MAX_FOUND) -> Iterator[Page[Removal]]:
    """Merges first, then the bins; every page carries where all of them stand."""
    stored = dict(cursor or {})
    begin = Mark.read(stored.get("merges"), None)
    for rows, mark in walk(api, CONTACTS, begin, [MERGED], where=_ABSORBED, limit=limit):
        stored["merges"] = mark.stored()
        named, bad = told_apart(rows, CONTACTS, changed="updatedAt")  # a row is the winner: it is still there
        merges = [Removal(loser, str(row["id"]), object=CONTACTS) for row in named for loser in merged_into(row)]
        zero = None if merges or bad else "nobody was merged since the last read"
        yield Page(merges, dict(stored), bad=bad, why_zero=zero)
    for name in objects:
        for rows, bin_ in _bin(api, name, Bin.read(stored.get(name)), min(limit, MAX_LISTED)):
            stored[name] = bin_.stored()
            named, bad = told_apart(rows, name, changed="archivedAt", gone=True)
            removals = [Removal(str(row["id"]), at=_archived_at(row), object=name) for row in named]
            zero = None if removals or bad else f"no {name} deleted since the last read"
            yield Page(removals, dict(stored), bad=bad, why_zero=zero)


def _bin(api: Api, name: str, bin_: Bin, limit: int) -> Iterator[tuple[list[Json], Bin]]:
    """What came into a bin since its last walk, page by page, with where the walk then stands."""
    now = ms(api.client.now())
    if not bin_.began_ms:
        if now < bin_.due_ms:
            return
        bin_ = replace(bin_, began_ms=now)
    while True:
        found = api.listed(name, bin_.after, archived=True, limit=limit)
        rows = [row for row in found.rows if _is_new(row, bin_.since_ms)]
        if found.next is None:
            yield rows, bin_.closed()
            return
        if found.next == bin_.after:
            raise ContractError(f"the list of deleted {name} names the same next page again")
        bin_ = replace(bin_, after=found.next)
        yield rows, bin_


def _is_new(row: Json, since_ms: int) -> bool:
    at = _archived_at(row)
    return at is None or ms(at) >= since_ms


def _archived_at(row: Json) -> datetime | None:
    return moment(row["archivedAt"]) if row.get("archivedAt") else None
