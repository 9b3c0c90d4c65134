"""Tasks and notes: for the owner, on the record, once."""

from __future__ import annotations

import pytest

from connector.model import LeadWrite
from connector.testing.simulators.pipedrive import SALES_USERS


def effect(record, kind="task", **fields):
    return LeadWrite(f"pd:ll-1:{kind}:1", kind, "ll-1", record[0], record[1], fields=fields)


@pytest.mark.parametrize("made", ["lead", "person", "deal"])
def test_a_task_belongs_to_the_owner_of_its_record_and_is_due_to_the_minute(pipedrive, made):
    world = pipedrive(made)
    record = world.add(1)
    task = effect(record, subject="Call Ana", body="+40 <ebook>\n+20 page", due_at="2026-11-21T13:30:00Z")
    assert world.adapter().write([task])[0].status == "created"
    [row] = world.simulator.store.rows["activity"].values()
    person = world.simulator.live("person")[0]["id"]
    assert (row["subject"], row["type"], row["owner_id"]) == ("Call Ana", "call", SALES_USERS[0])
    assert (row["due_date"], row["due_time"], row["person_id"]) == ("2026-11-21", "13:30", person)
    assert row["note"] == "+40 &lt;ebook&gt;<br>+20 page<br>leadloop: pd:ll-1:task:1"
    assert row["lead_id"] == (record[1] if made == "lead" else None)
    assert row["deal_id"] == (int(record[1]) if made == "deal" else None)
    (back,) = world.adapter().read_back([task])
    assert (back.present, back.record_id) == (True, str(row["id"]))


@pytest.mark.parametrize("made", ["lead", "person", "deal"])
def test_a_note_hangs_on_its_record(pipedrive, made):
    world = pipedrive(made)
    record = world.add(1)
    note = effect(record, "note", body="why")
    (absent,) = world.adapter().read_back([note])
    world.adapter().write([note])
    [row] = world.simulator.store.rows["note"].values()
    assert str(row[f"{made}_id"]) == record[1]
    assert (absent.present, world.adapter().read_back([note])[0].present) == (False, True)


def test_a_task_on_a_lead_that_was_put_aside_follows_it(pipedrive):
    world = pipedrive("lead")
    record = world.add(1)
    world.simulator.archive(world.ref(record))
    assert world.adapter().write([effect(record, subject="Call")])[0].moved


def test_a_task_without_a_record_is_refused(pipedrive):
    world = pipedrive("lead")
    (outcome,) = world.adapter().write([effect(("lead", None), subject="Call")])
    assert (outcome.status, outcome.code) == ("rejected", "no_record")
