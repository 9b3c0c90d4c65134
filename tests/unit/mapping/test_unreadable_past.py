"""An amount or a time of a record's past that is none: what the record says now, and when, is learned all the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.errors import RecordError
from connector.model import CrmRecord, FieldChange

DAY0 = datetime(2026, 11, 1, tzinfo=UTC)
LINES = """
decisions:
  - {is: won,       object: Opportunity, when: {StageName: Won}, amount: Amount, at: Closed}
  - {is: qualified, object: Opportunity, when: {StageName: Offer}, amount: Amount}
"""


def day(n: float) -> datetime:
    return DAY0 + timedelta(days=n)


def deal(at: float, *history: FieldChange, **fields: Any) -> CrmRecord:
    return CrmRecord("Opportunity", "006A", fields, day(at), changed_by="005B", history=history, created_at=DAY0)


def changed(at: float, field: str, old: Any, new: Any, precision: Any = "exact") -> FieldChange:
    return FieldChange(day(at), field, old, new, "005A", precision)


REOPENED = deal(
    5,
    changed(2, "StageName", "Offer", "Won"),
    changed(3, "StageName", "Won", "Offer"),
    changed(4, "Amount", "a lot", 900),
    StageName="Offer",
    Amount=900,
)


def test_an_amount_that_was_none_costs_the_decision_its_amount_and_no_more(crm):
    found = crm(LINES).decisions_of(REOPENED)
    assert [(one.kind, one.at, one.amount) for one in found[1:]] == [("won", day(2), None), ("qualified", day(3), 900)]


def test_what_was_left_out_of_a_past_decision_is_told_with_its_field_and_moment(crm):
    left_out: list[RecordError] = []
    crm(LINES).decisions_of(REOPENED, left_out=left_out)
    assert {(error.field, error.code) for error in left_out} == {("Amount", "bad_number")}
    assert f"won of {day(2):%Y-%m-%d %H:%M}" in [error.message for error in left_out][-1]
    assert not any("a lot" in error.message for error in left_out)
    assert len({error.place for error in left_out}) == len(left_out), "each is a reject of its own"


@pytest.mark.parametrize("wrong", ["a lot", None])
def test_an_amount_that_sales_gave_or_corrected_later_is_the_decisions_own(crm, wrong: Any):
    left_out: list[RecordError] = []
    history = changed(2, "StageName", "New", "Won"), changed(4, "Amount", wrong, 900)
    [won] = crm(LINES).decisions_of(deal(5, *history, StageName="Won", Amount=900), left_out=left_out)
    assert (won.kind, won.at, won.amount) == ("won", day(2), 900)
    assert left_out == []


def test_a_time_of_a_past_state_that_is_none_leaves_the_time_of_its_change(crm):
    left_out: list[RecordError] = []
    history = (
        changed(2, "StageName", "New", "Won", "date"),
        changed(3, "Closed", "soon", None),
        changed(3, "StageName", "Won", "New"),
    )
    [won] = crm(LINES).decisions_of(deal(5, *history, StageName="New", Closed=None), left_out=left_out)
    assert (won.at, won.precision) == (day(2), "date")
    assert [error.field for error in left_out] == ["Closed"]


def test_how_a_record_stood_when_it_was_last_seen_need_not_be_readable(crm):
    """A line of the mapping that got an amount reads what was saved before it had one."""
    before = deal(1, StageName="Won", Amount="a lot")
    assert crm(LINES).decisions_of(deal(2, StageName="Won", Amount=900), before) == []
    assert [one.kind for one in crm(LINES).decisions_of(deal(2, StageName="Offer", Amount=900), before)] == [
        "qualified"
    ]


def test_a_present_amount_that_is_none_still_rejects_the_record(crm):
    with pytest.raises(RecordError, match="'Amount' is no number"):
        crm(LINES).decisions_of(deal(5, changed(2, "StageName", "New", "Won"), StageName="Won", Amount="a lot"))
