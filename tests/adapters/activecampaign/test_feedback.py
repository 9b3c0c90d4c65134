"""Telling ActiveCampaign: fields one by one or by import, tags by association, notes."""

from __future__ import annotations

import pytest

from adapters.activecampaign.imports import MOST_BYTES, WORTH_IT
from connector.errors import AuthError
from connector.model import LeadWrite
from connector.testing.simulator import Fault, Reply
from connector.testing.simulators.activecampaign import wording as words

MANY = WORTH_IT + 4


def many(world, **options):
    """As many writes as an import is meant for, each to a contact of its own."""
    ids = [world.add(number) for number in range(MANY)]
    return [world.effect("field", id_, fields={"LEAD_NOTE": f"note {id_}"}, **options) for id_ in ids]


def polled(writes, outcomes):
    """The writes as the engine asks after them."""
    return [
        LeadWrite(write.effect, write.kind, write.key, record_id=write.record_id, fields=write.fields, poll=told.poll)
        for write, told in zip(writes, outcomes, strict=True)
    ]


def test_many_fields_travel_in_one_import_and_are_seen_when_it_is_through(world):
    writes, adapter = many(world), world.adapter()
    outcomes = adapter.write_back(writes)
    assert {(told.status, told.poll["batch"]) for told in outcomes} == {("pending", "batch-1")}
    early = adapter.read_back(polled(writes, outcomes))
    assert {(seen.present, seen.unclear) for seen in early} == {(False, True)}
    world.clock.advance(60)
    late = adapter.read_back(polled(writes, outcomes))
    assert [dict(seen.fields) for seen in late] == [dict(write.fields) for write in writes]
    assert len(world.simulator.calls("GET", "/import/info$")) == 2, "one question for the whole import"


def test_a_few_fields_and_fresh_leads_do_not_wait_for_an_import(world):
    writes = many(world, fresh=True)
    outcomes = world.adapter().write_back([*writes])
    assert {told.status for told in outcomes} == {"updated"}
    assert not world.simulator.calls("POST", "/bulk_import$")


def test_an_import_goes_by_the_address_of_now_so_that_nobody_is_made_anew(world):
    writes = many(world)
    world.simulator.edit(writes[0].record_id, email="new@example.com")
    world.delete(writes[1].record_id)
    before = len(world.simulator.account.contacts)
    outcomes = world.adapter().write_back(writes)
    assert [(told.status, told.moved) for told in outcomes[:3]] == [
        ("pending", False), ("rejected", True), ("pending", False)
    ]  # fmt: skip
    world.clock.advance(60)
    world.simulator.account.apply_imports()
    assert len(world.simulator.account.contacts) == before
    assert world.is_written(writes[0])


def test_a_contact_without_an_address_is_told_so(world):
    writes = many(world)
    world.simulator.edit(writes[0].record_id, email="")
    told = world.adapter().write_back(writes)[0]
    assert (told.status, told.code) == ("rejected", "no_address")


def test_who_failed_in_an_import_is_updated_alone_and_told_why(world):
    writes, adapter = many(world), world.adapter()
    writes[0] = world.bad_write("field", writes[0].record_id)
    outcomes = adapter.write_back(writes)
    world.clock.advance(60)
    seen = adapter.read_back(polled(writes, outcomes))
    assert [dict(one.fields) == dict(write.fields) for one, write in zip(seen, writes, strict=True)].count(False) == 1
    again = adapter.write_back(writes)
    assert (again[0].status, again[0].code) == ("rejected", "field_invalid")
    assert {told.status for told in again[1:]} == {"pending"}


def test_a_contact_that_vanished_after_an_import_is_sent_again_to_learn_why(world):
    writes, adapter = many(world), world.adapter()
    outcomes = adapter.write_back(writes)
    world.delete(writes[0].record_id)
    world.clock.advance(60)
    seen = adapter.read_back(polled(writes, outcomes))[0]
    assert (seen.present, dict(seen.fields), seen.unclear) == (True, {}, False)
    assert adapter.write_back(writes[:1])[0].moved


def test_an_import_beyond_the_limit_is_started_a_minute_later(world):
    world.simulator.faults.append(Fault("reply", path="/bulk_import$", reply=words.imports_limited()))
    began = world.clock.monotonic()
    assert {told.status for told in world.adapter().write_back(many(world))} == {"pending"}
    assert 60 <= world.clock.monotonic() - began < 120


def test_an_import_that_is_refused_as_a_whole_is_halved_until_the_bad_row_is_alone(world):
    reply = words.import_refused("no")
    world.simulator.faults.append(Fault("reply", path="/bulk_import$", times=1, reply=reply))
    assert {told.status for told in world.adapter().write_back(many(world))} == {"pending"}
    assert len(world.simulator.calls("POST", "/bulk_import$")) == 3


@pytest.mark.parametrize("body", [{}, {"success": 1}])
def test_an_import_without_a_number_may_have_been_taken(world, body):
    world.simulator.faults.append(Fault("reply", path="/bulk_import$", reply=Reply(200, body)))
    assert {told.status for told in world.adapter().write_back(many(world))} == {"unknown"}


