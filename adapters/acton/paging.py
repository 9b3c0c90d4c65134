"""Walking rows that are paged by number while they change.

Nothing is documented of their order. Each page begins a little before the last one ended and must hold a row of that
end: rows that came to be push others down (repeats, which are left out), rows that went pull others up (the walk steps
back until it meets what it knows).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from msgspec import Struct

from connector.adapter import Answer, Client
from connector.errors import ContractError
from connector.model import Json

OVERLAP_SHARE: Final = 20
"""A twentieth of each page is read twice."""


class Slice(Struct, frozen=True):
    """Rows from one place on, and how many there are in all (negative: not told)."""

    rows: Sequence[Json]
    total: int


class Step(Struct, frozen=True):
    """What one page brought that the page before did not have, and where the walk goes on."""

    fresh: Sequence[Json]
    offset: int
    anchor: tuple[str, ...]
    total: int


def steps(
    read: Callable[[int], Slice], key: Callable[[Json], str], size: int, *, offset: int = 0, anchor: Sequence[str] = ()
) -> Iterator[Step]:
    """All rows from `offset` on, `size` at a time; `anchor` holds the keys with which the page before ended."""
    overlap = max(1, size // OVERLAP_SHARE)
    known = set(anchor)
    while True:
        page = read(offset)
        keys = [key(row) for row in page.rows]
        if offset > 0 and known and known.isdisjoint(keys):
            offset = max(0, offset - size // 2)
            continue
        end = offset + len(keys)
        is_last = not keys or (end >= page.total if page.total >= 0 else len(keys) < size)
        offset = max(end - overlap, offset + 1)
        fresh = [row for row, one in zip(page.rows, keys, strict=True) if one not in known]
        yield Step(fresh, offset, tuple(keys[-overlap:]), page.total)
        if is_last:
            return
        known = set(keys)


def result_of(client: Client, path: str, params: Json, offset: int, *, name: str = "result") -> Slice:
    """Rows under `name` of one answer, from a place on. Raises ContractError when it holds no such thing."""
    return rows_in(client.request("GET", path, params={**params, "offset": offset}), name)


def rows_in(answer: Answer, name: str) -> Slice:
    """The rows under `name`, in the order given."""
    body: Any = answer.json()
    rows = body.get(name) if isinstance(body, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ContractError(f"the answer holds no list of '{name}'")
    total = body.get("totalCount")
    return Slice(rows, total if isinstance(total, int) else -1)
