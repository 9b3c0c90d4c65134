"""The list of all contacts when it is out of order: no walk takes for read, or for gone, what it was not shown."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest

from connector.errors import RetryableError
from connector.testing.conformance.marketing.keeping import Kept
from connector.testing.simulator import Fault

LIST = "/segmentations/"
WALKS = {"pull": lambda adapter: adapter.changes(None), "sweep": lambda adapter: adapter.everyone(None)}


@pytest.fixture
def world(rdstation):
    """Three pages of contacts."""
    world = rdstation()
    for number in range(3 * world.page_size - 5):
        world.clock.advance(60)
        world.act(world.add(number))
    return world


def broken(world, edit, *, skip=0, times=1):
    world.simulator.faults.append(Fault("edit_after", path=LIST, skip=skip, times=times, edit=edit))
    return world.adapter()


@pytest.mark.parametrize("walk", WALKS)
def test_an_empty_page_in_the_middle_is_not_the_end(world, walk):
    adapter = broken(world, lambda reply: replace(reply, body={"contacts": []}), skip=1)
    pages = []
    with pytest.raises(RetryableError, match="nothing as page 2"):
        pages += WALKS[walk](adapter)
    assert not [page.cursor for page in pages if page.cursor and page.cursor.keys() & {"mark", "seen"}]


@pytest.mark.parametrize("walk", WALKS)
def test_a_page_that_comes_again_under_the_next_number_is_not_the_next(world, walk):
    first = []

    def again(reply):
        first.append(reply)
        return first[0]

    with pytest.raises(RetryableError, match="page 1 again as page 2"):
        list(WALKS[walk](broken(world, again, times=1000)))


@pytest.mark.parametrize("walk", WALKS)
def test_a_count_that_goes_up_and_down_does_not_keep_a_walk_busy_for_ever(world, walk):
    asked = count()

    def swings(reply):
        total = int(reply.headers["pagination-total-rows"]) + next(asked) % 2
        return replace(reply, headers={**reply.headers, "pagination-total-rows": str(total)})

    with pytest.raises(RetryableError, match="shrank"):
        list(WALKS[walk](broken(world, swings, times=100_000)))


@pytest.mark.parametrize("time", ["yesterday", 17, "0001-01-01T00:00:00+14:00"])
def test_a_time_that_cannot_be_read_stops_no_sweep(world, time):
    def spoil(reply):
        rows = [{**row, "last_conversion_date": time} for row in reply.body["contacts"][:3]]
        return replace(reply, body={"contacts": rows + reply.body["contacts"][3:]})

    assert Kept().sweep(broken(world, spoil, times=1000)) == set(world.simulator.account.contacts)
