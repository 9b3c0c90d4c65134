"""Telling RD Station: fields in one PATCH, tags, stage, and events that are pending until the funnel shows them."""

from __future__ import annotations

import json

import pytest

from connector.errors import AuthError, RetryableError
from connector.model import LeadWrite
from connector.testing.simulator import Fault
from connector.testing.simulators.rdstation import wording


@pytest.fixture
def world(rdstation):
    return rdstation()


def statuses(outcomes):
    return [outcome.status for outcome in outcomes]


def test_several_fields_of_one_contact_travel_in_one_patch(world):
    contact_id = world.add(1)
    world.simulator.account.add_field("cf_lead_score", "INTEGER")
    batch = [
        world.effect("field", contact_id, fields={"cf_lead_score": 82}, suffix="a"),
        world.effect("field", contact_id, fields={"cf_lead_note": "B"}, suffix="b"),
        world.effect("field", contact_id, fields={"cf_lead_note": "A"}, suffix="c"),
    ]
    assert statuses(world.adapter().write_back(batch)) == ["updated"] * 3
    (call,) = world.simulator.calls("PATCH")
    assert json.loads(call.body) == {"cf_lead_score": 82, "cf_lead_note": "A"}


def test_one_bad_field_of_a_contact_does_not_sink_its_others(world):
    contact_id = world.add(1)
    good = world.effect("field", contact_id, fields={"cf_lead_note": "A"}, suffix="a")
    bad = world.effect("field", contact_id, fields={"cf_gone": 1}, suffix="b")
    outcomes = world.adapter().write_back([bad, good])
    assert [(one.status, one.code) for one in outcomes] == [("rejected", "INVALID_FIELDS"), ("updated", None)]


def test_the_identifying_attribute_is_never_sent(world):
    contact_id = world.add(1)
    by_email = LeadWrite("e", "field", "ll", email="lead1@example.com", fields={"email": "x@y.z", "cf_lead_note": "A"})
    assert statuses(world.adapter().write_back([by_email])) == ["updated"]
    assert world.simulator.contact(contact_id).email == "lead1@example.com"


def test_an_address_with_a_plus_finds_its_contact(world):
    contact_id = world.simulator.add("jane+news@example.com")
    write = LeadWrite("e", "field", "ll", email="jane+news@example.com", fields={"cf_lead_note": "A"})
    (outcome,) = world.adapter().write_back([write])
    assert (outcome.status, outcome.record_id) == ("updated", contact_id)


def test_a_write_to_a_merged_contact_names_the_survivor(world):
    loser, survivor = world.add(1), world.add(2)
    write = world.effect("field", loser, fields={"cf_lead_note": "A"})
    world.merge(loser, survivor)
    (outcome,) = world.adapter().write_back([write])
    assert (outcome.status, outcome.record_id) == ("updated", survivor)


def test_a_contact_takes_24_updates_a_day_and_the_25th_waits_without_stopping_others(world):
    busy, other = world.add(1), world.add(2)
    adapter = world.adapter()
    for number in range(24):
        adapter.write_back([world.effect("field", busy, fields={"cf_lead_note": str(number)})])
    batch = [world.effect("field", one, fields={"cf_lead_note": "last"}) for one in (busy, other)]
    parked, done = adapter.write_back(batch)
    assert (parked.status, done.status) == ("rejected", "updated")
    assert 80_000 < parked.retry_after_s < 2 * 86_400
    assert not [entry for entry in world.simulator.ledger if entry.status == 429]


def test_the_platforms_own_lead_limiter_parks_the_lead_for_the_time_it_names(world):
    ids = [world.add(1), world.add(2)]
    refusal = wording.lead_limited("lead1@example.com", 24, 86_400, 43_066)
    world.simulator.faults.append(Fault("reply", method="PATCH", reply=refusal))
    batch = [world.effect("field", one, fields={"cf_lead_note": "A"}) for one in ids]
    parked, done = world.adapter().write_back(batch)
    assert (parked.code, parked.retry_after_s, done.status) == ("lead_limiter", 43_067, "updated")
    assert "lead1" not in str(parked)


def test_a_tag_goes_out_in_lower_case_and_one_that_is_there_is_no_error(world):
    contact_id = world.add(1)
    adapter = world.adapter()
    tag = world.effect("tag", contact_id, name="MQL")
    assert statuses(adapter.write_back([tag])) == ["updated"]
    assert statuses(adapter.write_back([tag])) == ["unchanged"]
    assert world.simulator.contact(contact_id).tags == ["mql"]


def test_taking_a_tag_off_leaves_the_others(world):
    contact_id = world.add(1)
    world.simulator.contact(contact_id).tags += ["webinar", "mql"]
    adapter = world.adapter()
    off = world.effect("tag", contact_id, name="MQL", on=False)
    assert statuses(adapter.write_back([off])) == ["updated"]
    assert statuses(adapter.write_back([off])) == ["unchanged"]
    assert world.simulator.contact(contact_id).tags == ["webinar"]
    assert [read.present for read in adapter.read_back([off])] == [True]


