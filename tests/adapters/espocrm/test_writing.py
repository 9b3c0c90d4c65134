"""What EspoCRM is sent, and what becomes of it where the suite of all CRMs does not look."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from connector.errors import AuthError, ConfigError
from connector.model import LeadWrite
from connector.testing.simulator import Fault
from connector.testing.simulators.espocrm.wording import forbidden


def tag(record, effect, name, on=True):
    return LeadWrite(effect=effect, kind="tag", key="", object=record[0], record_id=record[1], name=name, on=on)


def test_a_namesake_is_no_duplicate(espo):
    world = espo()
    world.simulator.add_lead("Person 1", "somebody-else@example.com")
    (outcome,) = world.adapter().write([world.creation(1)])
    assert outcome.status == "created"
    assert len(world.records_of(1)) == 1
    posts = [one.status for one in world.simulator.calls("POST")]
    assert posts == [409, 200]


def test_a_lead_that_appears_between_the_look_and_the_write_is_a_conflict(espo):
    world = espo()
    adapter = world.adapter()
    adapter.resolve([world.keys(1)])
    record = world.add(1)
    (outcome,) = adapter.write([world.creation(1)])
    assert (outcome.status, list(outcome.existing)) == ("conflict", [record])
    assert world.records_of(1) == [record]


def test_a_person_found_by_a_further_address_is_not_made_again(espo):
    world = espo()
    record = world.simulator.add_lead("Person", "first@example.com")
    world.simulator.store.further_addresses["Lead", record] = [world.email_of(1)]
    adapter = world.adapter()
    (answer,) = adapter.resolve([world.keys(1)])
    assert [(one.object, one.id, one.by) for one in answer.found] == [("Lead", record, "email")]
    (outcome,) = adapter.write([world.creation(1)])
    assert (outcome.status, list(outcome.existing)) == ("conflict", [("Lead", record)])


def test_a_merged_lead_is_found_by_its_address_on_the_survivor(espo):
    world = espo()
    loser, winner = world.add(1), world.add(2)
    world.simulator.merge(loser, winner)
    (answer,) = world.adapter().resolve([world.keys(1, loser)])
    assert [(one.object, one.id) for one in answer.found] == [winner]
    assert list(answer.gone) == [loser]


def test_a_creation_that_was_made_before_is_changed_and_not_doubled(espo):
    world = espo()
    world.adapter().write([world.creation(1)])
    again = replace(world.creation(1), fields={**world.creation(1).fields, "cLeadloopScore": 77})
    (outcome,) = world.adapter().write([again])
    assert outcome.status == "updated"
    assert [world.score_on(record) for record in world.records_of(1)] == [77]


def test_a_lead_that_was_converted_to_an_account_alone_is_still_written(espo):
    world = espo()
    record = world.add(1)
    world.simulator.edit(record, status="Converted", createdAccountId="65f1")
    (answer,) = world.adapter().resolve([world.keys(1)])
    assert [(one.object, one.id) for one in answer.found] == [record]
    (outcome,) = world.adapter().write([world.change(record, 1, 50)])
    assert outcome.status == "updated"


def test_tags_are_put_beside_those_of_sales_and_taken_alone(espo):
    world = espo()
    record = world.add(1)
    world.simulator.edit(record, cTags=["VIP"])
    told = world.adapter().write([tag(record, "on", "MQL"), tag(record, "more", "Fast"), tag(record, "again", "MQL")])
    assert [one.status for one in told] == ["updated", "updated", "unchanged"]
    assert world.simulator.record(record)["cTags"] == ["VIP", "MQL", "Fast"]
    assert [one.present for one in world.adapter().read_back([tag(record, "on", "MQL")])] == [True]
    told = world.adapter().write([tag(record, "off", "MQL", on=False), tag(record, "off-2", "Fast", on=False)])
    assert [one.status for one in told] == ["updated", "updated"]
    assert world.simulator.record(record)["cTags"] == ["VIP"]


def test_a_tag_is_refused_where_nobody_made_its_field(espo):
    world = espo()
    record = world.add(1)
    for entity in ("Lead", "Contact"):
        world.simulator.remove_field(entity, "cTags")
    outcomes = world.adapter().write([tag(record, "on", "MQL"), world.change(record, 1, 50)])
    assert [(one.status, one.field) for one in outcomes] == [("rejected", "cTags"), ("updated", None)]
    assert any("cTags" in line.what for line in world.adapter().check() if line.level == "warn")


def test_tags_may_live_in_another_field(espo):
    world = espo(values={"tag_field": "cLabels"})
    world.simulator.store.fields["Lead"]["cLabels"] = {"type": "multiEnum", "options": ["Hot"]}
    record = world.add(1)
    told = world.adapter().write([tag(record, "hot", "Hot"), tag(record, "on", "MQL")])
    assert [(one.status, one.code) for one in told] == [("updated", None), ("rejected", "bad_option")]
    assert world.simulator.record(record)["cLabels"] == ["Hot"]


def test_a_task_is_the_owners_and_due_at_its_moment(espo):
    world = espo()
    record = world.add(1)
    fields = {"subject": "Call", "body": "A, 60 points", "due_at": "2026-11-23T10:30:00-03:00"}
    task = replace(world.change(record, 1, 0, "t"), kind="task", fields=fields)
    (outcome,) = world.adapter().write([task])
    row = world.simulator.record(("Task", outcome.record_id))
    assert (row["dateEnd"], row["assignedUserId"]) == (
        "2026-11-23 13:30:00", world.simulator.record(record)["assignedUserId"],
    )  # fmt: skip
    assert row["description"].splitlines() == ["A, 60 points", f"leadloop: {task.effect}"]


@pytest.mark.parametrize("kind", ["task", "note", "tag"])
def test_what_hangs_on_a_converted_lead_says_that_it_moved(espo, kind):
    world = espo()
    record = world.add(1)
    world.convert(record)
    write = replace(world.change(record, 1, 0), kind=kind, name="MQL", fields={"body": "x"})
    (outcome,) = world.adapter().write([write])
    assert (outcome.status, outcome.moved) == ("rejected", True)


def test_one_record_that_our_role_may_not_write_keeps_nobody_up(espo):
    world = espo()
    records = [world.add(number) for number in (1, 2)]
    world.simulator.unwritable.add(records[0][1])
    batch = [world.change(record, number, 60) for number, record in enumerate(records, 1)]
    told = world.adapter().write(batch)
    assert [(one.status, one.code) for one in told] == [("rejected", "forbidden"), ("updated", None)]


def test_a_role_that_may_write_nothing_pauses_the_connection(espo):
    world = espo()
    records = [world.add(number) for number in (1, 2)]
    world.simulator.faults.append(Fault("reply", method="PUT", times=9, reply=forbidden()))
    with pytest.raises(AuthError):
        world.adapter().write([world.change(record, number, 60) for number, record in enumerate(records, 1)])


def test_a_batch_looks_once_at_the_records_that_it_changes(espo):
    world = espo()
    records = [world.add(number) for number in range(1, 41)]
    adapter = world.adapter()
    adapter.resolve([world.keys(1)])
    before = len(world.simulator.ledger)
    adapter.write([world.change(record, number, 60) for number, record in enumerate(records, 1)])
    assert len(world.simulator.ledger) - before == 41


def test_new_leads_that_were_just_looked_for_are_not_looked_for_again(espo):
    world = espo()
    adapter = world.adapter()
    adapter.resolve([world.keys(number) for number in range(1, 6)])
    before = len(world.simulator.ledger)
    adapter.write([world.creation(number) for number in range(1, 6)])
    assert [one.method for one in world.simulator.ledger[before:]] == ["POST"] * 5


def test_a_key_that_nobody_made_stops_before_anything_is_sent(espo):
    world = espo(key="cNobodyMade")
    with pytest.raises(ConfigError, match="cNobodyMade"):
        world.adapter().write([world.creation(1)])
    assert world.simulator.calls("POST|PUT") == []


def test_an_address_without_an_espocrm_is_named(espo):
    world = espo()
    world.simulator.faults.append(Fault("reply", path="App/user", times=9, reply=forbidden()))
    with pytest.raises(AuthError):
        world.adapter().check()
    world.simulator.faults[:] = [Fault("reply", path="App/user", times=9, reply=world.simulator.unknown(None))]
    with pytest.raises(ConfigError, match="no EspoCRM"):
        world.adapter().check()


def test_opportunities_are_not_written(espo):
    world = espo("Opportunity")
    with pytest.raises(ConfigError, match="Lead and Contact"):
        world.adapter()


def test_what_is_sent_names_only_what_is_written(espo):
    world = espo()
    record = world.add(1)
    world.adapter().write([world.change(record, 1, 60)])
    [put] = world.simulator.calls("PUT")
    assert json.loads(put.body) == {"cLeadloopScore": 60, "cLeadloopId": world.key_of(1)}


def test_a_creation_without_a_key_and_a_task_on_nothing_are_refused(espo):
    world = espo()
    nameless = replace(world.creation(1), key="")
    loose = LeadWrite("task", "task", "ll-1", "Lead", fields={"subject": "Call"})
    strange = LeadWrite("stage", "stage", "ll-1", "Lead", "65f1")
    outcomes = world.adapter().write([nameless, loose, strange])
    assert [one.code for one in outcomes] == ["blank_key", "no_record", "unsupported"]
    assert world.simulator.calls("POST|PUT") == []


def test_nothing_is_made_where_the_mapping_names_no_key(espo):
    world = espo(key=None)
    (outcome,) = world.adapter().write([world.creation(1)])
    assert outcome.code == "no_key"
    assert world.simulator.calls("POST|PUT") == []
