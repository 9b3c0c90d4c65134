"""The hot pull: newest first, and the mark moves only when the old one was met."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.errors import RemoteRefusal
from connector.testing.conformance.clock import BEGIN
from connector.testing.simulator import Fault, Reply


def walk(world, cursor=None):
    """Pages of one walk and the cursor after it."""
    pages = list(world.adapter().changes(cursor))
    return pages, pages[-1].cursor


def contacts_named(pages):
    return [one.id for page in pages for one in page.to_read if one.stream == "contacts"]


def convert(world, count, *, apart_s=60):
    ids = [world.add(number) for number in range(count)]
    for contact_id in ids:
        world.clock.advance(apart_s)
        world.act(contact_id)
    return ids


def test_only_the_last_page_moves_the_mark(rdstation):
    world = rdstation()
    convert(world, 45)
    pages, _ = walk(world)
    assert [page.cursor is None for page in pages] == [True, True, False]


def test_the_newest_come_first_with_the_time_that_orders_them(rdstation):
    world = rdstation()
    ids = convert(world, 3)
    (page,), _ = walk(world)
    assert [one.id for one in page.to_read if one.stream == "contacts"] == ids[::-1]
    assert page.to_read[0].changed_at == world.clock.now()


def test_rows_that_a_new_conversion_pushes_down_are_not_named_twice(rdstation):
    world = rdstation()
    ids = convert(world, 60)
    named = []
    for number, page in enumerate(world.adapter().changes(None)):
        named += contacts_named([page])
        world.clock.advance(60)
        world.act(ids[-1 - number])
    assert sorted(named) == sorted(ids)


def test_a_walk_stops_at_the_mark_and_asks_for_acts_since_then(rdstation):
    world = rdstation()
    ids = convert(world, 60)
    _, cursor = walk(world)
    mark = world.clock.now()
    world.clock.advance(3600)
    world.act(ids[0])
    asked = len(world.simulator.ledger)
    pages, _ = walk(world, cursor)
    assert contacts_named(pages) == [ids[0]]
    acts = [one for page in pages for one in page.to_read if one.stream == "activities"]
    assert [one.since for one in acts] == [mark - timedelta(minutes=15)]
    assert len(world.simulator.ledger) == asked + 1


def test_the_first_walk_goes_back_to_since_and_no_further(rdstation):
    world = rdstation(since=BEGIN + timedelta(minutes=30))
    ids = convert(world, 60)
    pages, _ = walk(world)
    assert set(contacts_named(pages)) == set(ids[29:])


def test_who_never_converted_is_read_once_wherever_the_list_puts_them(rdstation):
    for nulls_first in (False, True):
        world = rdstation(nulls_first=nulls_first)
        imported = [world.add(number) for number in range(1000, 1030)]
        ids = convert(world, 5)
        pages, cursor = walk(world)
        assert sorted(contacts_named(pages)) == sorted(imported + ids)
        assert {one.id for page in pages for one in page.to_read if one.stream == "activities"} == set(ids)
        assert contacts_named(walk(world, cursor)[0]) == []


def test_an_account_that_lists_the_undated_first_is_not_walked_through_them_every_time(rdstation):
    world = rdstation(nulls_first=True)
    for number in range(1000, 1090):
        world.add(number)
    ids = convert(world, 5)
    _, cursor = walk(world)
    world.clock.advance(3600)
    world.act(ids[0])
    asked = len(world.simulator.calls("GET", "/segmentations/"))
    pages, _ = walk(world, cursor)
    assert contacts_named(pages) == [ids[0]]
    assert len(world.simulator.calls("GET", "/segmentations/")) - asked == 1


def test_undated_contacts_that_convert_move_the_first_dated_page_and_nobody_is_missed(rdstation):
    world = rdstation(nulls_first=True)
    imported = [world.add(number) for number in range(1000, 1100)]
    _, cursor = walk(world)
    for contact_id in imported[:50]:
        world.clock.advance(60)
        world.act(contact_id)
    pages, _ = walk(world, cursor)
    assert set(contacts_named(pages)) == set(imported[:50])


def test_a_conversion_dated_in_the_future_hides_nobody(rdstation):
    world = rdstation()
    ids = convert(world, 3)
    world.act(ids[0], world.clock.now() + timedelta(days=30), visible_at=world.clock.now())
    _, cursor = walk(world)
    world.clock.advance(3600)
    world.act(ids[1])
    pages, _ = walk(world, cursor)
    assert ids[1] in contacts_named(pages)


def test_a_time_that_cannot_be_read_is_a_bad_record_and_the_rest_goes_on(rdstation):
    world = rdstation()
    rows = [
        {"uuid": "a", "last_conversion_date": "yesterday", "created_at": "2026-01-05T10:00:00.000-03:00"},
        {"uuid": "b", "last_conversion_date": "2026-11-20T08:25:24.000-03:00"},
        {"uuid": "c", "last_conversion_date": "0001-01-01T00:00:00+14:00"},
        {"uuid": "d", "last_conversion_date": 17},
        {"uuid": "e", "last_conversion_date": None},
    ]
    reply = Reply(200, {"contacts": rows}, {"pagination-total-rows": "5"})
    world.simulator.faults.append(Fault("reply", path="/segmentations/", reply=reply))
    (page,), _ = walk(world)
    assert [one.id for one in page.to_read if one.stream == "contacts"] == ["b"]
    assert [(bad.place, bad.error.code) for bad in page.bad] == [(uuid, "bad_time") for uuid in "acde"]
    assert page.to_read[0].changed_at.isoformat() == "2026-11-20T11:25:24+00:00"


def test_the_adapter_asks_for_the_largest_page_that_the_platform_takes(rdstation):
    world = rdstation()
    convert(world, 126, apart_s=0)
    adapter = world.adapter()
    adapter.page_size = 125
    assert [len(page.to_read) // 2 for page in adapter.changes(None)] == [125, 1]
    adapter.page_size = 126
    with pytest.raises(RemoteRefusal, match="INVALID_PARAMETER"):
        list(adapter.changes(None))
