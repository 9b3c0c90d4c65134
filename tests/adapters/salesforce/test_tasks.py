"""Tasks reach the owner of the record, on the day that the company's calendar says."""

from __future__ import annotations

import pytest

from connector.model import LeadWrite
from connector.testing.simulators.salesforce import INTEGRATION_USER, QUEUE, SALES_USERS


def task(record, effect="task-1", kind="task", **fields):
    given = {"subject": "Call Ana: A, 60 points", "due_at": "2026-11-22T01:30:00Z", "body": "demo form", **fields}
    return LeadWrite(effect=effect, kind=kind, key="ll-1", object=record[0], record_id=record[1], fields=given)


def made(world):
    (row,) = world.simulator.live("Task")
    return row


def test_a_task_is_the_owners_and_due_on_the_companys_day(salesforce):
    world = salesforce(time_zone="America/Sao_Paulo")
    record = world.add(1)
    world.simulator.edit(record[1], OwnerId=SALES_USERS[4])
    (outcome,) = world.adapter().write([task(record)])
    assert (outcome.status, outcome.object) == ("created", "Task")
    row = made(world)
    assert (row["WhoId"], row["OwnerId"], row["ActivityDate"]) == (record[1], SALES_USERS[4], "2026-11-21")
    assert (row["Subject"], row["Status"]) == ("Call Ana: A, 60 points", "Not Started")
    assert row["Description"].startswith("demo form")


def test_a_lead_that_waits_in_a_queue_leaves_the_task_with_us(salesforce):
    world = salesforce()
    record = world.add(1)
    world.simulator.edit(record[1], OwnerId=QUEUE)
    world.adapter().write([task(record)])
    assert made(world)["OwnerId"] == INTEGRATION_USER


def test_a_note_is_a_task_that_is_done(salesforce):
    world = salesforce()
    world.adapter().write([task(world.add(1), kind="note")])
    assert made(world)["Status"] == "Completed"


def test_a_task_without_a_record_is_refused_without_a_call(salesforce):
    world = salesforce()
    (outcome,) = world.adapter().write([task(("Lead", None))])
    assert (outcome.status, outcome.code) == ("rejected", "no_record")
    assert world.simulator.calls(path="/composite") == []


@pytest.mark.parametrize("sent", ["task-1", "task-2"])
def test_only_the_task_of_this_effect_is_read_back(salesforce, sent):
    world = salesforce()
    record = world.add(1)
    world.adapter().write([task(record, sent)])
    (back,) = world.adapter().read_back([task(record)])
    assert back.present is (sent == "task-1")
