"""Rows that are paged by number while they change: everybody who stays is met."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from adapters.acton.paging import Slice, steps

SIZE = 6


def walked(rows, change, *, total=True, offset=0, anchor=()):
    """Keys in the order in which a walk met them; `change` edits the rows after each page."""
    met = []

    def read(at):
        return Slice([{"key": one} for one in rows[at : at + SIZE]], len(rows) if total else -1)

    for number, step in enumerate(steps(read, lambda row: row["key"], SIZE, offset=offset, anchor=anchor)):
        met += [row["key"] for row in step.fresh]
        change(number, rows)
    return met


@given(count=st.integers(0, 40), total=st.booleans())
def test_rows_that_stay_are_met_once_in_order(count, total):
    rows = [str(number) for number in range(count)]
    assert walked(rows, lambda _number, _rows: None, total=total) == rows


@given(gone=st.lists(st.integers(0, 30), max_size=8), total=st.booleans())
def test_rows_that_go_take_nobody_along(gone, total):
    rows = [str(number) for number in range(30)]
    leaving = iter(gone)

    def change(_number, rows):
        one = str(next(leaving, -1))
        if one in rows:
            rows.remove(one)

    met = walked(rows, change, total=total)
    assert set(rows) <= set(met)


@given(places=st.lists(st.integers(0, 30), max_size=5))
def test_rows_that_come_hide_nobody_who_was_there(places):
    rows = [str(number) for number in range(30)]
    coming = iter(places)

    def change(number, rows):
        if (place := next(coming, None)) is not None:
            rows.insert(min(place, len(rows)), f"new-{number}")

    assert {str(number) for number in range(30)} <= set(walked(rows, change))


def test_a_walk_that_was_cut_short_goes_on_and_steps_back_for_what_moved():
    rows = [str(number) for number in range(20)]
    del rows[:4]
    assert walked(rows, lambda _number, _rows: None, offset=11, anchor=["11"])[-5:] == ["15", "16", "17", "18", "19"]
    assert set(walked(rows, lambda _number, _rows: None, offset=11, anchor=["11"])) >= set(rows[8:])


def test_a_list_that_was_emptied_meanwhile_ends_the_walk():
    assert walked([], lambda _number, _rows: None, offset=12, anchor=["12"]) == []


def test_fewer_rows_than_asked_for_do_not_end_a_walk_that_has_more():
    rows = [str(number) for number in range(10)]

    def read(at):
        return Slice([{"key": one} for one in rows[at : at + 3]], 10)  # the platform gives less than was asked for

    assert [row["key"] for step in steps(read, lambda row: row["key"], SIZE) for row in step.fresh] == rows
