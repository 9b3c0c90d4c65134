"""Whatever the list is like, every deal that changed is told: a property over pages, orders and ceilings."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.rdstation.sales.rows import Deal
from adapters.rdstation.sales.scanning import BEGINNING, NEWEST_FIRST, DealPage, changed
from connector.errors import ContractError

BEGIN = BEGINNING + timedelta(days=9000)
NOW = BEGIN + timedelta(days=400)


def deals_of(changes):
    """Deals made a minute apart, each changed so many hours after that."""
    made = [BEGIN + timedelta(minutes=number) for number in range(len(changes))]
    return [
        Deal(str(number), "", "ongoing", at, at + timedelta(hours=hours))
        for number, (at, hours) in enumerate(zip(made, changes, strict=True))
    ]


def asker(deals, *, size, ceiling, heeds):
    def ask(params, page):
        rows = deals
        if "start_date" in params:
            start, end = (datetime.fromisoformat(params[name]) for name in ("start_date", "end_date"))
            rows = [one for one in deals if start <= one.created_at.replace(tzinfo=None) <= end]
        by_change = params["order"] == NEWEST_FIRST["order"] and heeds
        rows = sorted(
            rows,
            key=lambda one: one.updated_at if by_change else one.created_at,
            reverse=params["direction"] == "desc",
        )
        reachable = rows[:ceiling]
        start = (page - 1) * size
        return DealPage(reachable[start : start + size], len(rows), has_more=start + size < len(reachable))

    return ask


@given(
    changes=st.lists(st.integers(0, 200), max_size=40),
    since_h=st.integers(0, 250),
    size=st.integers(2, 7),
    ceiling=st.integers(3, 50),
    heeds=st.booleans(),
)
def test_every_deal_that_changed_since_is_told(changes, since_h, size, ceiling, heeds):
    deals = deals_of(changes)
    since = BEGIN + timedelta(hours=since_h)
    told = {
        one.id
        for step in changed(asker(deals, size=size, ceiling=ceiling, heeds=heeds), since, NOW)
        for one in step.deals
    }
    assert told == {one.id for one in deals if one.updated_at >= since}


def test_one_page_under_every_number_is_no_list():
    page = DealPage(deals_of([1, 2, 3]), 300, has_more=True)
    with pytest.raises(ContractError, match="as number 1 and 2"):
        list(changed(lambda _params, _page: page, BEGIN, NOW))


def test_a_total_that_swings_does_not_keep_a_walk_busy_for_ever():
    deals = deals_of(range(40))

    def ask(_params, page):
        return DealPage(deals[page * 3 : page * 3 + 3], 40 + page % 2, has_more=True)

    with pytest.raises(ContractError, match="fewer and fewer"):
        list(changed(ask, BEGIN, NOW))
