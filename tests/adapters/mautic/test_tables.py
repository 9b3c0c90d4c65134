"""The place in a table: whatever shows late, as long as it shows in time, is passed on once; little is read twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.mautic.runs import holds, joined, past
from adapters.mautic.tables import LATE, MOST_RUNS, begin, high, moved, new_rows, place_at
from connector.testing.conformance.clock import BEGIN

LATE_S = int(LATE.total_seconds())
ROWS = st.lists(
    st.tuples(st.integers(0, 3600), st.integers(0, LATE_S) | st.none()), min_size=1, max_size=40
)  # fmt: skip
LOOKS = st.lists(st.integers(0, 4000), max_size=12)


@dataclass
class Table:
    """A table and the client that asks it: the second at which each id shows, how long it is by now, what was asked."""

    shows: Mapping[int, int]
    at_s: int = 0
    asked: list[int] = field(default_factory=list)

    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=self.at_s)

    def request(self, _method: str, _path: str, *, params: Mapping[str, Any]) -> Table:
        self.asked.append(params["where[0][val]"])
        shown = sorted(id_ for id_, at in self.shows.items() if at <= self.at_s and id_ > self.asked[-1])
        self.answer = shown[: params["limit"]]
        return self

    def json(self, only: Any = None) -> Any:
        return {"stats": [{"id": str(id_)} for id_ in self.answer]}

    def look(self, place: Any, at_s: int, size: int = 3) -> tuple[list[int], Any]:
        """What a look at this moment passes on, and the place after it as a store gives it back."""
        self.at_s = at_s
        self.asked.clear()
        told: list[int] = []
        for rows, after in new_rows(self, "page_hits", place, (), size) or ():
            place = json.loads(json.dumps(after))
            told += [int(row["id"]) for row in rows]
        return told, place


@settings(deadline=None, max_examples=200)
@given(rows=ROWS, looks=LOOKS, size=st.integers(1, 4))
@example(rows=[(0, 2), (1, 0)], looks=[1], size=3)
@example(rows=[(0, LATE_S), (1, 0)], looks=[1, LATE_S - 1], size=3)
def test_every_row_is_passed_on_once_however_late_it_shows_and_whenever_we_look(rows, looks, size):
    given_out = sorted(rows, key=lambda row: row[0])  # ids are given out in the order of time; some are never used
    table = Table({id_: at + late for id_, (at, late) in enumerate(given_out, 1) if late is not None})
    place, told = place_at(BEGIN), Counter()
    for look in [*sorted(looks), 8000]:
        some, place = table.look(place, look, size)
        told.update(some)
    assert told == Counter(table.shows.keys())


@settings(deadline=None, max_examples=200)
@given(sizes=st.lists(st.sets(st.integers(1, 40), max_size=20), max_size=4))
def test_runs_hold_what_was_met_and_lead_past_it(sizes):
    met = set().union(*sizes)
    runs: list[list[int]] = []
    for ids in sizes:
        runs = joined(runs, ids)
    assert {id_ for id_ in range(50) if holds(runs, id_)} == met
    for id_ in range(50):
        assert past(runs, id_) == next(after for after in range(id_, 60) if after + 1 not in met)


def test_a_first_read_of_seconds_is_not_read_again():
    table = Table(dict.fromkeys(range(1, 101), 0))
    _, place = table.look(place_at(BEGIN), 10)
    assert len(table.asked) == 34
    told, place = table.look(place, 10 + LATE_S)
    assert (told, table.asked, begin(place)) == ([], [100], 100)


def test_a_row_that_shows_late_within_a_first_read_is_found_where_its_id_is_missing():
    table = Table({**dict.fromkeys(range(1, 101), 0), 50: 200, 70: 10_000})
    _, place = table.look(place_at(BEGIN), 10)
    told, place = table.look(place, 10 + LATE_S)
    assert (told, table.asked) == ([50], [49, 69, 100])  # a row 70 that was never written
    assert (begin(place), place["runs"]) == (100, [])


def test_a_place_that_does_not_change_is_not_saved_again():
    table = Table(dict.fromkeys(range(1, 10), 0))
    _, place = table.look(place_at(BEGIN), 10)
    _, place = table.look(place, 10 + LATE_S)
    assert list(new_rows(table, "page_hits", place, (), 3)) == []


def test_a_first_read_that_was_stopped_goes_on_where_it_was():
    table = Table(dict.fromkeys(range(1, 101), 0))
    place = next(iter(new_rows(table, "page_hits", place_at(BEGIN), (), 60)))[1]
    table.look(place, 20, 60)
    assert table.asked == [60]


@pytest.mark.parametrize("apart", [1, 2])
def test_a_first_read_of_a_long_table_keeps_its_place_small(apart):
    place, now = place_at(BEGIN), BEGIN
    for page in range(20):
        now += timedelta(seconds=1)
        ids = range(page * 1000 + 1, page * 1000 + 1001, apart)
        place = moved(place, now, page * 1000, ids)
    assert len(place["runs"]) == (1 if apart == 1 else MOST_RUNS)
    assert high(place) == 20_001 - apart
    assert len(place["marks"]) <= 12


def test_a_place_of_an_earlier_version_is_read_again_from_its_mark():
    table = Table(dict.fromkeys(range(1, 6), 0))
    told, place = table.look({"marks": [[BEGIN.isoformat(), 2]], "seen": [3, 4]}, 60)
    assert (told, set(place)) == ([3, 4, 5], {"marks", "runs"})


def test_reading_begins_where_a_look_that_came_late_enough_read_past():
    place = moved(place_at(BEGIN), BEGIN + timedelta(minutes=1), 0, [1, 2, 3])
    assert begin(place) == 0
    assert begin(moved(place, BEGIN + timedelta(minutes=7), 3, [])) == 3


def test_a_page_moves_the_beginning_no_further_than_it_read():
    place = moved(place_at(BEGIN), BEGIN + timedelta(minutes=1), 0, [1, 2, 4])
    assert begin(moved(place, BEGIN + timedelta(minutes=7), 0, [])) == 0
    assert begin(moved(place, BEGIN + timedelta(minutes=7), 2, [3])) == 4
