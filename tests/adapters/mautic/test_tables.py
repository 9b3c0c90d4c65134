"""The place in a table: whatever shows late, as long as it shows in time, is passed on once and only once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.mautic.tables import LATE, MOST_SEEN, begin, high, moved, place_at
from connector.testing.conformance.clock import BEGIN

ROWS = st.lists(
    st.tuples(st.integers(0, 3600), st.integers(0, int(LATE.total_seconds()))), min_size=1, max_size=30
)  # fmt: skip
LOOKS = st.lists(st.integers(0, 4000), max_size=12)


@settings(deadline=None, max_examples=200)
@given(rows=ROWS, looks=LOOKS)
@example(rows=[(0, 2), (1, 0)], looks=[1])
def test_every_row_is_passed_on_once_however_late_it_shows_and_whenever_we_look(rows, looks):
    given_out = sorted(rows)  # ids are given out in the order of time; each row shows some seconds later
    place, told = place_at(BEGIN), Counter()
    for look in [*sorted(looks), 8000]:
        now = BEGIN + timedelta(seconds=look)
        shown = [id_ for id_, (at, late) in enumerate(given_out, 1) if at + late <= look]
        found = [id_ for id_ in shown if id_ > begin(place)]
        told.update(id_ for id_ in found if id_ not in place["seen"])
        if found:
            place = moved(place, now, found)
    assert told == Counter(range(1, len(rows) + 1))


def test_a_first_read_of_a_long_table_keeps_its_place_small():
    place, now = place_at(BEGIN), BEGIN
    for page in range(100):
        now += timedelta(seconds=1)
        place = moved(place, now, range(page * 500 + 1, page * 500 + 501))
    assert (high(place), len(place["seen"])) == (50_000, MOST_SEEN)
    assert len(place["marks"]) <= 12


def test_reading_begins_where_a_look_that_came_late_enough_read_past():
    place = moved(place_at(BEGIN), BEGIN + timedelta(minutes=1), [1, 2, 3])
    assert begin(place) == 0
    assert begin(moved(place, BEGIN + timedelta(minutes=7), [1, 2, 3])) == 3


def test_the_next_look_settles_even_a_first_read_of_a_few_seconds():
    place = moved(place_at(BEGIN), BEGIN + timedelta(seconds=12), [1, 2, 3])
    assert begin(moved(place, BEGIN + timedelta(hours=2), [1, 2, 3])) == 3


def test_a_page_moves_the_beginning_no_further_than_it_read():
    place = moved(place_at(BEGIN), BEGIN + timedelta(minutes=1), [1, 2, 3])
    assert begin(moved(place, BEGIN + timedelta(minutes=7), [1, 2])) == 0
