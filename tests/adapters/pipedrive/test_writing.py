"""What only Pipedrive does when records are written."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from connector.errors import AuthError, ConfigError, QuotaError
from connector.model import LeadWrite
from connector.testing.simulator import Fault
from connector.testing.simulators.pipedrive.wording import refused


def saves(world, path="."):
    return [one for one in world.simulator.calls("POST|PATCH", path) if one.status in (200, 201)]


def tag(record, on=True, name="MQL"):
    return LeadWrite(f"tag-{name}-{on}", "tag", "ll-1", record[0], record[1], name=name, on=on)


def test_a_lead_is_made_on_a_person_that_is_made_first(pipedrive):
    world = pipedrive("lead")
    (outcome,) = world.adapter().write([world.creation(1)])
    [person], [lead] = world.simulator.live("person"), world.simulator.live("lead")
    assert (outcome.object, outcome.record_id) == ("lead", lead["id"])
    assert (lead["person_id"], lead["title"], lead["origin_id"]) == (person["id"], "Person 1", world.key_of(1))
    assert person["emails"] == [{"value": world.email_of(1), "primary": True, "label": "work"}]


def test_a_lead_is_made_on_the_person_that_is_there(pipedrive):
    world = pipedrive("lead")
    person = world.simulator.add_person("Ana", world.email_of(1))
    (answer,) = world.adapter().resolve([world.keys(1)])
    assert answer.found == []
    (outcome,) = world.adapter().write([world.creation(1)])
    assert outcome.status == "created"
    assert [lead["person_id"] for lead in world.simulator.live("lead")] == [person]
    assert len(world.simulator.live("person")) == 1


def test_a_creation_looks_before_it_makes_and_names_what_is_there(pipedrive):
    world = pipedrive("lead")
    record = world.add(1)
    (outcome,) = world.adapter().write([world.creation(1)])
    assert (outcome.status, list(outcome.existing)) == ("conflict", [record])
    assert saves(world) == []


def test_a_creation_that_was_looked_for_lately_costs_no_second_look(pipedrive):
    world = pipedrive("lead")
    adapter = world.adapter()
    adapter.fields()
    adapter.resolve([world.keys(number) for number in range(1, 6)])
    before = len(world.simulator.ledger)
    adapter.write([world.creation(number) for number in range(1, 6)])
    assert len(world.simulator.ledger) - before == 10, "a person and a lead each"


def test_an_option_is_written_by_its_id_and_read_by_its_label(pipedrive):
    world = pipedrive("lead")
    write = replace(world.creation(1), fields={**world.creation(1).fields, "Rejection reason": "no budget"})
    world.adapter().write([write])
    body = json.loads(saves(world, "/leads")[0].body)
    assert [value for value in body.values() if value in (31, 32, 40, 41)] == [31, 40]
    (back,) = world.adapter().read_back([write])
    assert back.fields["Rejection reason"] == "no budget"
    assert back.fields["MQL"] is True


def test_what_sales_added_to_a_person_stays_when_an_address_is_written(pipedrive):
    world = pipedrive("person")
    record = ("person", str(world.simulator.add_person("Ana", "old@acme.example", "second@acme.example")))
    write = replace(world.change(record, 1, 5), fields={"email": "new@acme.example", "phone": "+5511900000000"})
    assert world.adapter().write([write])[0].status == "updated"
    row = world.simulator.record(world.ref(record))
    assert [one["value"] for one in row["emails"]] == ["new@acme.example", "old@acme.example", "second@acme.example"]
    assert [one["primary"] for one in row["emails"]] == [True, False, False]


def test_a_leads_name_and_phone_are_written_to_its_person(pipedrive):
    world = pipedrive("lead")
    record = world.add(1)
    write = replace(world.change(record, 1, 5), fields={"phone": "+5511900000000", "Lead score": 7})
    world.adapter().write([write])
    [person] = world.simulator.live("person")
    assert person["phones"][0]["value"] == "+5511900000000"
    assert world.score_on(record) == 7


@pytest.mark.parametrize("made", ["lead", "deal"])
def test_what_sales_archived_is_said_to_have_moved_and_is_found_at_its_person(pipedrive, made):
    world = pipedrive(made)
    (created,) = world.adapter().write([world.creation(1)])
    record = (created.object, created.record_id)
    world.simulator.archive(world.ref(record))
    (outcome,) = world.adapter().write([world.change(record, 1, 50)])
    assert (outcome.status, outcome.moved) == ("rejected", True)
    [person] = world.simulator.live("person")
    (answer,) = world.adapter().resolve([world.keys(1, record)])
    assert [(one.object, one.id, one.was) for one in answer.found] == [("person", str(person["id"]), record)]
    assert answer.gone == []


def test_a_merged_person_is_found_at_the_survivor(pipedrive):
    world = pipedrive("person")
    (created,) = world.adapter().write([world.creation(1)])
    loser, (_, winner) = created.record_id, world.add(2)
    world.simulator.merge(int(loser), int(winner))
    (outcome,) = world.adapter().write([world.change(("person", loser), 1, 50)])
    assert outcome.moved
    (answer,) = world.adapter().resolve([world.keys(1, ("person", loser))])
    assert [(one.object, one.id) for one in answer.found] == [("person", winner)]


def test_labels_are_added_beside_those_of_sales_and_taken_off_alone(pipedrive):
    for made in ("lead", "person", "deal"):
        world = pipedrive(made)
        record = world.add(1)
        label = "Hot" if made == "lead" else "Hot lead"
        world.simulator.label(world.ref(record), label)
        adapter = world.adapter()
        assert [one.status for one in adapter.write([tag(record)])] == ["updated"]
        assert world.simulator.labels_of(world.ref(record)) == [label, "MQL"]
        assert [one.status for one in adapter.write([tag(record)])] == ["unchanged"]
        assert [back.present for back in adapter.read_back([tag(record), tag(record, on=False)])] == [True, False]
        assert [one.status for one in adapter.write([tag(record, on=False)])] == ["updated"]
        assert world.simulator.labels_of(world.ref(record)) == [label]


def test_a_label_that_nobody_made_is_not_made_to_be_taken_off(pipedrive):
    world = pipedrive("lead")
    assert world.adapter().write([tag(world.add(1), on=False)])[0].status == "unchanged"
    assert saves(world) == []


def test_a_missing_scope_stops_the_connection_unless_it_is_an_archived_record_that_refuses(pipedrive):
    world = pipedrive("lead")
    record = world.add(1)
    forbidden = Fault("reply", path="/leads", method="PATCH", times=9, reply=refused(403, "Scope and URL mismatch"))
    world.simulator.faults.append(forbidden)
    with pytest.raises(AuthError):
        world.adapter().write([world.change(record, 1, 5)])
    world.simulator.archive(world.ref(record))
    assert world.adapter().write([world.change(record, 1, 5)])[0].moved


def test_a_job_title_without_contact_sync_is_refused_and_stops_nobody_else(pipedrive):
    world = pipedrive("person")
    titled = replace(world.change(world.add(1), 1, 5), fields={"job_title": "CEO"})
    outcomes = world.adapter().write([titled, world.change(world.add(2), 2, 5)])
    assert [(one.status, one.code) for one in outcomes] == [("rejected", "contact_sync"), ("updated", None)]
    world.simulator.rows.contact_sync = True
    assert world.adapter().write([titled])[0].status == "updated"


def test_a_person_that_was_deleted_is_not_made_again_with_a_lead(pipedrive):
    world = pipedrive("lead")
    record = world.add(1)
    [person] = world.simulator.live("person")
    world.simulator.archive(world.ref(record))
    world.simulator.delete(("person", person["id"]))
    (answer,) = world.adapter().resolve([world.keys(1, record, ("person", str(person["id"])))])
    assert answer.found == []
    assert answer.gone == [("person", str(person["id"]))]


def test_rows_after_a_spent_budget_are_put_off_and_those_before_it_stand(pipedrive):
    world = pipedrive("person")
    records = [world.add(number) for number in (1, 2, 3)]
    adapter = world.adapter()
    adapter.fields()
    world.simulator.budget.told = False
    world.simulator.budget.leave(5)
    first, second, third = adapter.write([world.change(record, 1, 5) for record in records])
    assert first.status == "updated"
    assert [(one.status, one.code, bool(one.retry_after_s)) for one in (second, third)] == [
        ("rejected", "http_429", True)
    ] * 2


def test_a_field_that_was_renamed_stops_the_connection_by_name(pipedrive):
    world = pipedrive("person")
    write = replace(world.change(world.add(1), 1, 5), fields={"Lead scroe": 5})
    with pytest.raises(ConfigError, match="Lead scroe"):
        world.adapter().write([write])


def test_what_cannot_be_written_is_refused_before_it_is_sent(pipedrive):
    world = pipedrive("deal")
    record = world.add(1)
    writes = [
        replace(world.change(record, 1, 5, name), fields={name: value})
        for name, value in (("status", "lost"), ("Lead score", "many"), ("Lead grade", "x" * 256))
    ]
    outcomes = world.adapter().write(writes)
    assert [one.code for one in outcomes] == ["read_only", "bad_number", "too_long"]
    assert saves(world) == []


def test_the_last_tokens_of_the_day_are_told_apart_from_a_burst(pipedrive):
    world = pipedrive("person")
    adapter = world.adapter()
    adapter.fields()
    world.simulator.budget.leave(0)
    with pytest.raises(QuotaError) as caught:
        adapter.resolve([world.keys(1)])
    assert caught.value.retry_after_s == 3600


def test_each_call_is_counted_by_what_it_costs(pipedrive):
    world = pipedrive("lead")
    world.simulator.budget.told = False
    adapter = world.adapter()
    adapter.check()
    adapter.resolve([world.keys(number) for number in range(1, 8)])
    adapter.write([world.creation(number) for number in range(1, 8)])
    list(adapter.records(None))
    assert world.budgets.slots
    counted = sum(sum(slots.values()) for (_, bucket), slots in world.budgets.slots.items() if bucket.endswith("86400"))
    unspent = 20  # the rest of the block that was claimed last
    assert world.simulator.budget.used <= counted <= world.simulator.budget.used + unspent


def test_a_small_company_is_walked_and_a_large_one_searched(pipedrive):
    world = pipedrive("person")
    world.simulator.page_rows = 500
    world.adapter().resolve([world.keys(number) for number in range(1, 101)])
    assert world.simulator.calls(path="search|itemSearch") == []
    world.simulator.page_rows = 2
    for number in range(1, 12):
        world.add(number)
    world.clock.advance(3600)
    adapter = world.adapter()
    for _ in range(2):
        answers = adapter.resolve([world.keys(11)])
        assert [len(one.found) for one in answers] == [1]
    lists = world.simulator.calls("GET", "/persons$")
    assert len(world.simulator.calls(path="/persons/search")) == 2
    assert len(lists) == 1 + 3 + 1 + 1, "the second look-up does not try to walk again"
