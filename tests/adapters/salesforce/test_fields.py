"""What the account has, what it lacks, and what an admin does about it."""

from __future__ import annotations

import pytest

from connector.adapter import FieldPlan
from connector.testing.simulators.salesforce import FieldDef
from tests.adapters.salesforce.conftest import KEY


def test_fields_are_told_in_our_words(salesforce):
    fields = {one.name: one for one in salesforce().adapter().fields("Lead")}
    grade, last, score, converted = (
        fields[name] for name in ("LeadGrade__c", "LastName", "LeadScore__c", "IsConverted")
    )
    assert (grade.type, dict(grade.options)) == ("picklist", {one: one for one in "ABCD"})
    assert (last.type, last.max_length, last.required, last.custom) == ("text", 80, True, False)
    assert (score.type, score.writable, score.custom) == ("number", True, True)
    assert (converted.type, converted.writable) == ("boolean", False)
    assert fields[KEY].unique


def verified(world, *plan):
    before = len(world.simulator.calls(method="P.*", path="/services/data"))
    outcomes = world.adapter().ensure_fields(plan)
    assert len(world.simulator.calls(method="P.*", path="/services/data")) == before  # verified, never made
    return outcomes


def test_a_missing_field_comes_with_the_way_to_make_it(salesforce):
    world = salesforce()
    world.simulator.remove_field("Lead", KEY)
    (outcome,) = verified(world, FieldPlan("Lead", KEY, "leadloop id", "text", unique=True, max_length=32))
    assert outcome.status == "missing"
    assert "Object Manager > Lead" in outcome.text
    assert f"Text(32), API name {KEY}, marked External ID and Unique" in outcome.text


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (FieldPlan("Lead", "MQL__c", "MQL", "text"), "type boolean"),
        (FieldPlan("Lead", "MQL_Reason__c", "Reasons", "text", max_length=400), "holds 255 characters"),
        (FieldPlan("Lead", "LeadGrade__c", "Grade", "picklist", options=("A", "E")), "lacks: E"),
        (FieldPlan("Lead", "IsConverted", "Converted", "boolean"), "may not edit"),
    ],
)
def test_a_field_that_does_not_fit_says_why(salesforce, plan, said):
    (outcome,) = verified(salesforce(), plan)
    assert outcome.status == "differs"
    assert said in outcome.text


def test_a_field_that_fits_exists(salesforce):
    plan = [
        FieldPlan("Lead", KEY, "leadloop id", "text", unique=True),
        FieldPlan("Contact", "LeadScore__c", "Score", "number"),
        FieldPlan("Lead", "LeadGrade__c", "Grade", "text"),
    ]
    assert [one.status for one in verified(salesforce(), *plan)] == ["exists"] * 3


def test_a_key_that_is_not_unique_fails_the_check(salesforce):
    world = salesforce()
    world.simulator.add_field("Contact", FieldDef(KEY, length=64, external_id=True))
    (failed,) = [line for line in world.adapter().check() if line.level == "fail"]
    assert failed.what == f"Contact.{KEY}: it is not marked Unique"


def test_an_account_without_history_and_calls_is_warned_of(salesforce):
    world = salesforce()
    world.simulator.track_history("Opportunity")
    world.adapter().resolve([world.keys(1)])
    world.leave_calls(1000)
    warnings = [line.what for line in world.adapter().check() if line.level == "warn"]
    assert any("API calls left" in one for one in warnings)
    assert any("Opportunity keeps no history" in one for one in warnings)


def test_a_task_key_that_is_not_there_fails_the_check(salesforce):
    world = salesforce(values={"task_key": "Nobody_Made__c"})
    assert any("Nobody_Made__c" in line.what for line in world.adapter().check() if line.level == "fail")


def test_what_the_platform_counts_is_read_from_its_header(salesforce):
    world = salesforce()
    adapter = world.adapter()
    answer = adapter.client.request("GET", adapter.api.path("limits"))
    assert adapter.usage(answer) == (1, 15_000)
