"""What one contact did: names, addresses, machines, and what is known by more than an id."""

from __future__ import annotations

import pytest

from connector.testing.simulator import Fault, Reply


def acts(world, id_, since=None):
    return [act for page in world.adapter().activities_of(id_, since) for act in page.records]


def test_a_click_says_campaign_and_address_and_an_opening_that_it_is_one(world):
    ana = world.add(1)
    world.simulator.click(ana, "Newsletter 1", "https://www.example.com/pricing")
    world.clock.advance(1)
    world.simulator.open(ana, "Newsletter 1")
    click, opened = acts(world, ana)
    assert (click["campaign"], click["url"], click["isread"]) == (
        "Newsletter 1", "https://www.example.com/pricing", False,
    )  # fmt: skip
    assert (opened["kind"], opened["isread"], opened["by_machine"]) == ("LinkData", True, None)
    assert click["at"] == "2026-11-20T12:00:00+00:00"


def test_what_apples_privacy_proxy_fetched_is_marked(world):
    ana = world.add(1)
    world.simulator.open(ana, "Newsletter 1", by_machine=True)
    [act] = acts(world, ana)
    assert (act["kind"], act["by_machine"]) == ("MppLinkData", True)


def test_a_subscription_by_a_form_says_which(world):
    ana = world.add(1)
    world.simulator.submit(ana, "demo-request")
    world.clock.advance(1)
    world.simulator.subscribe(ana, "Customers")
    [form, list_] = acts(world, ana)
    assert (form["action"], form["form"], form["list"]) == ("subscribe", "demo-request", "List of demo-request")
    assert (list_["form"], list_["list"]) == (None, "Customers")


def test_the_log_is_asked_for_after_the_contact_was_fetched_which_brings_it_up_to_date(world):
    ana = world.add(1)
    world.simulator.click(ana, "n", "https://x.example/")
    acts(world, ana)
    assert [one.path for one in world.simulator.ledger][:2] == [f"/api/3/contacts/{ana}", "/api/3/activities"]


def test_tracking_and_bounces_have_lists_of_their_own_that_are_asked_for_only_when_there_are_some(world):
    ana = world.add(1)
    acts(world, ana)
    assert len(world.simulator.calls()) == 2
    world.simulator.track(ana, "Trial started", "pro")
    world.simulator.bounce(ana, "Newsletter 1")
    tracked, bounced = acts(world, ana)
    assert (tracked["kind"], tracked["name"], tracked["value"]) == ("TrackingLog", "Trial started", "pro")
    assert (bounced["kind"], bounced["campaign"]) == ("BounceLog", "Newsletter 1")


def test_names_are_asked_for_once(world):
    ana, bob = world.add(1), world.add(2)
    adapter = world.adapter()
    for id_ in (ana, bob):
        world.simulator.click(id_, "Newsletter 1", "https://x.example/")
        list(adapter.activities_of(id_, None))
    assert len(world.simulator.calls("GET", "/campaigns/")) == 1


def test_a_campaign_that_is_gone_is_named_by_its_number(world):
    ana = world.add(1)
    world.simulator.click(ana, "Newsletter 1", "https://x.example/")
    world.simulator.account.tables["campaigns"].clear()
    assert acts(world, ana)[0]["campaign"] == "1"


def test_an_act_whose_reference_is_not_brought_along_is_told_without_a_name(world):
    ana = world.add(1)
    row = {
        "id": "5", "tstamp": "2026-11-20T06:00:00-06:00", "subscriberid": ana, "reference_type": "LinkData",
        "reference_id": "7", "reference_action": None, "reference": {"type": "link-data", "id": "7"},
    }  # fmt: skip
    strange = {**row, "id": "6", "reference_type": "SomethingNew", "reference_id": None, "reference": None}
    reply = Reply(200, {"activities": [row, strange], "meta": {"total": "2"}})
    world.simulator.faults.append(Fault("reply", path="/activities$", reply=reply))
    first, second = acts(world, ana)
    assert (first["key"], first["campaign"], first["isread"]) == ("LinkData:7::2026-11-20T12:00:00+00:00", None, None)
    assert (second["kind"], second["key"]) == ("SomethingNew", "SomethingNew:6::2026-11-20T12:00:00+00:00")


@pytest.mark.parametrize("gone", [True, False])
def test_a_contact_without_acts_and_one_that_is_gone_have_none(world, gone):
    ana = world.add(1)
    if gone:
        world.delete(ana)
    assert acts(world, ana) == []


def test_acts_before_the_time_that_the_connection_says_are_left_alone(activecampaign):
    world = activecampaign()
    ana = world.add(1)
    world.simulator.click(ana, "old", "https://x.example/")
    world.simulator.track(ana, "Old", "x")
    world.clock.advance(86_400)
    world.since = world.clock.now()
    world.clock.advance(60)
    world.simulator.click(ana, "new", "https://x.example/")
    assert [act["campaign"] for act in acts(world, ana)] == ["new"]
