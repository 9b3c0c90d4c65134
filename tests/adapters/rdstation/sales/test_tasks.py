"""Tasks belong to the deal's owner and are due in local time; notes stand on the deal."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from connector.testing.conformance.crm.driving import write_all
from connector.testing.simulators.rdstation_crm import SELLER

VERSIONS = pytest.mark.parametrize("version", [1, 2])
DUE = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)


def task_for(world, record, kind="task"):
    fields = {"subject": "Call Ana", "body": "60 points\nebook-a", "due_at": DUE}
    return replace(world.change(record, 1, 1, f"{kind}-1"), kind=kind, fields=fields)


@VERSIONS
def test_a_task_is_a_call_for_the_owner_with_its_key_as_the_last_line(crm, version):
    world = crm(version, time_zone="America/Sao_Paulo")
    record = world.add(1)
    (outcome,) = write_all(world.adapter(), [task_for(world, record)])
    [task] = world.simulator.store.tasks.values()
    assert (outcome.status, outcome.record_id) == ("created", task["id"])
    assert (task["type"], task["subject"], task["user_ids"]) == ("call", "Call Ana", [SELLER])
    assert task["text"].splitlines() == ["60 points", "ebook-a", f"leadloop: {task_for(world, record).effect}"]
    due = f"{task['date']}T{task['hour']}" if version == 1 else task["due_date"][:16]
    assert due == "2026-11-23T09:30"


@VERSIONS
def test_a_plan_that_knows_no_calls_gets_a_plain_task(crm, version):
    world = crm(version)
    world.simulator.free_plan = True
    (outcome,) = write_all(world.adapter(), [task_for(world, world.add(1))])
    assert outcome.status == "created"
    assert [task["type"] for task in world.simulator.store.tasks.values()] == ["task"]


@VERSIONS
def test_a_note_stands_on_the_deal_and_is_read_back(crm, version):
    world = crm(version)
    note = task_for(world, world.add(1), "note")
    assert write_all(world.adapter(), [note])[0].status == "created"
    (back,) = world.adapter().read_back([note])
    assert back.present
    (other,) = world.adapter().read_back([replace(note, effect="another")])
    assert not other.present


@VERSIONS
def test_a_task_on_a_deleted_deal_says_that_it_moved(crm, version):
    world = crm(version)
    record = world.add(1)
    world.delete(record)
    (outcome,) = write_all(world.adapter(), [task_for(world, record)])
    assert (outcome.status, outcome.moved) == ("rejected", True)


def test_a_subject_that_is_too_short_is_lengthened(crm):
    world = crm(1)
    short = replace(task_for(world, world.add(1)), fields={"subject": "Hi"})
    assert write_all(world.adapter(), [short])[0].status == "created"
    assert [task["subject"] for task in world.simulator.store.tasks.values()] == ["leadloop: Hi"]
