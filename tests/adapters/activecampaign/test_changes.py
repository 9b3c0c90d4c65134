"""Who changed: what a walk names, what it leaves out, and what an account may do to it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.errors import ContractError
from connector.testing.simulator import Fault, Reply


def walk(adapter, cursor=None):
    """Ids passed on whole, what is still to be read by stream, the cursor after that."""
    whole, named = [], {stream: [] for stream in ("contacts", "activities")}
    for page in adapter.changes(cursor):
        whole += [record["id"] for record in page.records]
        for one in page.to_read:
            named[one.stream].append(one)
        cursor = page.cursor or cursor
    return whole, named, cursor


def ids(items):
    return {one.id for one in items}


def test_the_first_walk_asks_for_all_acts_and_later_ones_for_a_month(world):
    ana = world.add(1)
    _, first, cursor = walk(world.adapter())
    assert [(one.id, one.since) for one in first["activities"]] == [(ana, None)]
    world.clock.advance(3600)
    world.simulator.edit(ana, phone="1")
    whole, later, _ = walk(world.adapter(), cursor)
    assert whole == [ana]
    [since] = {one.since for one in later["activities"]}
    assert timedelta(days=29) < world.clock.now() - since < timedelta(days=31)


def test_acts_of_whoever_changed_a_moment_ago_are_asked_for_once_more(world):
    ana = world.add(1)
    _, _, cursor = walk(world.adapter())
    whole, named, _ = walk(world.adapter(), cursor)
    assert (whole, ids(named["activities"])) == ([], {ana})


def test_a_reading_begins_at_the_time_that_the_connection_says(activecampaign):
    world = activecampaign()
    world.add(1)
    world.clock.advance(86_400)
    world.since = world.clock.now()
    new = world.add(2)
    world.clock.advance(1)
    world.simulator.edit(new, phone="1")
    assert walk(world.adapter())[0] == [new]


def test_a_page_that_is_not_in_order_of_ids_stops_the_stream(world):
    rows = [{"id": "2"}, {"id": "1"}]
    reply = Reply(200, {"contacts": rows, "meta": {"total": "2"}})
    world.simulator.faults.append(Fault("reply", path="/contacts$", reply=reply))
    with pytest.raises(ContractError, match="another order"):
        walk(world.adapter())


def test_a_short_page_in_the_middle_does_not_end_the_walk(world):
    """Whoever the user may not see is left out of a page, which is then not full."""
    people = [world.add(number) for number in range(30)]
    contacts = [{"id": id_, "email": "x@example.com"} for id_ in people[:3]]
    short = {"contacts": contacts, "meta": {"total": "30"}, **{name: [] for name in PARTS}}
    world.simulator.faults.append(Fault("reply", path="/contacts$", reply=Reply(200, short)))
    assert walk(world.adapter())[0] == people


PARTS = ("fieldValues", "contactTags", "contactLists", "accountContacts", "contactData")


def test_a_contact_that_is_shown_as_deleted_is_asked_for_by_id(world):
    ana = world.add(1)
    row = {"id": ana, "email": "x@example.com", "deleted": "1", "udate": None}
    reply = Reply(200, {"contacts": [row], "meta": {"total": "1"}, **{name: [] for name in PARTS}})
    world.simulator.faults.append(Fault("reply", path="/contacts$", reply=reply))
    whole, named, _ = walk(world.adapter())
    assert (whole, ids(named["contacts"]), named["activities"]) == ([], {ana}, [])


def test_an_ignored_filter_by_ids_is_seen_and_each_is_asked_for_alone(activecampaign):
    world = activecampaign(keeps_filters=False)
    ana, _ = world.add(1), world.add(2)
    assert [(one.id, one.state, one.record["email"]) for one in world.adapter().contacts([ana])] == [
        (ana, "whole", "lead1@example.com")
    ]


def test_everybody_is_read_again_within_a_week_whatever_the_times_say(activecampaign):
    world = activecampaign(log_of_all=False)
    people = {world.add(number) for number in range(50)}
    again, days = set(), []
    for _ in range(7):
        pages = list(world.adapter().everyone({"after": 0}))
        today = {one.id for page in pages for one in page.to_read if one.stream == "activities"}
        days.append(len(today))
        again |= today
        world.clock.advance(86_400)
    assert (again, max(days)) == (people, 8)
