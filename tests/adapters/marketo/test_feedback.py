"""Feedback: many leads in one call, an outcome for each, and what a lost answer leaves behind."""

from __future__ import annotations

import json

import pytest

from connector.errors import QuotaError, RetryableError
from connector.model import LeadWrite
from connector.testing.simulator import Fault
from connector.testing.simulators.marketo import wording
from tests.adapters.marketo.conftest import EVENT, PARTS

FIELDS = r"/rest/v1/leads\.json$"


@pytest.fixture
def world(marketo):
    return marketo()


def statuses(outcomes):
    return [outcome.status for outcome in outcomes]


def test_300_leads_travel_in_one_call_and_the_301st_in_another(world):
    batch = [world.write("field", world.add(number), number) for number in range(301)]
    assert statuses(world.adapter().write_back(batch)) == ["updated"] * 301
    sizes = [len(json.loads(call.body)["input"]) for call in world.simulator.calls("POST", FIELDS)]
    assert sizes == [300, 1]


def test_nobody_is_ever_made(world):
    write = LeadWrite("e", "field", "ll", record_id="999999", email="new@example.com", fields={"leadloop_note": "x"})
    (outcome,) = world.adapter().write_back([write])
    assert (outcome.status, outcome.code, outcome.moved) == ("rejected", "1004", True)
    assert world.simulator.instance.leads == {}
    (call,) = world.simulator.calls("POST", FIELDS)
    body = json.loads(call.body)
    assert (body["action"], body["lookupField"]) == ("updateOnly", "id")


def test_two_writes_of_one_lead_travel_as_one_row_and_the_later_value_wins(world):
    id_ = world.add(1)
    batch = [
        world.effect("field", id_, fields={"leadloop_note": "old", "leadloop_count": 1}, suffix="-1"),
        world.effect("field", id_, fields={"leadloop_note": "new"}, suffix="-2"),
    ]
    assert statuses(world.adapter().write_back(batch)) == ["updated", "updated"]
    values = world.simulator.lead(int(id_)).values
    assert (values["leadloop_note"], values["leadloop_count"]) == ("new", 1)


def test_a_field_can_be_emptied(world):
    id_ = world.add(1)
    adapter = world.adapter()
    adapter.write_back([world.effect("field", id_, fields={"leadloop_note": "x"})])
    clear = world.effect("field", id_, fields={"leadloop_note": None})
    adapter.write_back([clear])
    (read,) = adapter.read_back([clear])
    assert dict(read.fields) == {"leadloop_note": None}


def test_a_write_to_a_lead_that_was_merged_asks_for_the_person_again(world):
    loser, survivor = world.add(1), world.add(2)
    write = world.write("field", loser, 1)
    world.merge(loser, survivor)
    (outcome,) = world.adapter().write_back([write])
    assert (outcome.code, outcome.moved) == ("1080", True)


def test_a_list_is_found_by_its_name_or_its_number(world):
    id_ = world.add(1)
    members = world.simulator.instance.lists[world.list_id].members
    adapter = world.adapter()
    assert statuses(adapter.write_back([world.effect("list", id_, name="MQL")])) == ["updated"]
    assert members == {int(id_)}
    off = world.effect("list", id_, name=str(world.list_id), on=False)
    assert statuses(adapter.write_back([off])) == ["updated"]
    assert statuses(adapter.write_back([off])) == ["unchanged"]
    assert [read.present for read in adapter.read_back([off])] == [True]
    assert len(world.simulator.calls("GET", r"/lists\.json")) == 1


def test_a_list_that_is_missing_or_named_twice_sinks_nobody_else(world):
    world.simulator.instance.make_list("Hot")
    world.simulator.instance.make_list("Hot")
    id_ = world.add(1)
    batch = [world.effect("list", id_, name=name) for name in ("Nowhere", "Hot", "MQL")]
    outcomes = world.adapter().write_back(batch)
    assert [(one.status, one.code) for one in outcomes] == [
        ("rejected", "unknown_list"), ("rejected", "unknown_list"), ("updated", None),
    ]  # fmt: skip
    assert [read.unclear for read in world.adapter().read_back(batch)] == [True, True, False]


def test_what_cannot_travel_costs_no_call(world):
    batch = [
        world.effect("tag", world.add(1), name="mql"),
        LeadWrite("nobody", "field", "ll", fields={"leadloop_note": "x"}),
        LeadWrite("no number", "field", "ll", record_id="abc", fields={"leadloop_note": "x"}),
    ]
    codes = [outcome.code for outcome in world.adapter().write_back(batch)]
    assert codes == ["unsupported_kind", "no_contact", "no_contact"]
    assert world.simulator.ledger == []


def test_a_decision_stands_in_the_leads_own_log(world):
    world.make_type()
    id_ = world.add(1)
    parts = {"decision": "rejected", "reason": "no_budget", "not_a_part": 1}
    write = world.effect("event", id_, name=EVENT, fields=parts)
    assert statuses(world.adapter().write_back([write])) == ["updated"]
    (act,) = world.told(int(id_), write.effect)
    assert (act.primary, act.attributes) == ("rejected", {"reason": "no_budget", "leadloopEffect": write.effect})


