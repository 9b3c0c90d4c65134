"""Acts by contact: months that are asked for, one key for one person's act, message acts left to messages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.errors import ContractError
from connector.testing.simulator import Fault, Reply


@pytest.fixture
def world(acton):
    return acton()


def acts_of(world, id_, since=None):
    """As a new process reads them, some time after the last."""
    world.clock.advance(60)
    return [act for page in world.adapter().activities_of(id_, since) for act in page.records]


def months_asked(world):
    return [call.params["months"] for call in world.simulator.calls("GET", "/facts$")]


def test_an_act_names_its_subject_and_its_address(world):
    ana = world.add(1)
    world.simulator.do(ana, "fs", "Submitted: Demo: request")
    world.simulator.do(ana, "sv", "Visited: https://www.acme.example/pricing")
    world.simulator.do(ana, "oo", "Opted out")
    acts = {act["event"]: (act["name"], act["url"]) for act in acts_of(world, ana)}
    assert acts == {
        "fs": ("Demo: request", None),
        "sv": ("https://www.acme.example/pricing", "https://www.acme.example/pricing"),
        "oo": ("Opted out", None),
    }


def test_what_messages_tell_is_left_to_them(world):
    ana = world.add(1)
    news = world.simulator.send("news-1")
    for kind in ("OPENED", "CLICKED", "BOUNCED"):
        world.simulator.react(news, ana, kind)
    assert acts_of(world, ana) == []


def test_months_are_asked_for_as_far_back_as_wanted(world):
    ana = world.add(1)  # it is 20 November
    for days in (0, 18, 22, 62):
        acts_of(world, ana, world.clock.now() - timedelta(days=days))
    assert months_asked(world) == ["0", "0", "1", "2"]


def test_at_the_turn_of_a_month_the_account_may_be_a_day_behind_or_ahead(world):
    world.clock.advance(10 * 86_400 + 11 * 3600)  # 30 November, 23:00 UTC
    acts_of(world, world.add(1), world.clock.now())
    world.clock.advance(2 * 3600)
    acts_of(world, world.add(2), world.clock.now())
    assert months_asked(world) == ["1", "1"]


def test_all_of_a_history_is_read_when_all_is_wanted(world):
    ana = world.add(1)
    for days in (1, 200, 900):
        world.simulator.do(ana, "fs", f"Submitted: {days}", world.clock.now() - timedelta(days=days))
    assert {act["name"] for act in acts_of(world, ana)} == {"1", "200", "900"}
    assert months_asked(world) == ["12", "29"]


def test_one_person_in_two_lists_has_one_key_for_one_act(world):
    world.simulator.account.add_list("Webinar guests")
    ana = world.add(1)
    twin = world.simulator.add(world.email_of(ana).upper(), "l-0002")
    world.simulator.do(ana, "fs", "Submitted: Demo")
    (one,), (other,) = acts_of(world, ana), acts_of(world, twin)
    assert (one["key"] == other["key"], one["contact_id"], other["contact_id"]) == (True, ana, twin)


def test_two_people_who_do_the_same_at_once_have_two_keys(world):
    keys = set()
    for number in (1, 2):
        world.simulator.do(id_ := world.add(number), "fs", "Submitted: Demo")
        keys |= {act["key"] for act in acts_of(world, id_)}
    assert len(keys) == 2


def test_a_contact_that_is_gone_has_no_acts(world):
    ana = world.add(1)
    world.delete(ana)
    assert acts_of(world, ana) == []


def test_a_history_without_a_list_holds_the_stream(world):
    ana = world.add(1)
    world.simulator.faults.append(Fault("reply", path="/facts$", reply=Reply(200, {"activity": {}})))
    with pytest.raises(ContractError, match="activitylist"):
        acts_of(world, ana)
