"""Telling Act-On: columns of a record in one call, missing columns named, events looked for before a repeat."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from connector.errors import AuthError
from connector.model import LeadWrite
from connector.testing.simulator import Fault
from connector.testing.simulators.acton import wording as words


@pytest.fixture
def world(acton):
    return acton()


def test_all_columns_of_a_record_travel_in_one_call_as_texts(world):
    ana = world.add(1)
    writes = [
        world.effect("field", ana, fields={"Note": 54, "Company": True}, suffix="-1"),
        world.effect("field", ana, fields={"Note": 55, "Job Title": None}, suffix="-2"),
    ]
    assert [one.status for one in world.adapter().write_back(writes)] == ["updated", "updated"]
    (call,) = world.simulator.calls("PUT")
    assert (call.path, json.loads(call.body)) == (
        f"/api/1/list/l-0001/record/{ana}", {"Note": "55", "Company": "true", "Job Title": ""},
    )  # fmt: skip


def test_numbers_are_read_back_as_they_were_written(world):
    write = world.effect("field", world.add(1), fields={"Note": 54, "Company": True})
    world.adapter().write_back([write])
    (seen,) = world.adapter().read_back([write])
    assert dict(seen.fields) == {"Note": 54, "Company": True}


def test_a_column_that_the_list_lacks_is_named_and_spends_no_write(world):
    (outcome,) = world.adapter().write_back([world.bad_write("field", world.add(1))])
    assert (outcome.status, outcome.code, outcome.field) == ("rejected", "unknown_column", "Nobody Made It")
    assert not world.simulator.calls("PUT")


def test_a_column_that_is_made_later_is_found_without_a_restart(world):
    adapter, write = world.adapter(), world.bad_write("field", world.add(1))
    assert adapter.write_back([write])[0].status == "rejected"
    world.simulator.account.lists["l-0001"].columns.append("Nobody Made It")
    assert adapter.write_back([write])[0].status == "updated"


def test_the_id_of_a_record_is_never_written(world):
    (outcome,) = world.adapter().write_back([world.effect("field", world.add(1), fields={"_contact_id_": "x"})])
    assert outcome.code == "unknown_column"


def test_an_event_says_what_sales_decided_and_when(world):
    ana = world.add(1)
    write = world.effect("event", ana, name="Sales decision", fields={"decision": "rejected", "reason": "no_budget"})
    assert world.adapter().write_back([write])[0].status == "created"
    [event] = world.simulator.account.custom_events["Sales decision"]
    assert (event["email"], event["title"], event["when"]) == (world.email_of(ana), "rejected: no_budget", "2026-11-20")
    assert event["note"] == "decision: rejected; reason: no_budget"


def test_an_event_of_long_ago_is_not_taken_for_this_one(world):
    ana = world.add(1)
    write = world.write("event", ana, 1)
    world.simulator.do(ana, "custom", "Sales decision: rejected: no_budget 1", world.clock.now() - timedelta(days=9))
    assert not world.adapter().read_back([write])[0].present
    world.adapter().write_back([write])
    assert world.adapter().read_back([write])[0].present


def test_a_write_that_names_nobody_or_is_of_a_kind_that_does_not_exist_spends_no_call(world):
    stray = LeadWrite(effect="stray", kind="field", key="ll-1", email="ana@acme.example", fields={"Note": "x"})
    tag = LeadWrite(effect="tag", kind="tag", key="ll-1", record_id=world.add(1), name="MQL")
    outcomes = world.adapter().write_back([stray, tag])
    assert [outcome.code for outcome in outcomes] == ["no_contact", "unsupported_kind"]
    assert not world.simulator.calls("PUT|POST", "^/api/")
    assert not world.adapter().read_back([stray])[0].present


def test_trouble_of_the_account_before_anything_went_out_is_raised(world):
    ana = world.add(1)
    fault = Fault("reply", path="/record/", method="PUT", times=9, reply=words.gateway(403, "Forbidden"))
    world.simulator.faults.append(fault)
    with pytest.raises(AuthError):
        world.adapter().write_back([world.write("field", ana, 1)])


def test_trouble_of_the_account_in_mid_batch_forgets_nothing(world):
    ids = [world.add(number) for number in range(3)]
    writes = [world.write("field", id_, 1) for id_ in ids]
    fault = Fault("reply", path=f"/record/{ids[1]}$", method="PUT", times=99, reply=words.limited())
    world.simulator.faults.append(fault)
    outcomes = world.adapter().write_back(writes)
    assert [outcome.status for outcome in outcomes] == ["updated", "rejected", "rejected"]
    assert [outcome.retry_after_s for outcome in outcomes[1:]] == [10, 10]
