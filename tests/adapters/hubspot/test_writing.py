"""Contacts as the CRM's records: made once, found again, and never stuck on a bad neighbour."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from adapters.hubspot.crm import HubSpotCrm
from connector.adapter import Options, PersonKeys
from connector.errors import ConfigError
from connector.testing.conformance.crm.driving import settle


@pytest.fixture
def world(crm):
    return crm()


def test_a_thousand_changed_contacts_cost_ten_calls(world):
    writes = [world.change(world.add(number), number, 60) for number in range(1000)]
    adapter = world.adapter()
    adapter.types.of("contacts")
    before = len(world.simulator.ledger)
    for start in range(0, 1000, 100):
        adapter.write(writes[start : start + 100])
    assert len(world.simulator.ledger) - before == 10


def test_results_that_come_shuffled_go_to_their_writes(world):
    writes = [world.creation(number) for number in range(1, 20)]
    outcomes = world.adapter().write(writes)
    keys = [world.account.values(str(one.record_id))["leadloop_id"] for one in outcomes]
    assert keys == [write.key for write in writes]


def test_a_key_that_another_contact_holds_keeps_no_score_away(world):
    settle(world, [world.creation(1)])
    record = world.add(2)
    (outcome,) = world.adapter().write([world.change(record, 1, 64)])
    assert outcome.status == "updated"
    assert world.score_on(record) == 64
    assert "leadloop_id" not in world.account.values(record[1])


def test_a_property_that_nobody_has_stops_the_whole_batch(world):
    writes = [world.spoilt(world.creation(number), "unknown_field")[0] for number in (1, 2)]
    with pytest.raises(ConfigError) as caught:
        world.adapter().write(writes)
    assert "nobody_made" in caught.value.message


def test_a_day_travels_as_a_day_and_a_blank_clears(world):
    record = world.add(1)
    write = world.change(record, 1, 5)
    world.account.edit(record[1], {"firstname": "Ana"})
    fields = {"birthday": "1990-04-03T12:30:00Z", "firstname": None, "leadloop_mql": False}
    assert world.adapter().write([replace(write, fields=fields)])[0].status == "updated"
    values = world.account.values(record[1])
    assert (values["birthday"], values["firstname"], values["leadloop_mql"]) == ("1990-04-03", "", "false")


def test_a_property_that_takes_duplicates_is_no_key(crm):
    world = crm({"key": "leadloop_reasons"})
    with pytest.raises(ConfigError) as caught:
        world.adapter().resolve([world.keys(1)])
    assert "leadloop check" in str(caught.value.hint)


def test_only_contacts_are_written(world):
    with pytest.raises(ConfigError):
        HubSpotCrm(world.adapter().client, Options("hub", object="deals"))


def test_a_mapping_without_a_key_makes_nobody(crm):
    world = crm({"key": None, "match": ("email",)})
    with pytest.raises(ConfigError):
        world.adapter().write([world.creation(1)])


def test_a_further_address_finds_its_contact(world):
    record, other = world.add(1), world.add(2)
    world.merge(other, record)
    (answer,) = world.adapter().resolve([PersonKeys("ll-new", (), (world.email_of(2),))])
    assert [(one.object, one.id) for one in answer.found] == [record]


def test_an_address_that_hubspot_does_not_take_keeps_no_others_from_being_found(world):
    records = [world.add(number) for number in (1, 2, 3)]
    people = [world.keys(1), PersonKeys("ll-odd", (), ("no address",)), world.keys(2), world.keys(3)]
    answers = world.adapter().resolve(people)
    assert [[(one.object, one.id) for one in answer.found] for answer in answers] == [
        [records[0]], [], [records[1]], [records[2]],
    ]  # fmt: skip


def test_a_search_that_lags_makes_nobody_twice(crm):
    world = crm(search_lag_s=600)
    adapter = world.adapter()
    adapter.write([world.creation(1)])
    (answer,) = adapter.resolve([world.keys(1)])
    assert answer.found[0].by == "key"
    assert not world.simulator.calls("POST", "/search")


def test_a_task_goes_to_the_contacts_owner_with_its_due_time(world):
    record = world.add(1)
    world.account.edit(record[1], {"hubspot_owner_id": "42"})
    fields = {"subject": "Call Ana", "body": "+40 demo", "due_at": "2026-11-21T12:00:00Z"}
    task = replace(world.change(record, 1, 1, "task"), kind="task", fields=fields)
    (outcome,) = world.adapter().write([task])
    assert (outcome.status, outcome.object) == ("created", "tasks")
    (kept,) = world.account.hanging_on(record[1], "tasks")
    assert (kept["hubspot_owner_id"], kept["hs_timestamp"]) == ("42", "2026-11-21T12:00:00Z")


def test_every_row_carries_a_trace_id_of_its_own(world):
    world.adapter().write([world.creation(number) for number in (1, 2, 3)])
    (call,) = world.simulator.calls("POST", "/batch/upsert")
    traces = [one["objectWriteTraceId"] for one in json.loads(call.body)["inputs"]]
    assert len(set(traces)) == 3


@pytest.mark.parametrize("kind", ["tag", "event"])
def test_a_kind_that_hubspot_has_not_is_refused_unsent(world, kind):
    (outcome,) = world.adapter().write([replace(world.creation(1), kind=kind)])
    assert (outcome.status, outcome.code) == ("rejected", "unsupported")
