"""Writes: what is sent, what is left alone, and what becomes of each row."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from connector.errors import AuthError, ConfigError
from connector.model import LeadWrite
from connector.testing.conformance.crm.driving import write_all
from connector.testing.simulators.odoo import SALES_USERS
from connector.testing.simulators.odoo.wording import access_error

LEAD = "crm.lead"


def tag(record, on=True, name="MQL"):
    return LeadWrite(f"tag-{record[1]}-{on}", "tag", "ll-1", LEAD, record[1], name=name, on=on)


def beside(record, kind, **fields):
    return LeadWrite(f"{kind}-{record[1]}", kind, "ll-1", LEAD, record[1], fields=fields)


def sent(world, method):
    return [json.loads(one.body) for one in world.simulator.calls(path=f"crm.lead/{method}$")]


@pytest.mark.parametrize(("uses_leads", "made"), [(True, "lead"), (False, "opportunity")])
def test_a_new_record_is_what_the_database_uses_and_nobody_s(odoo, uses_leads, made):
    world = odoo(uses_leads=uses_leads)
    world.adapter().write([world.creation(1)])
    [row] = world.simulator.leads_of(world.email_of(1))
    assert (row["type"], row["user_id"], row["x_leadloop_id"]) == (made, False, world.key_of(1))


def test_a_connection_may_say_what_is_made(odoo):
    world = odoo(values={"type": "opportunity"})
    world.adapter().write([world.creation(1)])
    assert world.simulator.leads_of(world.email_of(1))[0]["type"] == "opportunity"


def test_new_records_share_a_call_and_are_not_looked_for_twice(odoo):
    world = odoo()
    adapter = world.adapter()
    adapter.resolve([world.keys(number) for number in range(1, 21)])
    adapter.write([world.creation(number) for number in range(1, 21)])
    assert [len(body["vals_list"]) for body in sent(world, "create")] == [20]
    assert len(sent(world, "search_read")) == 1


def test_a_second_attempt_looks_first_whatever_was_known_before(odoo):
    world = odoo()
    adapter = world.adapter()
    adapter.resolve([world.keys(1)])
    adapter.write([world.creation(1)])
    (again,) = adapter.write([replace(world.creation(1), effect="again")])
    assert (again.status, len(world.records_of(1))) == ("updated", 1)


def test_a_person_whom_sales_has_already_is_a_conflict_that_names_the_record(odoo):
    world = odoo()
    record = world.add(1)
    (outcome,) = world.adapter().write([world.creation(1)])
    assert (outcome.status, list(outcome.existing)) == ("conflict", [record])


def test_tags_are_linked_and_unlinked_and_those_of_sales_stay(odoo):
    world = odoo()
    records = [world.add(number) for number in (1, 2, 3)]
    for _, lead in records:
        world.simulator.tag(int(lead), "Trade fair")
    adapter = world.adapter()
    assert {one.status for one in adapter.write([tag(record) for record in records])} == {"updated"}
    assert [world.simulator.tags_of(int(lead)) for _, lead in records] == [["Trade fair", "MQL"]] * 3
    assert all(one.present for one in adapter.read_back([tag(record) for record in records]))
    adapter.write([tag(records[0], on=False)])
    assert world.simulator.tags_of(int(records[0][1])) == ["Trade fair"]
    assert [one.present for one in adapter.read_back([tag(records[0]), tag(records[0], on=False)])] == [False, True]
    commands = [body["vals"]["tag_ids"][0][0] for body in sent(world, "write")]
    assert (commands, len(sent(world, "write"))) == ([4, 3], 2), "one call for all three, and never a whole set"


def test_a_tag_that_nobody_made_is_not_made_to_be_taken_off(odoo):
    world = odoo()
    (outcome,) = world.adapter().write([tag(world.add(1), on=False)])
    assert outcome.status == "unchanged"
    assert not world.simulator.store.rows["crm.tag"]


def test_one_deleted_record_among_tagged_ones_is_told_alone(odoo):
    world = odoo()
    records = [world.add(number) for number in (1, 2, 3)]
    world.delete(records[1])
    outcomes = world.adapter().write([tag(record) for record in records])
    assert [(one.status, one.moved) for one in outcomes] == [("updated", False), ("rejected", True), ("updated", False)]


def test_a_tag_that_somebody_deleted_is_made_anew(odoo):
    world = odoo()
    adapter = world.adapter()
    records = [world.add(number) for number in (1, 2)]
    adapter.write([tag(records[0])])
    world.simulator.store.rows["crm.tag"].clear()
    assert [one.status for one in adapter.write([tag(records[1])])] == ["rejected"]
    assert [one.status for one in adapter.write([tag(records[1])])] == ["updated"]
    assert world.simulator.tags_of(int(records[1][1])) == ["MQL"]


def test_what_all_tasks_share_is_asked_once(odoo):
    world = odoo()
    adapter = world.adapter()
    for number in (1, 2):
        adapter.write([beside(world.add(number), "task", subject="Call")])
    assert [len(world.simulator.calls(path=model)) for model in ("/ir.model/", "/mail.activity.type/")] == [1, 1]


def test_a_task_goes_to_the_salesperson_else_to_the_leader_due_on_the_company_s_day(odoo):
    world = odoo(time_zone="America/Sao_Paulo")
    owned, free = world.add(1), world.add(2)
    world.simulator.edit(int(free[1]), user_id=False)
    fields = {"subject": "Call Ana", "body": "a < b\nc", "due_at": "2026-11-24T01:00:00Z"}
    outcomes = world.adapter().write([beside(owned, "task", **fields), beside(free, "task", **fields)])
    assert {one.status for one in outcomes} == {"created"}
    first, second = world.simulator.store.rows["mail.activity"].values()
    assert (first["user_id"], second["user_id"]) == (SALES_USERS[0], 9)
    assert (first["summary"], first["date_deadline"], first["res_model"]) == ("Call Ana", "2026-11-23", LEAD)
    assert first["note"] == f"a &lt; b<br>c<br>leadloop: task-{owned[1]}"
    types = world.simulator.store.rows["mail.activity.type"]
    assert types[first["activity_type_id"]]["name"] == "Call"


def test_a_task_that_was_done_meanwhile_is_still_known_to_be_there(odoo):
    world = odoo()
    task = beside(world.add(1), "task", subject="Call")
    adapter = world.adapter()
    (made,) = adapter.write([task])
    world.simulator.finish(int(made.record_id))
    assert [one.present for one in adapter.read_back([task])] == [True]


@pytest.mark.parametrize("kind", ["task", "note"])
def test_what_hangs_on_a_deleted_record_says_that_it_moved_and_keeps_nobody_up(odoo, kind):
    world = odoo()
    gone, there = world.add(1), world.add(2)
    world.delete(gone)
    outcomes = world.adapter().write([beside(gone, kind, body="x"), beside(there, kind, body="x")])
    assert [(one.status, one.moved) for one in outcomes] == [("rejected", True), ("created", False)]


def test_a_field_that_vanished_after_we_had_looked_is_refused_and_looked_for_anew(odoo):
    world = odoo()
    adapter = world.adapter()
    record = world.add(1)
    adapter.write([world.change(record, 1, 10)])
    world.hide_field()
    (outcome,) = adapter.write([world.change(record, 1, 11)])
    assert (outcome.status, outcome.field) == ("rejected", "x_leadloop_score")
    with pytest.raises(ConfigError, match="x_leadloop_score"):
        adapter.write([world.change(record, 1, 12)])


def test_a_user_who_may_write_nothing_stops_the_connection_and_one_record_does_not(odoo):
    world = odoo()
    adapter = world.adapter()
    records = [world.add(number) for number in (1, 2)]
    adapter.resolve([world.keys(1)])
    real = world.simulator.leads.change

    def refuse(ids, values, by, at=None):
        if set(ids) & refused:
            raise denied
        real(ids, values, by, at)

    denied = access_error()
    refused = {int(records[0][1])}
    world.simulator.leads.change = refuse
    changes = [world.change(record, number, 10) for number, record in enumerate(records, 1)]
    assert [one.status for one in write_all(adapter, changes)] == ["rejected", "updated"]
    refused |= {int(records[1][1])}
    with pytest.raises(AuthError, match="none of these"):
        adapter.write(changes)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("priority", "Weather", "bad_option"),
        ("x_leadloop_score", "many", "not_a_number"),
        ("x_leadloop_score", 1.5, "not_whole"),
        ("x_leadloop_mql", "perhaps", "not_a_boolean"),
        ("country", "Atlantis", "bad_option"),
        ("tag_ids", [1], "not_written"),
        ("date_open", "2026-11-22", "read_only"),
        ("status", "won", "read_only"),
    ],
)
def test_a_value_that_its_field_cannot_hold_is_refused_before_it_is_sent(odoo, field, value, code):
    world = odoo()
    good, bad = world.creation(1), world.creation(2)
    outcomes = world.adapter().write([good, replace(bad, fields={**bad.fields, field: value})])
    assert [(one.status, one.code, one.field) for one in outcomes[1:]] == [("rejected", code, field)]
    assert str(value) not in str(outcomes[1].text)


@pytest.mark.parametrize(
    ("field", "value", "stands"),
    [
        ("country", "BR", "Brazil"),
        ("country", "brazil", "Brazil"),
        ("priority", "high", "2"),
        ("expected_revenue", "12.5", 12.5),
        ("x_leadloop_mql", "yes", True),
        ("description", "a < b\nc", "a < b\nc"),
        ("contact_name", ["Ana", "Bia"], "Ana, Bia"),
        ("phone", "", None),
    ],
)
def test_values_arrive_and_are_read_back_in_the_words_of_the_write(odoo, field, value, stands):
    world = odoo(fields={LEAD: (field,)})
    write = replace(world.creation(1), fields={"name": "Ana", field: value})
    adapter = world.adapter()
    (made,) = adapter.write([write])
    assert made.status == "created"
    (back,) = adapter.read_back([write])
    assert back.fields[field] == value
    world.clock.advance(60)
    [record] = [one for page in adapter.records(None) for one in page.records]
    assert record.fields[field] == stands


def test_a_creation_without_a_key_and_a_task_on_nothing_are_refused(odoo):
    world = odoo()
    nameless = replace(world.creation(1), key="")
    loose = LeadWrite("task", "task", "ll-1", LEAD, fields={"subject": "Call"})
    strange = LeadWrite("stage", "stage", "ll-1", LEAD, "1")
    outcomes = world.adapter().write([nameless, loose, strange])
    assert [one.code for one in outcomes] == ["blank_key", "no_record", "unsupported"]
