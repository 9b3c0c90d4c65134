"""Acts of one contact: ten a page, newest first, 120 kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.errors import ContractError
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


def test_events_in_another_shape_hold_the_stream(world):
    contact_id = world.add(1)
    world.simulator.faults.append(Fault("reply", path="/events$", reply=Reply(200, {"events": []})))
    with pytest.raises(ContractError):
        acts(world, contact_id)
