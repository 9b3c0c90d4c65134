"""Tasks and notes: on the right record, for its owner, due to the minute, and there once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from connector.testing.simulators.dynamics365 import SALES_USERS, TEAM

DUE_AT = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)


def task_of(world, record, kind="task"):
    fields = {"subject": "Call Ana", "body": "A, 60 points", "due_at": DUE_AT}
    return replace(world.change(record, 1, 1, f"{kind}-1"), kind=kind, fields=fields)


@pytest.mark.parametrize("owner", [("systemuser", SALES_USERS[1]), ("team", TEAM)])
def test_a_task_is_for_the_owner_of_the_record_a_person_or_a_team(dynamics, owner):
    world = dynamics()
    record = world.add(1)
    world.simulator.edit(record[1], ownerid=owner)
    (outcome,) = world.adapter().write([task_of(world, record)])
    [task] = world.simulator.live("task")
    assert (outcome.status, outcome.record_id) == ("created", task["activityid"])
    assert (task["subject"], task["description"], task["scheduledend"]) == ("Call Ana", "A, 60 points", DUE_AT)
    assert (task["ownerid"], task["regardingobjectid"]) == (owner, record)


def test_a_task_sent_twice_is_there_once_even_after_somebody_rewrote_it(dynamics):
    world = dynamics()
    task = task_of(world, world.add(1))
    world.adapter().write([task])
    world.simulator.edit(world.simulator.live("task")[0]["activityid"], description="called")
    (outcome,) = world.adapter().write([task])
    assert outcome.status == "unchanged"
    assert [one["description"] for one in world.simulator.live("task")] == ["called"]


def test_a_note_hangs_on_a_contact(dynamics):
    world = dynamics()
    contact = world.convert(world.add(1))
    world.adapter().write([replace(task_of(world, contact, "note"), fields={"subject": "MQL", "body": "why"})])
    [note] = world.simulator.live("annotation")
    assert (note["subject"], note["notetext"], note["objectid"]) == ("MQL", "why", contact)


def test_a_task_on_a_record_that_is_gone_is_looked_for_again(dynamics):
    world = dynamics()
    record = world.add(1)
    world.delete(record)
    (outcome,) = world.adapter().write([task_of(world, record)])
    assert (outcome.status, outcome.moved) == ("rejected", True)


def test_a_task_without_a_record_and_a_kind_that_is_not_there_are_refused(dynamics):
    world = dynamics()
    task = task_of(world, world.add(1))
    adapter = world.adapter()
    outcomes = adapter.write([replace(task, record_id=None), replace(task, effect="tag-1", kind="tag")])
    assert [one.code for one in outcomes] == ["no_record", "unsupported"]
