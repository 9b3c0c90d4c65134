"""Telling HubSpot: stages that do not move back by themselves, lists, notes, and fields that are made first."""

from __future__ import annotations

import json

import pytest

from connector.testing.simulator import Fault, Reply


@pytest.fixture
def world(marketing):
    return marketing()


def stage_of(world, contact):
    return world.account.values(contact).get("lifecyclestage")


def told(world, *writes):
    return [(one.status, one.code) for one in world.adapter().write_back(list(writes))]


def staged(world, contact, stage):
    return world.effect("stage", contact, name=stage)


def test_a_stage_goes_forward(world):
    contact = world.add(1)
    world.account.edit(contact, {"lifecyclestage": "lead"})
    assert told(world, staged(world, contact, "marketingqualifiedlead")) == [("updated", None)]
    assert stage_of(world, contact) == "marketingqualifiedlead"


def test_a_customer_is_not_moved_back_unless_the_connection_says_so(world):
    contact = world.add(1)
    world.account.edit(contact, {"lifecyclestage": "customer"})
    assert told(world, staged(world, contact, "marketingqualifiedlead")) == [("unchanged", None)]
    assert stage_of(world, contact) == "customer"
    assert not world.simulator.calls("POST", "/batch/update")


def test_a_stage_goes_back_in_two_requests(marketing):
    world = marketing({"values": {"stages_back": True}})
    back, forward = world.add(1), world.add(2)
    world.account.edit(back, {"lifecyclestage": "opportunity"})
    writes = [staged(world, back, "lead"), staged(world, forward, "lead")]
    assert told(world, *writes) == [("updated", None)] * 2
    assert [stage_of(world, one) for one in (back, forward)] == ["lead", "lead"]
    sent = [json.loads(one.body)["inputs"] for one in world.simulator.calls("POST", "/batch/update")]
    assert [[one["properties"]["lifecyclestage"] for one in inputs] for inputs in sent] == [[""], ["lead", "lead"]]


def test_a_stage_that_hubspot_takes_and_does_not_keep_is_told(world):
    contact = world.add(1)
    world.account.edit(contact, {"lifecyclestage": "lead"})
    row = {"id": contact, "properties": {"lifecyclestage": "marketingqualifiedlead"}}
    lie = Reply(200, {"status": "COMPLETE", "results": [row]})
    world.simulator.faults.append(Fault("reply", path="/batch/update", reply=lie))
    assert told(world, staged(world, contact, "marketingqualifiedlead")) == [("rejected", "stage_kept")]


def test_a_list_is_named_by_name_or_by_id_and_left_again(world):
    contact = world.add(1)
    assert told(world, world.effect("list", contact, name="MQLs")) == [("updated", None)]
    assert told(world, world.effect("list", contact, name=world.list)) == [("unchanged", None)]
    off = world.effect("list", contact, name="MQLs", on=False)
    assert told(world, off) == [("updated", None)]
    (seen,) = world.adapter().read_back([off])
    assert seen.present


def test_many_contacts_go_on_a_list_in_one_call(world):
    writes = [world.effect("list", world.add(number), name="MQLs") for number in range(30)]
    assert {status for status, _ in told(world, *writes)} == {"updated"}
    assert len(world.simulator.calls("PUT")) == 1


def test_a_list_that_a_filter_fills_refuses(world):
    world.account.add_list("By filter", is_static=False)
    (outcome,) = told(world, world.effect("list", world.add(1), name="By filter"))
    assert outcome[0] == "rejected"


def test_a_note_keeps_its_lines_and_shows_no_tags_of_others(world):
    contact = world.add(1)
    note = world.effect("note", contact, fields={"body": "A & B\n<b>60</b>"})
    assert told(world, note) == [("created", None)]
    (kept,) = world.account.hanging_on(contact, "notes")
    assert kept["hs_note_body"] == f"A &amp; B<br>&lt;b&gt;60&lt;/b&gt;<br>leadloop: {note.effect}"


def test_fields_are_made_with_the_type_that_their_name_tells(world):
    names = ["leadloop_lead_score", "leadloop_is_mql", "leadloop_why", "leadloop_decided_at"]
    assert set(world.adapter().prepare_writes(names).values()) == {"created"}
    kinds = [world.account.contacts.defs[name].type for name in names]
    assert kinds == ["number", "bool", "string", "datetime"]


def test_all_kinds_in_one_batch_each_have_their_outcome(world):
    contact = world.add(1)
    writes = [world.write(kind, contact, 1) for kind in ("note", "list", "field", "stage")]
    outcomes = world.adapter().write_back(writes)
    assert [one.effect for one in outcomes] == [one.effect for one in writes]
    assert {one.status for one in outcomes} <= {"created", "updated"}


def test_check_names_a_property_that_the_account_lacks(marketing):
    world = marketing({"fields": {"": ("firstname", "leadloop_nowhere")}})
    (warning,) = [line for line in world.adapter().check() if line.level == "warn"]
    assert "leadloop_nowhere" in warning.what
