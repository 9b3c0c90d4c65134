"""What everybody did lately: the log of all contacts, where the account shows it."""

from __future__ import annotations

import pytest

from connector.errors import RetryableError
from connector.testing.simulator import Fault, Reply
from connector.testing.simulators.activecampaign import wording as words


def read(world, cursor=None, **options):
    """Acts, what is still to be read, the cursor after that, and why there was nothing."""
    acts, named, why_zero = [], [], None
    for page in world.adapter(**options).activities(cursor):
        acts += page.records
        named += page.to_read
        cursor = page.cursor or cursor
        why_zero = page.why_zero or why_zero
    return acts, named, cursor, why_zero


@pytest.fixture
def begun(world):
    """A feed that has begun, two hours ago."""
    cursor = read(world)[2]
    world.clock.advance(7200)
    return cursor


def test_an_opening_that_moves_no_time_of_update_is_told(world, begun):
    ana = world.add(1)
    world.simulator.open(ana, "Newsletter 1")
    world.clock.advance(60)
    [act], named, _, _ = read(world, begun)
    assert (act["contact_id"], act["campaign"], act["isread"], named) == (ana, "Newsletter 1", True, [])


def test_an_act_has_the_same_key_in_both_ways_to_it(world, begun):
    ana = world.add(1)
    world.simulator.click(ana, "n", "https://x.example/")
    world.clock.advance(60)
    [by_feed] = read(world, begun)[0]
    [by_contact] = [act for page in world.adapter().activities_of(ana, None) for act in page.records]
    assert by_feed == by_contact


def test_an_opt_out_has_its_contact_read_again(world, begun):
    ana = world.add(1)
    world.opt_out(ana)
    world.clock.advance(60)
    acts, named, _, _ = read(world, begun)
    assert [act["action"] for act in acts] == ["unsubscribe"]
    assert [(one.stream, one.id) for one in named] == [("contacts", ana)]


def test_what_was_tracked_is_asked_for_at_the_contact_which_alone_says_what_it_was(world, begun):
    ana = world.add(1)
    world.simulator.track(ana, "Trial started", "pro")
    world.clock.advance(60)
    acts, named, _, _ = read(world, begun)
    assert (acts, [(one.stream, one.id) for one in named]) == ([], [("activities", ana)])


def test_a_row_that_shows_late_is_told_as_late_as_ten_minutes(world, begun):
    ana = world.add(1)
    at = world.clock.now()
    world.simulator.click(ana, "n", "https://x.example/", visible_at=at.replace(minute=9))
    world.clock.advance(60)
    acts, _, cursor, _ = read(world, begun)
    assert acts == []
    world.clock.advance(540)
    assert len(read(world, cursor)[0]) == 1


def test_a_long_walk_that_breaks_goes_on_where_it_was(world, begun):
    ana = world.add(1)
    for number in range(40):
        world.clock.advance(60)
        world.simulator.click(ana, f"n{number}", "https://x.example/")
    pages = world.adapter().activities(begun)
    first, second = next(pages), next(pages)
    rest = read(world, second.cursor)[0]
    told = {act["campaign"] for act in [*first.records, *second.records, *rest]}
    assert told == {f"n{number}" for number in range(40)}
    assert len(rest) < 40


@pytest.mark.parametrize("refusal", [Reply(400, {}), words.forbidden(), words.not_found("0")])
def test_an_account_that_refuses_says_why_there_is_nothing_and_stops_nobody(world, begun, refusal):
    world.simulator.open(world.add(1), "news")
    world.simulator.faults.append(Fault("reply", path="/activities$", reply=refusal))
    acts, _, cursor, why_zero = read(world, begun)
    assert (acts, why_zero) == ([], "the account shows the acts of one contact at a time only")
    assert cursor == begun, "whatever was refused for a moment is read the next time"


def test_a_log_that_does_not_keep_to_the_time_asked_for_is_not_believed(world, begun):
    ana = world.add(1)
    old = {"id": "9", "subscriberid": ana, "tstamp": "2020-01-01T00:00:00-06:00", "reference_type": "LinkData"}
    reply = Reply(200, {"activities": [old], "meta": {"total": "1"}})
    world.simulator.faults.append(Fault("reply", path="/activities$", reply=reply))
    acts, _, _, why_zero = read(world, begun)
    assert (acts, why_zero is not None) == ([], True)


def test_trouble_that_passes_is_raised_and_the_place_stays(world, begun):
    world.simulator.faults.append(Fault("reply", path="/activities$", times=99, reply=Reply(503, b"")))
    pages = world.adapter().activities(begun)
    with pytest.raises(RetryableError):
        next(pages)


def test_the_log_is_left_alone_where_the_connection_says_so(world):
    told = read(world, values={"log_of_all": False})
    assert (told[0], told[2], told[3]) == ([], None, "the connection says 'log_of_all: false'")
    assert not world.simulator.calls()


def test_a_pull_with_nothing_new_takes_two_calls(world, begun):
    cursor = None
    for page in world.adapter().changes(None):
        cursor = page.cursor
    calls = len(world.simulator.ledger)
    list(world.adapter().changes(cursor))
    read(world, begun)
    assert len(world.simulator.ledger) - calls == 2


@pytest.mark.parametrize("is_shown", [True, False])
def test_our_own_write_has_the_contact_read_again_and_its_acts_only_where_no_feed_tells_them(activecampaign, is_shown):
    world = activecampaign(log_of_all=is_shown)
    adapter, ana = world.adapter(), world.add(1)
    cursor = [page.cursor for page in adapter.changes(None)][-1]
    world.clock.advance(7200)
    world.simulator.open(ana, "news")
    begun = {"after": world.clock.now().replace(hour=13).isoformat()}
    world.clock.advance(60)
    list(adapter.activities(begun))
    adapter.write_back([world.write("field", ana, 1)])
    pages = list(adapter.changes(cursor))
    assert [record["id"] for page in pages for record in page.records] == [ana]
    assert [one.id for page in pages for one in page.to_read] == ([] if is_shown else [ana])


def test_where_the_log_shows_all_acts_the_weekly_reading_is_of_contacts_alone(world):
    people = {world.add(number) for number in range(20)}
    world.simulator.open(min(people), "news")
    named = [one for page in world.adapter().everyone(None) for one in page.to_read]
    assert {one.stream for one in named} == {"contacts"}