def test_a_stage_leaves_owner_and_opportunity_to_sales(world):
    contact_id = world.add(1)
    world.simulator.contact(contact_id).funnel.update(contact_owner_email="rep@example.com", opportunity=True)
    world.adapter().write_back([world.effect("stage", contact_id, name="Qualified Lead")])
    funnel = world.simulator.contact(contact_id).funnel
    assert funnel["lifecycle_stage"] == "Qualified Lead"
    assert (funnel["contact_owner_email"], funnel["opportunity"]) == ("rep@example.com", True)


def test_events_of_many_leads_travel_in_one_call_and_are_pending(world):
    ids = [world.add(number) for number in range(30)]
    outcomes = world.adapter().write_back([world.effect("event", one, name="OPPORTUNITY") for one in ids])
    assert statuses(outcomes) == ["pending"] * 30
    assert all(outcome.poll["event_uuid"] for outcome in outcomes)
    assert len(world.simulator.calls("POST", "/platform/events/batch")) == 1


def test_events_are_cut_into_calls_of_200_kb(world):
    ids = [world.add(number) for number in range(30)]
    batch = [world.effect("event", one, name="OPPORTUNITY_LOST", fields={"reason": "x" * 20_000}) for one in ids]
    assert statuses(world.adapter().write_back(batch)) == ["pending"] * 30
    calls = world.simulator.calls("POST", "/platform/events/batch")
    assert len(calls) == 4
    assert max(len(call.body) for call in calls) <= 200_000


def test_an_event_that_cannot_travel_costs_no_call(world):
    contact_id = world.add(1)
    batch = [
        world.effect("event", contact_id, name="CONVERSION"),
        LeadWrite("no email", "event", "ll", record_id=contact_id, name="SALE"),
        world.effect("event", contact_id, name="OPPORTUNITY_LOST", fields={"reason": "x" * 200_000}),
        world.effect("list", contact_id, name="newsletter"),
        LeadWrite("nobody", "tag", "ll", name="mql"),
    ]
    outcomes = world.adapter().write_back(batch)
    codes = [outcome.code for outcome in outcomes]
    assert codes == ["unknown_event", "no_email", "too_large", "unsupported_kind", "no_contact"]
    assert world.simulator.ledger == []


def test_trouble_of_the_whole_account_raises_while_nothing_went_out(world):
    batch = [world.effect("stage", world.add(1), name="Client")]
    world.simulator.faults.append(Fault("reply", times=99, method="PUT", reply=wording.account_limited(599)))
    with pytest.raises(RetryableError):
        world.adapter().write_back(batch)


def test_trouble_in_mid_batch_keeps_what_was_done_and_puts_the_rest_off(world):
    batch = [world.effect("stage", world.add(number), name="Client") for number in range(4)]
    fault = Fault("reply", times=99, skip=2, method="PUT", reply=wording.account_limited(599))
    world.simulator.faults.append(fault)
    outcomes = world.adapter().write_back(batch)
    assert statuses(outcomes) == ["updated", "updated", "rejected", "rejected"]
    assert [outcome.retry_after_s for outcome in outcomes[2:]] == [600, 600]


def test_credentials_that_die_in_mid_batch_stop_the_next_batch(world):
    adapter = world.adapter()
    batch = [world.effect("stage", world.add(number), name="Client") for number in range(2)]
    world.simulator.faults.append(
        Fault("reply", times=99, skip=1, method="PUT", reply=wording.flat("UNAUTHORIZED", "no", 401))
    )
    assert statuses(adapter.write_back(batch)) == ["updated", "rejected"]
    world.revoke()
    with pytest.raises(AuthError) as caught:
        adapter.write_back(batch[1:])
    assert (caught.value.code, "revoked" in caught.value.message) == ("INVALID_REFRESH_TOKEN", True)


@pytest.mark.parametrize(
    ("before", "sent", "shown"),
    [
        ({}, ["OPPORTUNITY"], "present"),
        ({}, [], "absent"),
        ({"opportunity": True}, [], "absent"),
        ({"opportunity": True}, ["OPPORTUNITY_LOST"], "unclear"),
        ({}, ["SALE"], "present"),
        ({"lifecycle_stage": "Qualified Lead"}, [], "absent"),
    ],
)
def test_the_funnel_tells_of_an_event_what_it_can_and_no_more(world, before, sent, shown):
    contact_id = world.add(1)
    world.simulator.contact(contact_id).funnel.update(before)
    absent = {"opportunity": "OPPORTUNITY_LOST", "lifecycle_stage": "SALE"}.get(next(iter(before), ""), "OPPORTUNITY")
    write = world.effect("event", contact_id, name=sent[0] if sent else absent)
    if sent:
        world.adapter().write_back([write])
    world.clock.advance(600)
    (read,) = world.adapter().read_back([write])
    assert (read.present, read.unclear) == {
        "present": (True, False), "absent": (False, False), "unclear": (True, True),
    }[shown]  # fmt: skip


def test_reading_back_asks_for_each_contact_and_funnel_once(world):
    contact_id = world.add(1)
    batch = [
        world.effect("field", contact_id, fields={"cf_lead_note": "A"}),
        world.effect("tag", contact_id, name="mql"),
        world.effect("stage", contact_id, name="Client"),
        world.effect("event", contact_id, name="SALE"),
    ]
    reads = world.adapter().read_back(batch)
    assert [read.present for read in reads] == [True, False, False, False]
    assert len(world.simulator.calls("GET")) == 2