def test_an_import_that_would_be_too_large_is_sent_in_parts(world):
    long = "x" * (MOST_BYTES // MANY)
    writes = [
        world.effect("field", write.record_id, fields={"LEAD_NOTE": long}) for write in many(world)
    ]  # fmt: skip
    outcomes = world.adapter().write_back(writes)
    assert {told.poll["batch"] for told in outcomes} == {"batch-1", "batch-2"}
    assert all(len(one.body) <= MOST_BYTES for one in world.simulator.calls("POST", "/bulk_import$"))


def test_a_number_of_an_import_that_is_forgotten_is_answered_by_the_contacts_themselves(world):
    write = world.write("field", world.add(1), 1)
    world.adapter().write_back([write])
    asked = LeadWrite(write.effect, "field", write.key, record_id=write.record_id, fields=write.fields,
                      poll={"batch": "batch-99"})  # fmt: skip
    [seen] = world.adapter().read_back([asked])
    assert dict(seen.fields) == dict(write.fields)


def test_a_tag_is_made_once_and_taken_off_by_its_association(world):
    ana, bob, adapter = world.add(1), world.add(2), world.adapter()
    on = [world.effect("tag", id_, name="leadloop:mql") for id_ in (ana, bob)]
    off = world.effect("tag", ana, name="Leadloop:MQL", on=False)
    assert {told.status for told in adapter.write_back(on)} == {"updated"}
    assert len(world.simulator.account.tables["tags"]) == 1
    assert adapter.write_back([off])[0].status == "updated"
    assert (world.simulator.tags(ana), world.simulator.tags(bob)) == ([], ["leadloop:mql"])
    assert adapter.read_back([off])[0].present
    assert adapter.write_back([off])[0].status == "unchanged"


def test_a_tag_that_somebody_deleted_is_looked_up_again(world):
    ana, adapter = world.add(1), world.adapter()
    write = world.effect("tag", ana, name="leadloop:mql")
    world.simulator.faults.append(Fault("reply", path="/contactTags$", reply=words.not_found("1", "Tag")))
    assert adapter.write_back([write])[0].status == "rejected"
    assert adapter.write_back([write])[0].status == "updated"
    assert len(world.simulator.calls("GET", "/tags$")) == 2


def test_a_tag_whose_name_is_part_of_another_is_not_mistaken_for_it(world):
    world.simulator.account.row("tags", tag="leadloop:mql-old", tagType="contact")
    ana = world.add(1)
    world.adapter().write_back([world.effect("tag", ana, name="leadloop:mql")])
    assert world.simulator.tags(ana) == ["leadloop:mql"]


def test_a_choice_that_does_not_offer_the_value_is_a_reject_though_nothing_is_said(world):
    world.simulator.account.add_field("GRADE", "dropdown", ("A", "B"))
    ana, adapter = world.add(1), world.adapter()
    good, bad = (world.effect("field", ana, fields={"GRADE": value}, suffix=value) for value in ("A", "Z"))
    assert [(told.status, told.code, told.field) for told in adapter.write_back([good, bad])] == [
        ("updated", None, None), ("rejected", "not_kept", "GRADE")
    ]  # fmt: skip


def test_standard_fields_and_several_values_travel_as_the_platform_takes_them(world):
    world.simulator.account.add_field("TOPICS", "checkbox")
    ana = world.add(1)
    write = world.effect("field", ana, fields={"phone": "123", "TOPICS": ["a", "b"], "lead_note": 0})
    assert world.adapter().write_back([write])[0].status == "updated"
    assert (world.simulator.contact(ana).standard["phone"], world.simulator.value(ana, "TOPICS")) == ("123", "||a||b||")
    [seen] = world.adapter().read_back([write])
    assert dict(seen.fields) == {"phone": "123", "TOPICS": ["a", "b"], "lead_note": 0}
    [answer] = world.adapter().contacts([ana])
    assert answer.record["TOPICS"] == ["a", "b"]


def test_a_field_that_is_made_later_is_found_without_a_restart(world):
    write, adapter = world.effect("field", world.add(1), fields={"LATER": "x"}), world.adapter()
    told = adapter.write_back([write])[0]
    assert (told.status, told.code, told.field) == ("rejected", "unknown_field", "LATER")
    world.simulator.account.add_field("LATER")
    world.clock.advance(60)
    assert adapter.write_back([write])[0].status == "updated"


def test_many_writes_to_a_field_that_is_missing_do_not_take_a_call_each(world):
    adapter, ids = world.adapter(), [world.add(number) for number in range(5)]
    outcomes = adapter.write_back([world.effect("field", id_, fields={"MISSING": "x"}) for id_ in ids])
    assert {told.code for told in outcomes} == {"unknown_field"}
    assert len(world.simulator.calls()) == 1


def test_a_write_that_names_nobody_spends_no_call(world):
    stray = LeadWrite("stray", "note", "ll-1", email="ana@example.com", fields={"body": "x"})
    [told] = world.adapter().write_back([stray])
    assert (told.status, told.code) == ("rejected", "no_contact")
    assert not world.adapter().read_back([stray])[0].present
    assert not world.simulator.calls()


def test_trouble_of_the_account_before_anything_went_out_is_raised(world):
    write = world.write("tag", world.add(1), 1)
    world.revoke()
    with pytest.raises(AuthError):
        world.adapter().write_back([write])


def test_trouble_of_the_account_in_mid_batch_forgets_nothing(world):
    ids = [world.add(number) for number in range(2)]
    world.simulator.faults.append(Fault("reply", path="/notes$", times=99, reply=words.limited(90)))
    writes = [world.write("field", ids[0], 1), world.write("note", ids[0], 1), world.write("note", ids[1], 1)]
    outcomes = world.adapter().write_back(writes)
    assert [told.status for told in outcomes] == ["updated", "rejected", "rejected"]
    assert [told.retry_after_s for told in outcomes[1:]] == [90, 90]
