"""Tasks reach the owner of the record, once; notes hang on it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from connector.testing.simulators.zoho import SALES_USERS


def task(world, record, **fields):
    write = world.change(record, 1, 1, "task")
    told = {"subject": "Call Ana", "body": "A, 60 points", **fields}
    return replace(write, kind="task", fields=told)


def test_a_task_belongs_to_the_owner_and_is_due_on_the_companys_day(zoho):
    world = zoho(time_zone="America/Sao_Paulo")
    record = world.add(1)
    (outcome,) = world.adapter().write([task(world, record, due_at="2026-11-23T01:30:00Z")])
    [row] = world.simulator.live("Tasks")
    assert (outcome.status, outcome.record_id) == ("created", row["id"])
    assert (row["Subject"], row["Owner"]["id"], row["Due_Date"]) == ("Call Ana", SALES_USERS[0], "2026-11-22")
    assert row["Description"].splitlines() == ["A, 60 points", f"leadloop: {outcome.effect}"]


@pytest.mark.parametrize(("object", "field"), [("Leads", "What_Id"), ("Contacts", "Who_Id")])
def test_a_task_hangs_on_a_lead_or_on_a_contact(zoho, object, field):
    world = zoho(object)
    record = world.add(1)
    write = task(world, record)
    world.adapter().write([write])
    [row] = world.simulator.live("Tasks")
    assert row[field]["id"] == record[1]
    (back,) = world.adapter().read_back([write])
    assert (back.present, back.record_id) == (True, row["id"])


def test_a_task_on_a_record_that_is_no_more_says_that_it_moved(zoho):
    world = zoho()
    record = world.add(1)
    world.delete(record)
    (outcome,) = world.adapter().write([task(world, record)])
    assert (outcome.status, outcome.moved) == ("rejected", True)


def test_many_tasks_are_one_call_and_one_look_at_their_owners(zoho):
    world = zoho()
    records = [world.add(number) for number in range(1, 21)]
    adapter = world.adapter()
    writes = [replace(task(world, record), effect=f"task-{record[1]}") for record in records]
    assert {one.status for one in adapter.write(writes)} == {"created"}
    assert [len(world.simulator.calls("POST", "/Tasks$")), len(world.simulator.calls("GET", "/Leads$"))] == [1, 1]


def test_a_note_hangs_on_its_record(zoho):
    world = zoho()
    record = world.add(1)
    note = replace(task(world, record), kind="note", fields={"body": "Asked for a demo"})
    world.adapter().write([note])
    [row] = world.simulator.live("Notes")
    assert row["Parent_Id"]["id"] == record[1]
    assert row["Note_Content"].startswith("Asked for a demo")


def test_a_task_that_hangs_on_nothing_is_refused_here(zoho):
    world = zoho()
    (outcome,) = world.adapter().write([replace(task(world, world.add(1)), record_id=None)])
    assert outcome.code == "no_record"
