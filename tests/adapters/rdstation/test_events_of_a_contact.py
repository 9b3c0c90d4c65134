"""Acts of one contact: ten a page, newest first, 120 kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.errors import ContractError, RetryableError
from connector.testing.simulator import Fault, Reply


@pytest.fixture
def world(rdstation):
    return rdstation()


def acts(world, contact_id, since=None):
    return [act for page in world.adapter().activities_of(contact_id, since) for act in page.records]


def test_an_act_says_whose_it_is_and_carries_the_answers_of_the_form(world):
    contact_id = world.add(1)
    world.simulator.convert("lead1@example.com", "contact-us", payload={"cf_question": "price"})
    (act,) = acts(world, contact_id)
    assert (act["contact_id"], act["event_identifier"]) == (contact_id, "contact-us")
    assert act["payload"]["cf_question"] == "price"


def test_only_the_newest_120_are_kept(world):
    contact_id = world.add(1)
    for _ in range(130):
        world.clock.advance(60)
        world.act(contact_id)
    assert len(acts(world, contact_id)) == 120


def test_reading_since_a_time_stops_at_the_page_that_reaches_it(world):
    contact_id = world.add(1)
    for _ in range(100):
        world.clock.advance(3600)
        world.act(contact_id)
    asked = len(world.simulator.ledger)
    assert len(acts(world, contact_id, world.clock.now() - timedelta(hours=12))) == 20
    assert len(world.simulator.ledger) == asked + 1 + 2 + 1  # one sign-in, two pages of conversions, opportunities


def test_opportunities_are_acts_too(world):
    contact_id = world.add(1)
    world.adapter().write_back([world.effect("event", contact_id, name="OPPORTUNITY")])
    world.clock.advance(600)
    assert [act["event_type"] for act in acts(world, contact_id)] == ["OPPORTUNITY"]


def test_a_contact_that_is_gone_has_no_acts(world):
    assert acts(world, "no-such-contact") == []


@pytest.mark.parametrize("body", [{"events": []}, [None], ["act"]])
def test_events_in_another_shape_hold_the_stream(world, body):
    contact_id = world.add(1)
    world.simulator.faults.append(Fault("reply", path="/events$", reply=Reply(200, body)))
    with pytest.raises(ContractError):
        acts(world, contact_id)


def test_a_gateway_that_knows_no_route_proves_nothing_about_a_contact(world):
    contact_id = world.add(1)
    write = world.write("event", contact_id, 1)
    adapter = world.adapter()
    not_routed = Reply(404, {"message": "no Route matched with those values"})
    world.simulator.faults.append(Fault("reply", path="/platform/contacts/", times=1000, reply=not_routed))
    for ask in (
        adapter.contacts,
        lambda ids: adapter.activities_of(ids[0], None),
        lambda _: adapter.read_back([write]),
    ):
        with pytest.raises(RetryableError):
            list(ask([contact_id]))


@pytest.mark.parametrize("time", ["yesterday", None, 17, "0001-01-01T00:00:00+14:00"])
def test_a_page_that_ends_with_a_time_that_cannot_be_read_is_no_end(world, time):
    contact_id = world.add(1)
    for _ in range(25):
        world.clock.advance(60)
        world.act(contact_id)
    since = world.clock.now() - timedelta(days=1)
    world.simulator.account.contacts[contact_id].events["CONVERSION"][9]["event_timestamp"] = time
    world.simulator.account.contacts[contact_id].events["CONVERSION"][15]["event_timestamp"] = time
    assert len(acts(world, contact_id, since)) == 25
