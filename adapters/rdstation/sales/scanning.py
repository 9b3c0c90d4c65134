"""Which deals changed, as version 1 can be asked: newest change first, down to what is known.

There is no filter by change. The order by `updated_at` is not documented either, so it is looked at: the walk ends at
what is known only once deals were seen that stand in the order of changes and not in that of creation. Where the order
does not hold, or where the list ends at its ceiling of 10,000 rows without a word, all deals are read in windows of
their creation, which are halved until nothing is cut off. Pages have numbers: a deletion moves rows up, which the total
shows, and the page before is read again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from msgspec import Struct

from adapters.rdstation.sales.api import Step
from adapters.rdstation.sales.rows import Deal
from connector.errors import ContractError

CEILING: Final = 10_000
"""Rows of one filter that a list shows at most."""
BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
SMALLEST: Final = timedelta(seconds=2)
MOST_FALLEN: Final = 200
"""How often the total may fall under one walk: a mass deletion goes by, a total that swings does not."""
NEWEST_FIRST: Final = {"order": "updated_at", "direction": "desc"}


class DealPage(Struct, frozen=True):
    """One page; `total` is how many deals the filter fits, as far as the platform tells."""

    deals: Sequence[Deal]
    total: int
    has_more: bool


Ask = Callable[[Mapping[str, Any], int], DealPage]
"""The page of a number, of a list with these parameters."""


class Part(Struct, frozen=True):
    """A page, and whether the list ends with it before it told all that it counts."""

    deals: Sequence[Deal]
    total: int
    is_cut: bool


def changed(ask: Ask, since: datetime, now: datetime) -> Iterator[Step]:
    """Every deal that changed since then; the walk proves something only at its end."""
    seen: set[str] = set()
    last: Deal | None = None
    is_proven = False
    for part in parts(ask, NEWEST_FIRST):
        fresh = [deal for deal in part.deals if deal.id not in seen]
        seen.update(deal.id for deal in fresh)
        yield Step([deal for deal in fresh if deal.updated_at >= since])
        row = [*([last] if last else []), *fresh]
        if part.is_cut or any(later.updated_at > earlier.updated_at for earlier, later in pairwise(row)):
            break
        is_proven = is_proven or any(later.created_at > earlier.created_at for earlier, later in pairwise(row))
        last = row[-1] if row else None
        if is_proven and last is not None and last.updated_at < since:
            return
    else:
        return
    yield from _created(ask, since, BEGINNING, now + timedelta(days=1))


def parts(ask: Ask, params: Mapping[str, Any]) -> Iterator[Part]:
    """All pages of a list; what a deletion moved up is read again, so that some deals come twice.

    Raises ContractError for a list that leads nowhere: one page under every number, a total that swings for ever.
    """
    number, size, total, fallen = 1, 0, 0, 0
    before: list[str] = []
    while True:
        page = ask(params, number)
        size = size or len(page.deals)
        fell = total - page.total if number > 1 else 0
        total = page.total
        if fell > 0:
            fallen += 1
            if fallen > MOST_FALLEN:
                raise ContractError("RD Station CRM counts fewer and fewer deals, page after page")
            number, before = max(1, number - 1 - fell // max(1, size)), []
            continue
        shown = [deal.id for deal in page.deals]
        if shown and shown == before:
            raise ContractError(f"RD Station CRM gave one page of deals as number {number - 1} and {number}")
        before = shown
        told = (number - 1) * size + len(page.deals)
        yield Part(page.deals, total, is_cut=not page.has_more and (told < total or total >= CEILING))
        if not page.has_more:
            return
        number += 1


def _created(ask: Ask, since: datetime, start: datetime, end: datetime) -> Iterator[Step]:
    """The deals that were made between two moments and changed since; a window too large for a list is halved."""
    params = {
        "created_at_period": "true", "start_date": _told(start), "end_date": _told(end), "order": "created_at",
        "direction": "asc",
    }  # fmt: skip
    is_cut = False
    for part in parts(ask, params):
        is_cut = part.is_cut or part.total > CEILING
        if is_cut:
            break
        yield Step([deal for deal in part.deals if deal.updated_at >= since])
    if not is_cut:
        return
    if end - start < SMALLEST:
        raise ContractError(f"RD Station CRM shows {CEILING} deals of one moment, and there are more")
    middle = start + (end - start) / 2
    yield from _created(ask, since, start, middle)
    yield from _created(ask, since, middle, end)


def _told(at: datetime) -> str:
    """A bound of a window. Its zone is not documented: the outermost bounds reach days too far, the others meet."""
    return f"{at:%Y-%m-%dT%H:%M:%S}"
