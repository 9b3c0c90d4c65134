"""Telling Mautic: many contacts in a call, outcomes by place, and what it would drop without a word."""

from __future__ import annotations

import json

import pytest

from connector.errors import AuthError
from connector.model import LeadWrite
from connector.testing.simulator import Fault
from connector.testing.simulators.mautic import wording as words


@pytest.fixture
def world(mautic):
    return mautic()


def body_of(call):
    return json.loads(call.body)


def test_fields_and_tags_of_many_contacts_travel_in_two_calls_and_every_item_has_its_id(world):
    ids = [world.add(number) for number in range(3)]
    writes = [world.write(kind, id_, 1) for id_ in ids for kind in ("field", "tag")]
    outcomes = world.adapter().write_back(writes)
    assert {outcome.status for outcome in outcomes} == {"updated"}
    calls = world.simulator.calls("PATCH")
    assert [[str(item["id"]) for item in body_of(call)] for call in calls] == [ids, ids]


def test_a_batch_takes_200_contacts(world):
    ids = [world.add(number) for number in range(201)]
    outcomes = world.adapter().write_back([world.write("field", id_, 1) for id_ in ids])
    assert {outcome.status for outcome in outcomes} == {"updated"}
    assert [len(body_of(call)) for call in world.simulator.calls("PATCH")] == [200, 1]


def test_two_writes_to_one_contact_are_one_item_and_the_later_value_wins(world):
    ana = world.add(1)
    writes = [world.write("field", ana, 1), world.write("field", ana, 2)]
    world.adapter().write_back(writes)
    (call,) = world.simulator.calls("PATCH")
    assert body_of(call) == [{"id": int(ana), "lead_note": "note 2"}]


def test_a_tag_is_taken_off_with_a_minus(world):
    ana = world.add(1)
    world.simulator.contact(ana).tags[:] = ["MQL", "webinar"]
    (outcome,) = world.adapter().write_back([world.effect("tag", ana, name="MQL", on=False)])
    assert (outcome.status, world.simulator.contact(ana).tags) == ("updated", ["webinar"])
    assert body_of(world.simulator.calls("PATCH")[0])[0]["tags"] == ["-MQL"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [("text", 0), ("text", "0"), ("text", "0.4"), ("number", 0), ("boolean", False), ("text", None), ("text", "")],
)
def test_what_mautic_passes_over_is_a_reject_that_says_what_to_do(world, kind, value):
    world.simulator.installation.add_field("dropping", kind)
    ana = world.simulator.add("ana@acme.example", dropping="12")
    (outcome,) = world.adapter().write_back([world.effect("field", ana, fields={"dropping": value})])
    assert (outcome.status, outcome.code, outcome.field) == ("rejected", "not_kept", "dropping")
    assert "write a word instead" in str(outcome.text)


@pytest.mark.parametrize("value", [0, False, None])
def test_nothing_is_lost_where_nothing_stood(world, value):
    ana = world.add(1)
    (outcome,) = world.adapter().write_back([world.effect("field", ana, fields={"lead_note": value})])
    assert outcome.status == "updated"


@pytest.mark.parametrize("value", [54, "none", "no", True])
def test_numbers_and_words_are_kept_and_read_back_as_they_were_written(world, value):
    write = world.effect("field", world.add(1), fields={"lead_note": value})
    assert world.adapter().write_back([write])[0].status == "updated"
    (seen,) = world.adapter().read_back([write])
    assert dict(seen.fields) == {"lead_note": value}


def test_a_field_that_the_account_lacks_is_a_reject_though_mautic_says_nothing(world):
    (outcome,) = world.adapter().write_back([world.effect("field", world.add(1), fields={"not_there": "A"})])
    assert (outcome.status, outcome.code, outcome.field) == ("rejected", "unknown_field", "not_there")


def test_a_text_over_64_characters_is_refused_with_its_field(world):
    (outcome,) = world.adapter().write_back([world.bad_write("field", world.add(1))])
    assert (outcome.status, outcome.code, outcome.field) == ("rejected", "400", "lead_note")


def test_stages_and_segments_go_by_name_alias_or_number(world):
    ana = world.add(1)
    writes = [world.effect("list", ana, name=name) for name in ("sales-ready", "1")]
    outcomes = world.adapter().write_back([*writes, world.effect("stage", ana, name="2")])
    assert {outcome.status for outcome in outcomes} == {"updated"}
    contact = world.simulator.contact(ana)
    assert (contact.segments, contact.stage) == ({"1", "2"}, {"id": 2, "name": "MQL"})
    assert [seen.present for seen in world.adapter().read_back(writes)] == [True, True]
    (stage,) = world.adapter().read_back([world.effect("stage", ana, name="2")])
    assert stage.present


def test_a_segment_that_a_lead_left_reads_back_as_told(world):
    ana = world.add(1)
    world.simulator.contact(ana).segments.add("2")
    write = world.effect("list", ana, name="Sales ready", on=False)
    assert world.adapter().write_back([write])[0].status == "updated"
    assert world.adapter().read_back([write])[0].present


def test_a_stage_that_is_made_later_is_found_without_a_restart(world):
    ana, adapter = world.add(1), world.adapter()
    write = world.effect("stage", ana, name="Customer")
    assert adapter.write_back([write])[0].code == "unknown_stage"
    world.simulator.installation.stages["3"] = "Customer"
    assert adapter.write_back([write])[0].status == "updated"


def test_a_write_that_names_nobody_spends_no_call(world):
    stray = LeadWrite("stray", "field", "ll-1", email="ana@acme.example", fields={"lead_note": "x"})
    (outcome,) = world.adapter().write_back([stray])
    assert (outcome.status, outcome.code) == ("rejected", "no_contact")
    assert not world.simulator.calls("P.*", "^/api/")
    assert not world.adapter().read_back([stray])[0].present


def test_trouble_of_the_account_before_anything_went_out_is_raised(world):
    world.simulator.enabled = False
    with pytest.raises(AuthError, match="api_disabled"):
        world.adapter().write_back([world.write("field", world.add(1), 1)])


def test_trouble_of_the_account_in_mid_batch_forgets_nothing(world):
    ids = [world.add(number) for number in range(2)]
    fault = Fault("reply", path="/api/notes/new$", times=99, reply=words.limited(100))
    world.simulator.faults.append(fault)
    writes = [world.write("field", ids[0], 1), world.write("note", ids[0], 1), world.write("note", ids[1], 1)]
    outcomes = world.adapter().write_back(writes)
    assert [outcome.status for outcome in outcomes] == ["updated", "rejected", "rejected"]
    assert [outcome.retry_after_s for outcome in outcomes[1:]] == [60, 60]
