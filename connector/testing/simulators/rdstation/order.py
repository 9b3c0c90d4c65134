"""Contacts in the order of their last conversion, kept sorted as they convert: a page is a slice, whatever the size."""

from __future__ import annotations

from bisect import bisect_left, insort
from datetime import datetime


class Order:
    """Ids by (last conversion, id). Those that never converted stand together, first or last."""

    def __init__(self, *, nulls_first: bool) -> None:
        self.nulls_first = nulls_first
        self._dated: list[tuple[datetime, str]] = []
        self._undated: dict[str, None] = {}

    def __len__(self) -> int:
        return len(self._dated) + len(self._undated)

    def put(self, uuid: str, at: datetime | None) -> None:
        if at is None:
            self._undated[uuid] = None
        else:
            insort(self._dated, (at, uuid))

    def drop(self, uuid: str, at: datetime | None) -> None:
        if at is None:
            self._undated.pop(uuid, None)
            return
        place = bisect_left(self._dated, (at, uuid))
        if self._dated[place : place + 1] == [(at, uuid)]:
            del self._dated[place]

    def page(self, number: int, size: int, *, descending: bool) -> list[str]:
        """Ids of one page, counted from 1."""
        start, stop = (number - 1) * size, number * size
        nulls = len(self._undated) if self.nulls_first else 0
        first = list(self._undated)[start:stop] if self.nulls_first else []
        dated = self._slice(max(0, start - nulls), max(0, stop - nulls), descending=descending)
        if self.nulls_first:
            return first + dated
        done = len(self._dated)
        return dated + list(self._undated)[max(0, start - done) : max(0, stop - done)]

    def _slice(self, start: int, stop: int, *, descending: bool) -> list[str]:
        if descending:
            count = len(self._dated)
            rows = self._dated[max(0, count - stop) : max(0, count - start)][::-1]
        else:
            rows = self._dated[start:stop]
        return [uuid for _, uuid in rows]
