"""What only Salesforce does when rows are written."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from connector.errors import ConfigError, QuotaError
from connector.testing.simulator import Fault, Reply
from connector.testing.simulators.salesforce import INTEGRATION_USER, FieldDef
from tests.adapters.salesforce.conftest import KEY


def saves(world):
    return world.simulator.calls(path="/composite/sobjects")


def test_a_thousand_changed_leads_take_five_calls(salesforce):
    world = salesforce()
    records = [world.add(number) for number in range(1000)]
    changes = [world.change(record, number, 5) for number, record in enumerate(records)]
    outcomes = world.adapter().write(changes)
    assert {one.status for one in outcomes} == {"updated"}
    assert len(saves(world)) == 5


def test_leads_and_contacts_travel_apart_and_answer_in_order(salesforce):
    world = salesforce()
    leads = [world.add(number) for number in (1, 2)]
    contacts = [world.convert(world.add(number)) for number in (3, 4)]
    mixed = [leads[0], contacts[0], leads[1], contacts[1]]
    outcomes = world.adapter().write([world.change(record, 9 + at, at) for at, record in enumerate(mixed)])
    assert [(one.status, one.record_id) for one in outcomes] == [("updated", record[1]) for record in mixed]
    assert [world.score_on(record) for record in mixed] == [0, 1, 2, 3]
    assert len(saves(world)) == 2


def test_assignment_rules_are_not_set_off(salesforce):
    world = salesforce()
    (outcome,) = world.adapter().write([world.creation(1)])
    assert world.simulator.record(outcome.record_id)["OwnerId"] == INTEGRATION_USER


def test_a_rule_that_only_alerts_keeps_no_score_from_a_known_record(salesforce):
    world = salesforce()
    record = world.add(1)
    world.add(1)
    world.simulator.rules.duplicates = "alert"
    conflict, updated = world.adapter().write([world.creation(1), world.change(record, 1, 7)])
    assert conflict.status == "conflict"
    assert updated.status == "updated"


def test_a_conflict_without_names_is_named_by_the_address(salesforce):
    world = salesforce()
    record = world.add(1)
    world.forbid_duplicates()
    world.simulator.rules.names_duplicates = False
    (outcome,) = world.adapter().write([world.creation(1)])
    assert list(outcome.existing) == [record]


def test_a_unique_value_of_another_record_names_that_record(salesforce):
    world = salesforce()
    world.simulator.add_field("Lead", FieldDef("Tax_Id__c", length=20, unique=True))
    owner = world.add(1)
    world.simulator.edit(owner[1], Tax_Id__c="123")
    write = world.creation(2)
    (outcome,) = world.adapter().write([replace(write, fields={**write.fields, "Tax_Id__c": "123"})])
    assert (outcome.status, list(outcome.existing)) == ("conflict", [owner])


def test_a_key_on_another_record_of_the_person_keeps_no_score_back(salesforce):
    world = salesforce()
    world.adapter().write([world.creation(1)])
    second = world.add(1)
    (outcome,) = world.adapter().write([world.change(second, 1, 33)])
    assert outcome.status == "updated"
    assert world.score_on(second) == 33
    assert world.simulator.record(second[1])[KEY] is None


def test_without_a_key_nothing_is_created(salesforce):
    world = salesforce(key=None)
    with pytest.raises(ConfigError, match="key"):
        world.adapter().write([world.creation(1)])
    assert saves(world) == []


def test_a_blank_key_is_refused_without_a_call(salesforce):
    world = salesforce()
    (outcome,) = world.adapter().write([replace(world.creation(1), key="")])
    assert (outcome.status, outcome.code) == ("rejected", "blank_key")
    assert saves(world) == []


def test_rows_that_name_a_missing_field_are_found_by_one_look_and_one_more_call(salesforce):
    world = salesforce()
    batch = [world.creation(number) for number in range(1, 60)]
    batch[7], _ = world.spoilt(batch[7], "unknown_field")
    batch[30], _ = world.spoilt(batch[30], "unknown_field")
    outcomes = world.adapter().write(batch)
    assert [one.effect for one in outcomes if one.status == "rejected"] == [batch[7].effect, batch[30].effect]
    assert len(saves(world)) == 2


def test_a_field_that_no_row_can_do_without_stops_the_write(salesforce):
    world = salesforce()
    records = [world.add(number) for number in (1, 2)]
    world.hide_field()
    with pytest.raises(ConfigError, match=r"Lead\.LeadScore__c") as caught:
        world.adapter().write([world.change(record, at, 1) for at, record in enumerate(records)])
    assert caught.value.code == "field_missing"


def test_a_key_field_that_vanished_stops_the_creations(salesforce):
    world = salesforce()
    world.simulator.remove_field("Lead", KEY)
    with pytest.raises(ConfigError, match=KEY):
        world.adapter().write([world.creation(1), world.creation(2)])


def test_a_batch_refused_for_no_known_reason_is_halved_until_the_bad_row_stands_alone(salesforce):
    world = salesforce()
    refusal = Reply(400, [{"message": "?", "errorCode": "JSON_PARSER_ERROR"}])
    world.simulator.faults.append(Fault("reply", path=world.write_path, times=3, reply=refusal))
    batch = [world.creation(number) for number in range(1, 5)]
    outcomes = world.adapter().write(batch)  # refused: all four, the first two, the first one
    assert [one.status for one in outcomes] == ["rejected", "created", "created", "created"]


def test_a_shorter_list_of_results_leaves_creations_unknown(salesforce):
    world = salesforce()
    short = Reply(200, [{"id": "00Q5g0000000001AAA", "success": True, "errors": [], "created": True}])
    world.simulator.faults.append(Fault("reply_after", path=world.write_path, reply=short))
    outcomes = world.adapter().write([world.creation(number) for number in (1, 2, 3)])
    assert [one.status for one in outcomes] == ["unknown"] * 3


def test_a_shorter_list_of_results_tells_of_known_ids_only(salesforce):
    world = salesforce()
    records = [world.add(number) for number in (1, 2)]
    short = Reply(200, [{"id": records[1][1], "success": True, "errors": []}])
    world.simulator.faults.append(Fault("reply_after", path=world.write_path, reply=short))
    outcomes = world.adapter().write([world.change(record, at, 1) for at, record in enumerate(records)])
    assert [one.status for one in outcomes] == ["unknown", "updated"]


def test_results_for_other_records_than_those_sent_are_unknown(salesforce):
    world = salesforce()
    records = [world.add(number) for number in (1, 2)]
    swapped = Reply(200, [{"id": one[1], "success": True, "errors": []} for one in reversed(records)])
    world.simulator.faults.append(Fault("reply_after", path=world.write_path, reply=swapped))
    outcomes = world.adapter().write([world.change(record, at, 1) for at, record in enumerate(records)])
    assert [one.status for one in outcomes] == ["unknown", "unknown"]


def test_a_day_spent_between_two_requests_puts_the_rest_off(salesforce):
    world = salesforce()
    spent = Reply(403, [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}])
    world.simulator.faults.append(Fault("reply", path=world.write_path, skip=1, reply=spent))
    outcomes = world.adapter().write([world.creation(number) for number in range(400)])
    assert [one.status for one in outcomes] == ["created"] * 200 + ["rejected"] * 200
    assert {one.retry_after_s for one in outcomes[200:]} == {3600}


def test_a_day_spent_at_once_raises_and_nothing_was_applied(salesforce):
    world = salesforce()
    world.adapter().resolve([world.keys(1)])
    world.leave_calls(0)
    with pytest.raises(QuotaError):
        world.adapter().write([world.creation(1)])
    assert world.records_of(1) == []


def test_an_admins_words_are_shown_and_addresses_in_them_are_not(salesforce):
    world = salesforce()
    text = "Leads of person1@example.com need a region"
    row = {"statusCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "message": text, "fields": []}
    refused = Reply(200, [{"success": False, "errors": [row]}])
    world.simulator.faults.append(Fault("reply", path=world.write_path, reply=refused))
    (outcome,) = world.adapter().write([world.creation(1)])
    assert outcome.text == "Leads of (address) need a region"


def test_values_go_out_as_the_platform_takes_them(salesforce):
    world = salesforce()
    write = world.creation(1)
    values = {
        "Scored_At__c": datetime(2026, 11, 21, 10, tzinfo=UTC),
        "Seen_On__c": date(2026, 11, 21),
        "Topics__c": ["a", "b"],
    }
    for name in values:
        world.simulator.add_field("Lead", FieldDef(name))
    world.adapter().write([replace(write, fields={**write.fields, **values})])
    (record,) = json.loads(saves(world)[0].body)["records"]
    sent = {name: record[name] for name in values}
    assert sent == {"Scored_At__c": "2026-11-21T10:00:00.000Z", "Seen_On__c": "2026-11-21", "Topics__c": "a;b"}


def test_a_kind_that_salesforce_does_not_have_is_refused_by_name(salesforce):
    world = salesforce()
    (outcome,) = world.adapter().write([replace(world.creation(1), kind="tag", name="MQL")])
    assert (outcome.status, outcome.code) == ("rejected", "unsupported")
