"""A field that holds the time of a decision is believed where it can be true: not of another decision, not ahead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.model import CrmRecord

DAY0 = datetime(2026, 11, 1, tzinfo=UTC)
LINES = """
decisions:
  - {is: won,       object: Deal, when: {status: won},  at: won_time}
  - {is: lost,      object: Deal, when: {status: lost}, at: lost_time, reason: why}
  - {is: qualified, object: Deal, when: {status: open}, at: add_time}
"""


def at(days: float) -> str:
    return (DAY0 + timedelta(days=days)).isoformat()


def deal(changed: float, **fields: Any) -> CrmRecord:
    return CrmRecord("Deal", "1", {"add_time": at(0), **fields}, DAY0 + timedelta(days=changed), created_at=DAY0)


LOST = deal(3, status="lost", lost_time=at(3))


def told(crm: Any, now: CrmRecord, before: CrmRecord | None = None) -> list[tuple[str, datetime, str]]:
    return [(one.kind, one.at, one.precision) for one in crm(LINES).decisions_of(now, before)]


def test_a_deal_that_is_open_again_became_so_now_and_not_when_it_was_made(crm):
    assert told(crm, deal(5, status="open"), LOST) == [("qualified", DAY0 + timedelta(days=5), "poll")]


def test_a_deal_that_is_new_to_us_is_dated_by_its_field(crm):
    assert told(crm, deal(5, status="open")) == [("qualified", DAY0, "exact")]


def test_a_closing_that_sales_dates_back_is_dated_so(crm):
    now = deal(5, status="won", won_time=at(2))
    assert told(crm, now, deal(4, status="open")) == [("won", DAY0 + timedelta(days=2), "exact")]


def test_a_reason_that_came_late_keeps_the_time_of_its_decision(crm):
    now = deal(6, status="lost", lost_time=at(3), why="Price")
    assert told(crm, now, LOST) == [("lost", DAY0 + timedelta(days=3), "exact")]


@pytest.mark.parametrize("ahead", [at(6), at(300), (DAY0 + timedelta(days=40)).date().isoformat()])
def test_what_has_happened_is_dated_no_later_than_the_record_shows_it(crm, ahead: str):
    """People type the day on which they expect the money, or a wrong year: later decisions would not count."""
    now = deal(5, status="won", won_time=ahead)
    assert told(crm, now, deal(4, status="open")) == [("won", DAY0 + timedelta(days=5), "poll")]
