"""Fields by the names that people see: found, described, made, and their values in and out."""

from __future__ import annotations

import pytest

from adapters.pipedrive.columns import Column
from adapters.pipedrive.values import UnfitError, decoded, encoded, type_of
from connector.adapter import FieldPlan
from connector.testing.simulator import Fault
from connector.testing.simulators.pipedrive.wording import refused

CHOICE = {1: "No budget", 2: "Não"}
YES_NO = {31: "Sim", 32: "Não"}


def column(type_, options=None, custom=True):
    return Column("Field", "f" * 40, type_, options or {}, custom=custom)


@pytest.mark.parametrize(
    ("field", "value", "raw", "back"),
    [
        (column("varchar"), "text", "text", "text"),
        (column("double"), 5.0, 5, 5),
        (column("double"), "2.5", 2.5, 2.5),
        (column("enum", CHOICE), "NO  BUDGET", 1, "No budget"),
        (column("set", CHOICE), "No budget; não", [1, 2], ["No budget", "Não"]),
        (column("yesno", YES_NO), True, 31, True),
        (column("yesno", YES_NO), False, 32, False),
        (column("varchar"), True, "Yes", "Yes"),
        (column("date"), "2026-11-22T10:00:00Z", "2026-11-22", "2026-11-22"),
        (column("address"), "Rua A, 1", {"value": "Rua A, 1"}, "Rua A, 1"),
        (column("varchar"), None, None, None),
        (column("set", CHOICE), [], None, None),
    ],
)
def test_a_value_goes_in_as_the_field_wants_it_and_comes_back(field, value, raw, back):
    assert encoded(field, value) == raw
    assert decoded(field, raw) == back


@pytest.mark.parametrize(("field", "raw"), [(column("enum", CHOICE), "1"), (column("set", CHOICE), "1,2")])
def test_options_of_version_one_are_texts(field, raw):
    assert "No budget" in decoded(field, raw)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        (column("varchar"), "x" * 256, "too_long"),
        (column("enum", CHOICE), "Weather", "bad_option"),
        (column("double"), "many", "bad_number"),
        (column("monetary"), 5, "needs_currency"),
    ],
)
def test_a_value_that_does_not_fit_is_named_and_never_shown(field, value, code):
    with pytest.raises(UnfitError) as caught:
        encoded(field, value)
    assert caught.value.code == code
    assert str(value) not in caught.value.text


def test_a_choice_of_yes_and_no_is_true_and_false_and_no_other_is():
    assert type_of("enum", YES_NO) == "yesno"
    assert type_of("enum", {1: "Yes", 2: "No", 3: "Perhaps"}) == "enum"
    assert type_of("set", YES_NO) == "set"


def test_fields_are_found_by_name_in_any_case_and_by_their_code(pipedrive):
    schema = pipedrive("lead").adapter().account.schema
    found = schema.find("lead", "LEAD  score")
    assert found is not None
    assert schema.find("lead", found.code) == found
    assert schema.find("deal", "Lead score") == found, "leads inherit the fields of deals"
    assert schema.find("person", "Lead score") != found
    assert schema.find("lead", "nobody made") is None


def test_names_are_asked_for_once_in_ten_minutes(pipedrive):
    world = pipedrive("person")
    adapter = world.adapter()
    for _ in range(3):
        adapter.fields()
    assert len(world.simulator.calls(path="personFields")) == 1
    world.clock.advance(601)
    adapter.fields()
    assert len(world.simulator.calls(path="personFields")) == 2


def test_stages_and_labels_are_described_with_what_the_account_has(pipedrive):
    fields = {one.name: one for one in pipedrive("deal").adapter().fields("deal")}
    assert fields["stage_id"].options["2"] == "Pipeline: Contact Made"
    assert "Hot lead" in fields["labels"].options
    labels = {one.name: one for one in pipedrive("lead").adapter().fields("lead")}["labels"]
    assert list(labels.options) == ["Hot", "Warm", "Cold"]


def plan(name, type_="number", object_name="lead", **more):
    return FieldPlan(object_name, name, name, type_, **more)


def test_prepare_makes_what_is_missing_once_for_leads_and_deals(pipedrive):
    world = pipedrive("lead")
    plans = [plan("Heat"), plan("Heat", object_name="deal"), plan("Why", "picklist", options=("A", "B"))]
    dry = world.adapter().ensure_fields(plans, dry_run=True)
    assert [one.status for one in dry] == ["would_create"] * 3
    made = world.adapter().ensure_fields(plans)
    assert [one.status for one in made] == ["created", "exists", "created"]
    assert [one.status for one in world.adapter().ensure_fields(plans)] == ["exists"] * 3
    assert list(world.simulator.store.field_named("deal", "Why").options.values()) == ["A", "B"]


def test_prepare_says_what_is_wrong_with_a_field_and_changes_nothing(pipedrive):
    world = pipedrive("lead")
    world.simulator.add_field("deal", "Heat", "varchar")
    world.simulator.add_field("deal", "Why", "enum", {1: "A"})
    world.simulator.remove_field("deal", "leadloop id")
    world.simulator.add_field("deal", "leadloop id", "double")
    plans = [plan("Heat"), plan("Why", "picklist", options=("A", "B")), plan("leadloop id", "text", max_length=32)]
    outcomes = world.adapter().ensure_fields(plans)
    assert [one.status for one in outcomes] == ["differs"] * 3
    assert "options B" in outcomes[1].text
    assert "not found by a search" in outcomes[2].text


def test_prepare_says_how_to_make_by_hand_what_it_may_not_make(pipedrive):
    world = pipedrive("lead")
    forbidden = Fault("reply", path="dealFields", method="POST", times=9, reply=refused(403, "Forbidden"))
    world.simulator.faults.append(forbidden)
    (outcome,) = world.adapter().ensure_fields([plan("Heat", "boolean")])
    assert outcome.status == "missing"
    assert "Lead/deal > Add: 'Heat', Single option with Yes, No" in outcome.text


def test_check_tells_of_two_fields_of_one_name(pipedrive):
    world = pipedrive("lead")
    world.simulator.add_field("deal", "lead score", "double")
    warnings = [line.what for line in world.adapter().check() if line.level == "warn"]
    assert "lead has several fields called 'Lead score'" in warnings
