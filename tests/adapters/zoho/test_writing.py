"""What is sent, what it sets off, and what becomes of rows that Zoho does not take."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from connector.adapter import Options
from connector.errors import ConfigError
from connector.testing.simulator import Fault, Reply
from connector.testing.simulators.zoho.wording import refused


def bodies(world, method="POST|PUT", path="/crm/v8/(Leads|Contacts|Tasks|Notes)"):
    return [json.loads(one.body) for one in world.simulator.calls(method, path)]


def tag(world, record, name="MQL", *, on=True):
    return replace(world.change(record, 1, 1, f"{name}-{on}"), kind="tag", name=name, on=on, fields={})


def test_nothing_of_the_account_is_set_off_by_our_writes(zoho):
    world = zoho()
    record = world.add(1)
    world.adapter().write([world.creation(2), world.change(record, 1, 5)])
    sent = bodies(world)
    assert len(sent) == 2
    assert all(body["trigger"] == [] for body in sent)
    assert all(body["skip_feature_execution"] == [{"name": "cadences"}] for body in sent)
    assert not any("lar_id" in body for body in sent), "assignment rules run only for who names one"


def test_a_record_is_made_under_our_key_alone_so_that_no_address_is_taken_over(zoho):
    world = zoho()
    world.add(1)
    (outcome,) = world.adapter().write([world.creation(1)])
    [body] = bodies(world)
    assert body["duplicate_check_fields"] == ["Leadloop_ID"]
    assert outcome.status == "created"


def test_a_hundred_leads_are_one_call_of_ten_credits(zoho):
    world = zoho()
    adapter = world.adapter()
    adapter.write([world.creation(0)])
    left = world.simulator.credits.left
    outcomes = adapter.write([world.creation(number) for number in range(1, 101)])
    assert [one.status for one in outcomes] == ["created"] * 100
    assert (len(bodies(world)), left - world.simulator.credits.left) == (2, 10)


def test_rows_refused_one_and_all_under_400_have_their_own_outcomes(zoho):
    world = zoho()
    batch = [replace(world.creation(number), fields={"Leadloop_Score": number}) for number in (1, 2)]
    outcomes = world.adapter().write(batch)
    assert [(one.status, one.code, one.field) for one in outcomes] == [
        ("rejected", "MANDATORY_NOT_FOUND", "Last_Name")
    ] * 2
    assert len(bodies(world)) == 1, "nothing is sent again"


def test_a_call_refused_as_a_whole_is_cut_until_the_bad_row_is_alone(zoho):
    world = zoho()
    whole = refused(400, "INVALID_DATA", api_name="data")
    world.simulator.faults.append(Fault("reply", path="/upsert$", times=2, reply=whole))
    outcomes = world.adapter().write([world.creation(number) for number in (1, 2, 3, 4)])
    assert [one.status for one in outcomes] == ["created"] * 4


def test_a_missing_module_is_not_tried_in_halves(zoho):
    world = zoho()
    gone = refused(400, "INVALID_MODULE")
    world.simulator.faults.append(Fault("reply", path="/upsert$", times=9, reply=gone))
    outcomes = world.adapter().write([world.creation(number) for number in (1, 2)])
    assert [one.code for one in outcomes] == ["INVALID_MODULE"] * 2
    assert len(bodies(world)) == 1


def test_a_unique_address_in_the_account_is_a_conflict_that_names_the_record(zoho):
    world = zoho()
    record = world.add(1)
    world.forbid_duplicates()
    (outcome,) = world.adapter().write([world.creation(1)])
    assert (outcome.status, outcome.field, list(outcome.existing)) == ("conflict", "Email", [record])


def test_the_newer_words_for_a_duplicate_are_understood(zoho):
    world = zoho()
    details = {"duplicate_record": {"id": "9", "module": {"api_name": "Contacts", "id": "1"}}, "api_name": "Email"}
    told = {"data": [{"code": "DUPLICATE_DATA", "details": details, "status": "error", "message": "duplicate data"}]}
    world.simulator.faults.append(Fault("reply", path="/upsert$", reply=Reply(202, told)))
    (outcome,) = world.adapter().write([world.creation(1)])
    assert list(outcome.existing) == [("Contacts", "9")]


def test_a_field_that_zoho_would_ignore_without_a_word_is_refused_here(zoho):
    world = zoho()
    spoilt, field = world.spoilt(world.creation(1), "unknown_field")
    good = world.creation(2)
    outcomes = world.adapter().write([spoilt, good])
    assert [(one.status, one.code, one.field) for one in outcomes[:1]] == [("rejected", "field_missing", field)]
    assert outcomes[1].status == "created"
    with pytest.raises(ConfigError, match=field):
        world.adapter().write([spoilt])


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("Created_Time", "2026-01-01T00:00:00Z", "read_only"),
        ("Leadloop_MQL", "yes", "bad_value"),
        ("Leadloop_Score", "many", "bad_value"),
        ("Leadloop_Score", 1.5, "bad_value"),
        ("Lead_Status", "Thinking", "bad_option"),
        ("Last_Name", "x" * 81, "too_long"),
    ],
)
def test_a_value_that_does_not_fit_costs_no_call(zoho, name, value, code):
    world = zoho()
    write = world.creation(1)
    (outcome,) = world.adapter().write([replace(write, fields={**write.fields, name: value})])
    assert (outcome.status, outcome.code, outcome.field) == ("rejected", code, name)
    assert bodies(world) == []


def test_a_choice_is_found_in_any_case_and_written_as_the_account_has_it(zoho):
    world = zoho()
    write = world.creation(1)
    (outcome,) = world.adapter().write([replace(write, fields={**write.fields, "Rejection_Reason": "no BUDGET"})])
    assert world.simulator.record(("Leads", outcome.record_id))["Rejection_Reason"] == "No budget"


def test_a_second_write_of_one_record_travels_behind_the_first(zoho):
    world = zoho()
    record = world.add(1)
    outcomes = world.adapter().write([world.change(record, 1, 5), world.change(record, 1, 6)])
    assert [one.status for one in outcomes] == ["updated", "updated"]
    assert [len(body["data"]) for body in bodies(world)] == [1, 1]
    assert world.score_on(record) == 6


def test_without_a_key_nothing_is_made(zoho):
    world = zoho(key=None)
    (outcome,) = world.adapter().write([world.creation(1)])
    assert outcome.code == "no_key"
    nameless = replace(world.creation(1), key="")
    (outcome,) = zoho().adapter().write([nameless])
    assert outcome.code == "blank_key"


def test_leads_and_contacts_alone_are_written(zoho):
    world = zoho()
    world.options = Options("zoho", object="Deals")
    with pytest.raises(ConfigError):
        world.adapter()


# Tags.


def test_a_tag_is_put_beside_those_of_sales_and_taken_away_alone(zoho):
    world = zoho()
    records = [world.add(number) for number in (1, 2)]
    for record in records:
        world.simulator.tag(record, "VIP")
    adapter = world.adapter()
    put = adapter.write([tag(world, record) for record in records])
    assert [one.status for one in put] == ["updated", "updated"]
    assert [world.simulator.tags_of(record) for record in records] == [["VIP", "MQL"]] * 2
    assert [one.present for one in adapter.read_back([tag(world, records[0]), tag(world, records[0], on=False)])] == [
        True,
        False,
    ]
    (off,) = adapter.write([tag(world, records[0], on=False)])
    assert off.status == "updated"
    assert world.simulator.tags_of(records[0]) == ["VIP"]
    assert len(bodies(world, path="_tags")) == 2, "one call for both records"


def test_a_tag_that_nobody_has_needs_no_taking_away(zoho):
    world = zoho()
    (outcome,) = world.adapter().write([tag(world, world.add(1), on=False)])
    assert outcome.status == "unchanged"


def test_a_tag_on_a_record_that_is_no_more_says_that_it_moved(zoho):
    world = zoho()
    gone, there = world.add(1), world.add(2)
    world.delete(gone)
    outcomes = world.adapter().write([tag(world, gone), tag(world, there)])
    assert [(one.status, one.moved) for one in outcomes] == [("rejected", True), ("updated", False)]


def test_a_tag_longer_than_zoho_takes_is_refused_here(zoho):
    world = zoho()
    (outcome,) = world.adapter().write([tag(world, world.add(1), "x" * 26)])
    assert outcome.code == "bad_tag"