def test_a_type_that_a_person_made_serves_too_and_without_our_key_nobody_can_tell(world):
    types = world.simulator.instance.types
    types.create({"apiName": "decided_c", "name": "Decided", "primaryAttribute": {"apiName": "decision", "name": "D"}})
    types.by_name["decided_c"]["status"] = "approved"
    id_ = world.add(1)
    adapter = world.adapter()
    write = world.effect("event", id_, name="decided", fields={"decision": "won"})
    assert statuses(adapter.write_back([write])) == ["updated"]
    assert [read.unclear for read in adapter.read_back([write])] == [True]


def test_an_unknown_activity_says_how_to_make_it(world):
    write = world.effect("event", world.add(1), name="noSuchActivity")
    (outcome,) = world.adapter().write_back([write])
    assert (outcome.status, outcome.code) == ("rejected", "unknown_event")
    assert [read.unclear for read in world.adapter().read_back([write])] == [True]


def test_the_activity_type_is_made_once_with_the_parts_that_feedback_tells(world):
    adapter = world.adapter(events={EVENT: PARTS})
    assert adapter.plan_writes(("email", "leadloop_x")) == {
        "email": "exists", "leadloop_x": "would_create", f"activity {EVENT}": "would_create",
    }  # fmt: skip
    assert adapter.prepare_writes(()) == {f"activity {EVENT}": "created"}
    assert adapter.prepare_writes(()) == {f"activity {EVENT}": "exists"}
    (kind,) = world.simulator.instance.types.by_name.values()
    assert kind["primaryAttribute"]["apiName"] == "decision"
    assert [one["apiName"] for one in kind["attributes"]] == ["reason", "leadloopEffect"]


def test_a_missing_permission_to_make_fields_is_told_and_not_raised(world):
    denied = wording.refused(603, "Access denied")
    world.simulator.faults += [Fault("reply", method="POST", path="/schema|/external", times=9, reply=denied)]
    told = world.adapter(events={EVENT: PARTS}).prepare_writes(("leadloop_score",))
    assert all("603" in why and "role" in why for why in told.values())
    assert set(told) == {"leadloop_score", f"activity {EVENT}"}


def test_one_field_that_cannot_be_made_leaves_the_others(world):
    told = world.adapter().prepare_writes(("leadloop_score", "no-such-name"))
    assert told["leadloop_score"] == "created"
    assert "1003" in told["no-such-name"]


def test_a_call_that_is_refused_as_a_whole_is_cut_until_the_bad_write_is_alone(world):
    ids = [world.add(number) for number in range(4)]
    batch = [world.write("field", id_, 1) for id_ in ids]
    batch[1] = world.effect("field", ids[1], fields={"leadloop_note": "x" * 1_100_000})
    outcomes = world.adapter().write_back(batch)
    assert statuses(outcomes) == ["updated", "rejected", "updated", "updated"]


def test_trouble_of_the_whole_account_raises_while_nothing_went_out(world):
    batch = [world.write("field", world.add(1), 1)]
    world.simulator.faults.append(Fault("reply", times=99, path=FIELDS, reply=wording.quota_reached()))
    with pytest.raises(QuotaError) as caught:
        world.adapter().write_back(batch)
    assert caught.value.retry_after_s == pytest.approx(18 * 3600, abs=60)


def test_trouble_in_mid_batch_keeps_what_was_done_and_puts_the_rest_off(world):
    id_ = world.add(1)
    batch = [world.write("field", id_, 1), world.write("list", id_, 1)]
    world.simulator.faults.append(Fault("reply", times=99, path="/lists/", reply=wording.rate_limited()))
    outcomes = world.adapter().write_back(batch)
    assert statuses(outcomes) == ["updated", "rejected"]
    assert outcomes[1].retry_after_s == 20
    with pytest.raises(RetryableError):
        world.adapter().write_back(batch[1:])


def test_fewer_results_than_rows_tell_of_nobody(world):
    batch = [world.write("field", world.add(number), number) for number in range(2)]
    short = wording.result([{"id": 1, "status": "updated"}])
    world.simulator.faults.append(Fault("reply_after", path=FIELDS, reply=short))
    assert statuses(world.adapter().write_back(batch)) == ["unknown", "unknown"]


def test_a_write_that_marketo_gave_up_on_is_read_back_and_not_repeated(world):
    write = world.write("field", world.add(1), 1)
    adapter = world.adapter()
    world.simulator.faults.append(Fault("reply_after", path=FIELDS, reply=wording.refused(604, "Request timed out")))
    assert statuses(adapter.write_back([write])) == ["unknown"]
    assert len(world.simulator.calls("POST", FIELDS)) == 1
    (read,) = adapter.read_back([write])
    assert dict(read.fields) == dict(write.fields)


def test_many_events_are_looked_for_thirty_leads_at_a_time(world):
    batch = [world.write("event", world.add(number), number) for number in range(35)]
    adapter = world.adapter()
    adapter.write_back(batch[:34])
    world.clock.advance(900)
    assert [read.present for read in adapter.read_back(batch)] == [True] * 34 + [False]
