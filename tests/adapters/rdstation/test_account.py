"""What an account has: its fields, what `check` says of it, and how it signs in."""

from __future__ import annotations

import json

import pytest

from connector.adapter import Options
from connector.mapping import load_marketing
from connector.mapping.check import check_marketing
from connector.shipped import shipped


@pytest.fixture
def world(rdstation):
    return rdstation()


def test_fields_have_our_types_and_the_labels_people_see(world):
    account = world.simulator.account
    account.add_field("cf_size", options=["1-10", "11-50"])
    account.add_field("cf_score", "INTEGER")
    account.add_field("cf_interests", "STRING[]")
    fields = {field.name: field for field in world.adapter().fields()}
    assert (fields["cf_size"].type, dict(fields["cf_size"].options)) == ("picklist", {"1-10": "1-10", "11-50": "11-50"})
    assert (fields["cf_score"].type, fields["cf_interests"].type) == ("integer", "multi")
    assert (fields["cf_score"].label, fields["cf_score"].custom) == ("score", True)
    assert (fields["email"].unique, fields["email"].custom) == (True, False)


def test_the_starting_mapping_reads_no_field_that_a_new_account_does_not_list(world):
    mapping = load_marketing(shipped("rdstation-marketing.yaml"), time_zone="UTC")
    found = [one.problem.message for one in check_marketing(mapping, world.adapter().fields())]
    assert [text for text in found if "lists no field" in text] == []


def test_fields_are_made_with_the_type_that_their_name_tells(world):
    made = world.adapter().prepare_writes(["cf_lead_score", "cf_lead_mql", "cf_rejection_reason", "lead_score"])
    assert [made["cf_lead_score"], made["cf_lead_mql"], made["cf_rejection_reason"]] == ["created"] * 3
    assert "cf_" in made["lead_score"]
    kinds = {name: world.simulator.account.fields[name]["data_type"] for name in made if name.startswith("cf_")}
    assert kinds == {"cf_lead_score": "INTEGER", "cf_lead_mql": "BOOLEAN", "cf_rejection_reason": "STRING"}


def test_check_names_the_fields_that_the_mapping_wants_and_the_account_lacks(world):
    adapter = world.adapter()
    adapter.options = Options("rd", fields={"": ("email", "cf_lead_grade")})
    (warning,) = [line for line in adapter.check() if line.level == "warn"]
    assert "cf_lead_grade" in warning.what
    assert warning.next_step == "run 'leadloop prepare rd'"


def test_a_sign_in_is_json_without_a_grant_type(world):
    world.adapter().check()
    (call,) = world.simulator.calls("POST", "/auth/token")
    assert json.loads(call.body) == world.credentials


def test_a_day_later_the_token_is_renewed_before_it_is_refused(world):
    adapter = world.adapter()
    adapter.check()
    world.clock.advance(86_400)
    adapter.check()
    assert len(world.simulator.calls("POST", "/auth/token")) == 2
    assert not [entry for entry in world.simulator.ledger if entry.status == 401]


def test_a_refresh_token_that_rotates_is_kept_for_the_next_process(rdstation):
    world = rdstation(rotate=True)
    world.adapter().check()
    world.expire_tokens()
    world.adapter().check()
    assert len(world.simulator.calls("POST", "/auth/token")) == 2
