"""The fields of a database: described, checked, and made where the user may."""

from __future__ import annotations

import pytest

from adapters.odoo.columns import columns
from connector.adapter import FieldPlan

LEAD = "crm.lead"
SCORE = FieldPlan(LEAD, "x_points", "Lead score", "number")
KEY = FieldPlan(LEAD, "x_key", "leadloop id", "text", unique=True, max_length=32)
REASON = FieldPlan(LEAD, "x_reason", "Reason", "picklist", options=("No budget", "Other"))


def test_fields_are_described_with_their_options_lengths_and_what_is_required(odoo):
    told = {one.name: one for one in odoo().adapter().fields()}
    assert told["priority"].options["2"] == "High"
    assert (told["x_motto"].max_length, told["x_motto"].custom) == (40, True)
    assert [name for name, one in told.items() if one.required] == ["name"], "the type has a default"
    assert (told["stage_id"].type, told["stage"].type, told["date_open"].writable) == ("reference", "text", False)
    assert {"status", "stage_order", "tags", "is_ours"} <= told.keys()


def test_a_link_is_told_by_its_id_and_without_the_ending_by_its_name(odoo):
    reason = {"type": "many2one", "relation": "crm.lost.reason"}
    newer = columns({"lost_reason_id": reason}, {}, None)
    older = columns({"lost_reason": reason}, {}, None)
    assert (newer["lost_reason_id"].type, newer["lost_reason"].type) == ("many2one", "label")
    assert (older["lost_reason"].type, older["lost_reason"].codes) == ("label", ("lost_reason",))


def test_missing_fields_are_made_and_then_there(odoo):
    world = odoo()
    adapter = world.adapter()
    assert {one.status for one in adapter.ensure_fields([SCORE, KEY, REASON], dry_run=True)} == {"would_create"}
    assert {one.status for one in adapter.ensure_fields([SCORE, KEY, REASON])} == {"created"}
    assert {one.status for one in adapter.ensure_fields([SCORE, KEY, REASON])} == {"exists"}
    told = {one.name: one for one in adapter.fields()}
    assert list(told["x_reason"].options) == ["No budget", "Other"]
    assert told["x_key"].max_length == 32


def test_the_key_is_indexed_and_not_copied_with_a_record(odoo):
    world = odoo()
    world.adapter().ensure_fields([KEY, SCORE])
    first, second = (call.body for call in world.simulator.calls(path="ir.model.fields/create"))
    assert b'"copied":false' in first
    assert b'"index":true' in first
    assert b"copied" not in second


def test_a_user_without_rights_of_settings_is_told_what_to_do_by_hand(odoo):
    world = odoo(is_admin=False)
    (outcome,) = world.adapter().ensure_fields([SCORE])
    assert outcome.status == "missing"
    assert "Settings > Technical > Fields" in outcome.text


def test_a_name_that_odoo_takes_for_no_new_field_is_told(odoo):
    (outcome,) = odoo().adapter().ensure_fields([FieldPlan(LEAD, "points", "Points", "number")])
    assert (outcome.status, "x_" in outcome.text) == ("missing", True)


@pytest.mark.parametrize(
    ("plan", "type_", "what"),
    [
        (SCORE, "char", "integer is needed"),
        (FieldPlan(LEAD, "x_leadloop_id", "id", "text", unique=True, max_length=64), "", "32 characters"),
        (REASON, "selection", "lacks the options Other"),
    ],
)
def test_a_field_that_does_not_fit_is_told_and_left_alone(odoo, plan, type_, what):
    world = odoo()
    if type_:
        selection = (("No budget", "No budget"),) if type_ == "selection" else ()
        world.simulator.add_field(plan.name, type_, selection)
    (outcome,) = world.adapter().ensure_fields([plan])
    assert outcome.status == "differs"
    assert what in outcome.text


def test_check_says_who_we_are_what_is_spoken_and_what_is_made(odoo):
    lines = [line.what for line in odoo(version=17, uses_leads=False).adapter().check()]
    assert lines[0] == "signed in as user 5, over JSON-RPC, which Odoo removes with version 22"
    assert lines[-1] == "new records are of the type 'opportunity'"


def test_check_warns_that_decisions_will_have_no_moment_without_rights_of_settings(odoo):
    [line] = [one for one in odoo(is_admin=False).adapter().check() if one.level == "warn"]
    assert "tracked values" in line.what
    assert line.next_step


@pytest.mark.parametrize(("key", "level"), [("x_nobody", "fail"), ("x_leadloop_score", "fail"), (None, "fail")])
def test_check_names_a_key_that_cannot_be_one(odoo, key, level):
    lines = odoo(key=key).adapter().check()
    assert [line.level for line in lines if "key" in line.what] == [level]
