"""What goes out in a batch, and what each answer is taken for."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from connector.adapter import PersonKeys
from connector.errors import AuthError, ConfigError
from connector.testing.conformance.crm.driving import settle
from connector.testing.simulator import Fault
from connector.testing.simulators.dynamics365 import TEAM
from connector.testing.simulators.dynamics365.batch import packed
from connector.testing.simulators.dynamics365.wording import answered, refused


def batches_of(world):
    return [one.body.decode() for one in world.simulator.calls("POST", r"/\$batch")]


def test_a_hundred_leads_are_one_request(dynamics):
    world = dynamics()
    adapter = world.adapter()
    adapter.write([world.creation(number) for number in range(1, 101)])
    assert len(batches_of(world)) == 1
    assert len(world.simulator.live("lead")) == 100


def test_a_lead_is_made_under_the_alternate_key_which_the_body_does_not_repeat(dynamics):
    world = dynamics()
    world.adapter().write([world.creation(1)])
    [text] = batches_of(world)
    assert f"PATCH /api/data/v9.2/leads(new_leadloopid=%27{world.key_of(1)}%27)?$select=leadid," in text
    assert '"new_leadloopid"' not in text
    assert "If-Match" not in text
    assert "\n" not in text.replace("\r\n", "")


def test_a_known_record_is_changed_and_never_made_again(dynamics):
    world = dynamics()
    record = world.add(1)
    world.adapter().write([world.change(record, 1, 20)])
    [text] = batches_of(world)
    assert f"PATCH /api/data/v9.2/leads({record[1]})?$select=" in text
    assert "If-Match: *" in text


def test_owner_and_status_stay_as_they_are_born(dynamics):
    world = dynamics()
    world.adapter().write([world.creation(1)])
    [lead] = world.simulator.live("lead")
    assert (lead["ownerid"], lead["statecode"], lead["statuscode"]) == (("team", TEAM), 0, 1)


def test_a_key_that_is_still_being_built_stops_the_batch_and_says_so(dynamics):
    world = dynamics()
    world.simulator.store.tables["lead"].keys["new_leadloopid"] = "Pending"
    with pytest.raises(ConfigError) as caught:
        world.adapter().write([world.creation(1), world.creation(2)])
    assert caught.value.code == "key_missing"
    assert "new_leadloopid" in caught.value.message
    record = world.add(3)
    outcomes = world.adapter().write([world.creation(1), world.change(record, 3, 30)])
    assert [(one.status, one.code) for one in outcomes] == [("rejected", "key_missing"), ("updated", None)]


def test_a_mapping_without_a_key_makes_nothing(dynamics):
    world = dynamics(key=None, match=("email",))
    with pytest.raises(ConfigError):
        world.adapter().write([world.creation(1)])
    assert batches_of(world) == []


def test_the_score_goes_through_where_another_record_of_the_person_holds_the_key(dynamics):
    world = dynamics()
    write = world.creation(1)
    settle(world, [write])
    other = world.add(2)
    (outcome,) = world.adapter().write([replace(world.change(other, 1, 44), email=None)])
    assert outcome.status == "updated"
    assert world.score_on(other) == 44
    assert world.simulator.record(other[1])["new_leadloopid"] is None


def test_a_lead_qualified_since_is_noticed_by_the_answer_itself_where_changes_are_taken(dynamics):
    world = dynamics()
    world.simulator.rows.closed_states = frozenset()
    lead = world.add(1)
    world.convert(lead)
    (outcome,) = world.adapter().write([world.change(lead, 1, 50)])
    assert (outcome.status, outcome.moved) == ("rejected", True)


@pytest.mark.parametrize("takes_changes", [True, False])
def test_a_contact_that_only_names_its_lead_is_found(dynamics, takes_changes):
    world = dynamics()
    world.simulator.names_contact = False
    world.simulator.rows.closed_states = frozenset() if takes_changes else frozenset({1})
    lead = world.add(1)
    contact = world.convert(lead)
    (outcome,) = world.adapter().write([world.change(lead, 1, 50)])
    assert (outcome.status, outcome.moved) == ("rejected", True)
    (answer,) = world.adapter().resolve([world.keys(1, lead)])
    assert (answer.found[0].object, answer.found[0].id, answer.found[0].was) == (*contact, lead)


def test_a_lead_qualified_without_a_contact_stays_the_record_of_its_person(dynamics):
    world = dynamics()
    world.simulator.rows.closed_states = frozenset()
    lead = world.add(1)
    world.simulator.qualify(lead[1], contact=False, opportunity=False)
    (outcome,) = world.adapter().write([world.change(lead, 1, 50)])
    assert (outcome.status, world.score_on(lead)) == ("updated", 50)
    (answer,) = world.adapter().resolve([world.keys(1, lead)])
    assert [(one.object, one.id) for one in answer.found] == [lead]


def test_a_closed_lead_that_refuses_changes_says_what_to_do(dynamics):
    world = dynamics()
    world.simulator.rows.closed_states = frozenset({2})
    lead = world.add(1)
    world.simulator.set_status(lead[1], "Lost")
    (outcome,) = world.adapter().write([world.change(lead, 1, 50)])
    assert (outcome.status, outcome.code, outcome.moved) == ("rejected", "lead_closed", False)
    assert "reactivate" in str(outcome.text)


def test_what_sales_still_works_on_counts_before_what_it_closed(dynamics):
    world = dynamics()
    closed, open_ = world.add(1), world.add(1)
    world.simulator.set_status(closed[1], "Lost")
    (answer,) = world.adapter().resolve([world.keys(1)])
    assert [(one.object, one.id) for one in answer.found] == [open_, closed]


def test_addresses_that_the_database_takes_for_the_same_are_told_apart(dynamics):
    world = dynamics()
    world.simulator.create("lead", {"lastname": "José", "emailaddress1": "jose@example.com"})
    lead = world.simulator.store.tables["lead"]
    lead.indexes["emailaddress1"]["josé@example.com"] = set(lead.rows)
    (answer,) = world.adapter().resolve([PersonKeys("ll-1", emails=("josé@example.com",))])
    assert list(answer.found) == []


def test_an_apostrophe_in_an_address_is_found(dynamics):
    world = dynamics()
    record = world.simulator.create("lead", {"lastname": "O'Hara", "emailaddress1": "o'hara+x&y@example.com"})
    (answer,) = world.adapter().resolve([PersonKeys("ll-1", emails=("o'hara+x&y@example.com",))])
    assert [one.id for one in answer.found] == [record]


@pytest.mark.parametrize(("key", "code"), [("ll-a/b", "bad_key"), ("", "blank_key")])
def test_a_key_that_no_address_can_name_is_refused_unsent(dynamics, key, code):
    world = dynamics()
    (outcome,) = world.adapter().write([replace(world.creation(1), key=key)])
    assert (outcome.status, outcome.code) == ("rejected", code)
    assert batches_of(world) == []


def test_an_answer_that_ends_at_the_first_failure_leaves_the_rest_unknown(dynamics):
    world = dynamics()
    told = packed([answered({"leadid": "00000001-0000-4000-8000-000000000003", "statecode": 0}, 201),
                   refused(400, "0x80040265", "")])  # fmt: skip
    world.simulator.faults.append(Fault("reply", path=world.write_path, reply=told))
    outcomes = world.adapter().write([world.creation(number) for number in (1, 2, 3)])
    assert [one.status for one in outcomes] == ["created", "rejected", "unknown"]


def test_a_role_that_may_not_write_is_no_matter_of_records(dynamics):
    world = dynamics()
    told = packed([refused(403, "0x80040220", "Principal user is missing prvWriteLead")] * 2)
    world.simulator.faults.append(Fault("reply", path=world.write_path, reply=told))
    with pytest.raises(AuthError) as caught:
        world.adapter().write([world.creation(1), world.creation(2)])
    assert "Create and Write" in str(caught.value.hint)


def test_a_choice_takes_its_number_and_nothing_else(dynamics):
    world = dynamics()
    write = world.creation(1)
    good = replace(write, fields={**write.fields, "leadsourcecode": "8"})
    bad = replace(world.creation(2), fields={**write.fields, "leadsourcecode": "Web"})
    outcomes = world.adapter().write([good, bad])
    assert [(one.status, one.field) for one in outcomes] == [("created", None), ("rejected", "leadsourcecode")]
    assert world.simulator.live("lead")[0]["leadsourcecode"] == 8


@pytest.mark.parametrize("name", ["ownerid", "owneridname", "statuscodename"])
def test_what_is_no_plain_column_is_not_written(dynamics, name):
    world = dynamics()
    write = replace(world.creation(1), fields={"lastname": "A", name: "x"})
    (outcome,) = world.adapter().write([write])
    assert (outcome.code, outcome.field) == ("read_only", name)


def test_a_column_that_vanishes_while_we_run_stops_the_next_batch(dynamics):
    world = dynamics()
    record, adapter = world.add(1), world.adapter()
    adapter.write([world.change(record, 1, 10)])
    name = world.hide_field()
    for score in (20, 30):
        with pytest.raises(ConfigError) as caught:
            adapter.write([world.change(record, 1, score)])
        assert (caught.value.code, name in caught.value.message) == ("field_missing", True)


def test_a_column_that_is_made_while_we_run_is_written_a_minute_later(dynamics):
    world = dynamics()
    column = world.simulator.store.tables["lead"].columns["new_mqlscore"]
    record, adapter = world.add(1), world.adapter()
    world.hide_field()
    with pytest.raises(ConfigError):
        adapter.write([world.change(record, 1, 10)])
    world.simulator.add_column("lead", column)
    world.clock.advance(61)
    (outcome,) = adapter.write([world.change(record, 1, 20)])
    assert outcome.status == "updated"


def test_a_table_that_leadloop_does_not_know_is_refused_at_the_start(dynamics):
    for wrong in ({"object": "account"}, {"also": ("opportunity",)}, {"fields": {"quote": ("name",)}}):
        with pytest.raises(ConfigError):
            dynamics(**wrong).adapter()
