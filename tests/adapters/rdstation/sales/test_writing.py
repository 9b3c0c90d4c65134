"""What stands in the account once leadloop wrote: one contact, one deal, and nothing of sales' touched."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from connector.testing.conformance.crm.driving import settle, write_all
from connector.testing.simulator import Fault

VERSIONS = pytest.mark.parametrize("version", [1, 2])


def contacts(world):
    return list(world.simulator.store.contacts.values())


@VERSIONS
def test_a_new_person_becomes_a_contact_and_a_deal_in_the_first_stage(crm, version):
    world = crm(version)
    (outcome,) = write_all(world.adapter(), [world.creation(1)])
    deal = world.simulator.store.deals[outcome.record_id]
    [contact] = contacts(world)
    assert deal["contact_ids"] == [contact["id"]]
    assert contact["emails"] == [{"email": world.email_of(1)}]
    assert world.simulator.store.stage(deal["stage_id"])["name"] == "Sem contato"
    assert world.simulator.value(deal["id"], "Leadloop ID") == world.key_of(1)


@VERSIONS
def test_new_deals_go_to_the_pipeline_that_the_connection_names(crm, version):
    world = crm(version, values={"pipeline": "pós-venda"})
    (outcome,) = write_all(world.adapter(), [world.creation(1)])
    stage = world.simulator.store.stage(world.simulator.store.deals[outcome.record_id]["stage_id"])
    assert (stage["pipeline"], stage["name"]) == ("Pós-venda", "Entrada")


@VERSIONS
def test_a_pipeline_that_is_not_there_is_told_before_anything_is_made(crm, version):
    world = crm(version, values={"pipeline": "Elsewhere"})
    failing = [line.what for line in world.adapter().check() if line.level == "fail"]
    assert failing == ["there is no pipeline 'Elsewhere'"]
    with pytest.raises(Exception, match="no pipeline 'Elsewhere'"):
        world.adapter().write([world.creation(1)])
    assert contacts(world) == []


@VERSIONS
def test_a_contact_that_is_there_gets_the_deal_and_no_second_one_is_made(crm, version):
    world = crm(version)
    known = world.simulator.add_contact("Ana of Acme", world.email_of(1))
    adapter = world.adapter()
    adapter.resolve([world.keys(1)])
    (outcome,) = write_all(adapter, [world.creation(1)])
    assert world.simulator.store.deals[outcome.record_id]["contact_ids"] == [known]
    assert [one["name"] for one in contacts(world)] == ["Ana of Acme"]


@VERSIONS
def test_two_people_of_one_name_are_told_apart_by_their_addresses(crm, version):
    world = crm(version)
    first, second = world.creation(1), world.creation(2)
    second = replace(second, fields={**second.fields, "contact_name": "Person 1"})
    assert [one.status for one in write_all(world.adapter(), [first, second])] == ["created", "created"]
    assert [one["name"] for one in contacts(world)] == ["Person 1", "Person 1 (person2@example.com)"]


@VERSIONS
def test_a_contact_whose_answer_was_lost_is_found_again(crm, version):
    world = crm(version)
    world.simulator.faults.append(Fault("lose_after", path="/contacts$", method="POST"))
    settle(world, [world.creation(1)])
    assert len(contacts(world)) == 1
    assert len(world.records_of(1)) == 1


@VERSIONS
def test_addresses_that_sales_added_stay(crm, version):
    world = crm(version)
    contact = world.simulator.add_contact("Ana", world.email_of(1), "ana@private.example")
    deal = world.simulator.add_deal(contact)
    change = world.change(("deal", deal), 1, 50)
    change = replace(change, fields={"email": "ana@new.example", "phone": "+5511999990000"})
    assert write_all(world.adapter(), [change])[0].status == "updated"
    [row] = contacts(world)
    assert [one["email"] for one in row["emails"]] == ["ana@new.example", world.email_of(1), "ana@private.example"]
    assert [one["phone"] for one in row["phones"]] == ["+5511999990000"]


def test_a_deal_that_took_no_contact_is_linked_from_the_contact(crm):
    world = crm(1)
    world.simulator.links_contacts = False
    older = world.simulator.add_deal(world.simulator.add_contact("Ana", world.email_of(1)), "Older")
    world.simulator.win(older)
    adapter = world.adapter()
    adapter.resolve([world.keys(1)])
    (outcome,) = write_all(adapter, [world.creation(1)])
    [row] = contacts(world)
    assert {deal["id"] for deal in world.simulator.store.deals_of(row["id"])} == {older, outcome.record_id}


def test_a_deal_without_contact_whose_answer_was_lost_is_not_made_again(crm):
    world = crm(1)
    world.simulator.links_contacts = False
    world.simulator.faults.append(Fault("lose_after", path="/deals$", method="POST"))
    settle(world, [world.creation(1)])
    assert len(world.simulator.store.deals) == 1


@VERSIONS
def test_a_won_deal_of_other_times_is_left_alone(crm, version):
    world = crm(version)
    old = world.add(1)
    world.simulator.win(old[1], 500)
    adapter = world.adapter()
    (answer,) = adapter.resolve([world.keys(1)])
    assert list(answer.found) == []
    (outcome,) = write_all(adapter, [world.creation(1)])
    assert (outcome.status, world.score_on(old)) == ("created", None)


@VERSIONS
def test_our_own_deal_is_found_again_even_when_it_was_lost(crm, version):
    world = crm(version)
    (made,) = write_all(world.adapter(), [world.creation(1)])
    world.simulator.lose(made.record_id, "Sem timing")
    world.clock.advance(60)
    (answer,) = world.adapter().resolve([world.keys(1)])
    assert [(one.id, one.by) for one in answer.found] == [(made.record_id, "key")]


@VERSIONS
def test_short_values_are_written_so_that_they_are_taken(crm, version):
    world = crm(version)
    write = world.creation(7)
    write = replace(write, fields={**write.fields, "contact_name": "J", "Leadloop Score": 7})
    (outcome,) = write_all(world.adapter(), [write])
    assert world.simulator.value(outcome.record_id, "Leadloop Score") == "07"
    assert [one["name"] for one in contacts(world)] == ["J."]
    bad = replace(world.change(("deal", outcome.record_id), 7, 8), fields={"Leadloop Grade": "A"})
    (refused,) = write_all(world.adapter(), [bad])
    assert (refused.status, refused.code, refused.field) == ("rejected", "too_short", "Leadloop Grade")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "tag"}, "unsupported"),
        ({"kind": "task"}, "no_record"),
        ({"key": ""}, "blank_key"),
        ({"fields": {"status": "won"}}, "read_only"),
    ],
)
def test_what_cannot_be_written_costs_no_request(crm, change, code):
    world = crm(1)
    (outcome,) = world.adapter().write([replace(world.creation(1), **change)])
    assert (outcome.status, outcome.code) == ("rejected", code)
    assert world.simulator.calls("POST|PUT") == []


def test_a_field_that_vanished_under_way_is_named_as_people_know_it(crm):
    world = crm(1)
    record = world.add(1)
    adapter = world.adapter()
    adapter.write([world.change(record, 1, 10)])
    world.hide_field()
    (outcome,) = adapter.write([world.change(record, 1, 20)])
    assert (outcome.status, outcome.code, outcome.field) == ("rejected", "no_such_field", "Leadloop Score")


@VERSIONS
def test_others_whom_a_search_brings_besides_are_nobody_we_look_for(crm, version):
    world = crm(version)
    world.simulator.store.is_fuzzy = True
    for number in range(7):
        other = world.simulator.add_contact(f"Other {number}", f"other{number}-{world.email_of(1)}")
        world.simulator.add_deal(other)
    (answer,) = world.adapter().resolve([world.keys(1)])
    assert list(answer.found) == []
    record = world.add(1)
    (answer,) = world.adapter().resolve([world.keys(1)])
    assert [(one.object, one.id) for one in answer.found] == [record], "on the second page"
