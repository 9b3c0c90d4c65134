"""Fields are described, made and verified; `check` says what is wrong with an account."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from adapters.zoho.columns import column_of
from adapters.zoho.values import decoded, remembered
from connector.adapter import FieldPlan
from connector.testing.simulator import Fault
from connector.testing.simulators.zoho.wording import refused

SCORE = FieldPlan("Leads", "Leadloop_Score", "Lead score", "number")
KEY = FieldPlan("Leads", "Leadloop_ID", "leadloop id", "text", unique=True, max_length=32)
REASON = FieldPlan("Leads", "Rejection_Reason", "Rejection reason", "picklist", options=("No budget", "Other"))
ALL = (
    SCORE, KEY, REASON, FieldPlan("Leads", "Leadloop_MQL", "MQL", "boolean"),
    FieldPlan("Leads", "Leadloop_Reasons", "MQL reasons", "long_text", max_length=2000),
    FieldPlan("Leads", "Mql_Since", "MQL since", "datetime"),
)  # fmt: skip


@pytest.fixture
def bare(zoho):
    """An account without our fields."""
    world = zoho()
    for module in ("Leads", "Contacts"):
        fields = world.simulator.store.fields[module]
        for name in [name for name, one in fields.items() if one.custom]:
            del fields[name]
    return world


def test_missing_fields_are_made_under_the_planned_names(bare):
    outcomes = bare.adapter().ensure_fields(ALL)
    assert [one.status for one in outcomes] == ["created"] * len(ALL)
    made = {one.name: one for one in bare.adapter().fields("Leads")}
    assert made["Leadloop_ID"].unique
    assert made["Rejection_Reason"].options == {"No budget": "No budget", "Other": "Other"}
    assert [made[one.name].type for one in ALL] == ["integer", "text", "picklist", "boolean", "text", "datetime"]
    again = bare.adapter().ensure_fields(ALL)
    assert [(one.status, one.text) for one in again] == [("exists", "")] * len(ALL)


def test_a_dry_run_makes_nothing(bare):
    assert [one.status for one in bare.adapter().ensure_fields(ALL, dry_run=True)] == ["would_create"] * len(ALL)
    assert bare.simulator.calls("POST", "settings") == []


def test_who_may_not_make_fields_is_told_how_to(bare):
    bare.simulator.may_make_fields = False
    key, reason = bare.adapter().ensure_fields([KEY, REASON])
    assert (key.status, reason.status) == ("missing", "missing")
    assert "Do not allow duplicate values" in key.text
    assert "NO_PERMISSION" in key.text
    assert "No budget, Other" in reason.text


def test_a_field_that_zoho_calls_otherwise_is_told(bare):
    odd = replace(SCORE, name="Leadloop__Score")
    (outcome,) = bare.adapter().ensure_fields([odd])
    assert outcome.status == "differs"
    assert "Leadloop__Score" in outcome.text


def test_a_field_of_zohos_own_is_not_made(bare):
    plan = FieldPlan("Deals", "Why_Lost__s", "Rejection reason", "picklist", options=("Other",))
    (outcome,) = bare.adapter().ensure_fields([plan])
    assert outcome.status == "missing"
    assert bare.simulator.calls("POST", "settings") == []


def test_what_differs_is_told_and_never_changed(zoho):
    world = zoho()
    fields = world.simulator.store.fields["Leads"]
    fields["Leadloop_ID"].unique = False
    fields["Leadloop_Score"].type = "boolean"
    fields["Leadloop_Reasons"].type, fields["Leadloop_Reasons"].length = "text", 100
    fields["Rejection_Reason"].options = ("Other",)
    told = {one.plan.name: (one.status, one.text) for one in world.adapter().ensure_fields(ALL)}
    assert told["Leadloop_ID"] == ("differs", "it does not refuse duplicates: mark it 'Do not allow duplicate values'")
    assert told["Leadloop_Score"] == ("differs", "it is of type boolean, Number is needed")
    assert told["Leadloop_Reasons"] == ("differs", "it holds 100 characters, 2000 are written")
    assert told["Rejection_Reason"] == ("differs", "it lacks the options No budget")


def failing(world):
    return [line.what for line in world.adapter().check() if line.level == "fail"]


def test_check_warns_of_a_user_who_may_not_see_everything(zoho):
    world = zoho()
    world.simulator.is_admin = False
    assert [line.next_step for line in world.adapter().check() if line.level == "warn"] != []
    assert failing(world) == []


def test_check_says_that_a_key_allows_duplicates(zoho):
    world = zoho()
    world.simulator.store.fields["Contacts"]["Leadloop_ID"].unique = False
    assert failing(world) == ["Contacts.Leadloop_ID allows duplicates"]


def test_check_says_that_a_module_is_hidden(zoho):
    world = zoho()
    gone = refused(400, "INVALID_MODULE", "the module name given seems to be invalid")
    world.simulator.faults.append(Fault("reply", path="settings/fields", reply=gone))
    assert failing(world) == ["the module Leads cannot be seen"]


def test_check_says_that_there_is_no_key(zoho):
    assert any("no key" in what for what in failing(zoho(key=None)))


def test_fields_that_are_worked_out_are_listed_and_not_writable(zoho):
    adapter = zoho().adapter()
    lead = {one.name: one for one in adapter.fields()}
    deal = {one.name: one for one in adapter.fields("Deals")}
    assert (lead["$converted"].type, lead["$converted"].writable) == ("boolean", False)
    assert set(deal["$deal_category"].options) == {"Open", "Closed Won", "Closed Lost"}


@pytest.mark.parametrize(
    ("choice", "means"),
    [
        ({"actual_value": "Gewonnen", "forecast_type": "Closed Won"}, "Closed Won"),
        ({"actual_value": "Verloren", "deal_category": "closed_lost"}, "Closed Lost"),
        ({"actual_value": "Closed-Lost to Competition"}, "Closed Lost"),
        ({"actual_value": "Angebot", "forecast_type": "Open"}, "Open"),
    ],
)
def test_a_stage_means_what_the_account_says_of_it(choice, means):
    column = column_of({"api_name": "Stage", "data_type": "picklist", "pick_list_values": [choice]})
    assert column.categories == {choice["actual_value"]: means}


@pytest.mark.parametrize(
    ("type", "told", "value"),
    [
        ("boolean", "true", True), ("integer", "12", 12), ("double", "12.5", 12.5), ("text", "", None),
        ("picklist", "Kontaktiert", "Contacted"), ("picklist", "-None-", None), ("integer", "many", "many"),
    ],
)  # fmt: skip
def test_a_timelines_texts_become_values(type, told, value):
    options = [{"actual_value": "Contacted", "display_value": "Kontaktiert"}]
    column = column_of({"api_name": "x", "data_type": type, "pick_list_values": options})
    assert remembered(column, told) == value


def test_blank_values_and_lists_are_told_plainly():
    assert [decoded(None, told) for told in ("", None, [], {}, [{"name": "VIP", "id": "1"}])] == [
        None, None, None, None, ["VIP"],
    ]  # fmt: skip
