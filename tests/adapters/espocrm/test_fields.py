"""Fields: what an installation has, what `prepare` makes, what `check` says of rights, and which values fit."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapters.espocrm.columns import Column
from adapters.espocrm.values import encoded
from connector.adapter import FieldPlan
from connector.errors import RecordError

SCORE = FieldPlan("Lead", "cScore", "Lead score", "number")
REASON = FieldPlan("Lead", "cWhy", "Rejection reason", "picklist", options=("No budget", "Other"))


def by_name(outcomes):
    return {(one.plan.object, one.plan.name): (one.status, one.text) for one in outcomes}


def test_an_administrator_makes_fields_under_their_names(espo):
    world = espo(with_fields=False)
    world.credentials = world.simulator.admin
    told = by_name(world.adapter().ensure_fields([SCORE, REASON], dry_run=True))
    assert {status for status, _ in told.values()} == {"would_create"}
    assert "cScore" not in world.simulator.store.fields["Lead"]
    told = by_name(world.adapter().ensure_fields([SCORE, REASON]))
    assert {status for status, _ in told.values()} == {"created"}
    made = world.simulator.store.fields["Lead"]
    assert (made["cScore"]["type"], made["cScore"]["label"]) == ("int", "Lead score")
    assert made["cWhy"]["options"] == ["", "No budget", "Other"]
    assert made["cWhy"]["audited"] is True
    assert made["cTags"]["type"] == "multiEnum"
    assert ("Contact", "cTags") in told


def test_an_api_user_is_told_what_to_make_by_hand(espo):
    world = espo(with_fields=False)
    told = by_name(world.adapter().ensure_fields([REASON]))
    status, text = told["Lead", "cWhy"]
    assert status == "missing"
    assert "Entity Manager > Lead" in text
    assert "Enum with No budget, Other, audited, name 'why'" in text


def test_a_name_that_espocrm_would_not_give_is_refused(espo):
    world = espo(with_fields=False)
    world.credentials = world.simulator.admin
    told = by_name(world.adapter().ensure_fields([FieldPlan("Lead", "leadloopScore", "Lead score", "number")]))
    assert told["Lead", "leadloopScore"][0] == "missing"


def test_a_field_that_does_not_fit_says_why(espo):
    world = espo()
    world.simulator.store.fields["Lead"] |= {
        "cScore": {"type": "varchar", "isCustom": True},
        "cWhy": {"type": "enum", "options": ["", "Other"], "isCustom": True},
    }
    told = by_name(world.adapter().ensure_fields([SCORE, REASON]))
    assert told["Lead", "cScore"] == ("differs", "it is of type varchar, Integer is needed")
    assert told["Lead", "cWhy"] == ("differs", "it lacks the options No budget")


def test_attributes_are_named_as_the_api_names_them(espo):
    fields = {one.name: one for one in espo().adapter().fields()}
    assert (fields["assignedUserId"].type, fields["modifiedById"].writable) == ("reference", False)
    assert fields["emailAddressIsOptedOut"].type == "boolean"
    assert list(fields["status"].options) == ["New", "Assigned", "In Process", "Converted", "Recycled", "Dead"]
    assert (fields["lastName"].required, fields["lastName"].max_length) == (True, 100)
    assert (fields["cLeadloopId"].custom, fields["cTags"].type) == (True, "multi")
    assert "assignedUser" not in fields


@pytest.mark.parametrize(
    ("right", "value", "level"), [("read", "team", "warn"), ("edit", "no", "fail"), ("create", "no", "fail")]
)
def test_a_role_that_allows_too_little_is_told(espo, right, value, level):
    world = espo()
    world.simulator.rights["Lead"][right] = value
    assert [line.level for line in world.adapter().check() if line.level != "ok"] == [level]


def test_a_role_without_tasks_is_told(espo):
    world = espo()
    world.simulator.rights["Task"] = False
    assert ["Task" in str(line.next_step) for line in world.adapter().check() if line.level == "warn"] == [True]


def test_values_take_the_shape_of_their_field():
    at = datetime(2026, 11, 22, 10, 30, 5, tzinfo=UTC)
    assert encoded(Column("a", "datetime"), at) == "2026-11-22 10:30:05"
    assert encoded(Column("a", "datetime"), "2026-11-22T10:30:05+02:00") == "2026-11-22 08:30:05"
    assert encoded(Column("a", "date"), at) == "2026-11-22"
    assert encoded(Column("a", "int"), 7.0) == 7
    assert encoded(Column("a", "currency"), 7.5) == 7.5
    assert encoded(Column("a", "enum", options=("Web Site",)), "web site") == "Web Site"
    assert encoded(Column("a", "multiEnum", options=("A",), free=True), "a;B") == ["A", "B"]
    assert encoded(Column("a", "varchar"), ["x", "y"]) == "x;y"
    assert encoded(Column("a", "bool"), None) is None


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        (Column("a", "int"), 7.5, "bad_value"),
        (Column("a", "int"), True, "bad_value"),
        (Column("a", "bool"), "yes", "bad_value"),
        (Column("a", "datetime"), "soon", "bad_value"),
        (Column("a", "enum", options=("A",)), "B", "bad_option"),
        (Column("a", "varchar", length=3), "four", "too_long"),
    ],
)
def test_values_that_do_not_fit_name_their_field(column, value, code):
    with pytest.raises(RecordError) as caught:
        encoded(column, value)
    assert (caught.value.code, caught.value.field) == (code, "a")
