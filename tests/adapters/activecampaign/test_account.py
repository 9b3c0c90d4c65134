"""What an account has: its fields, what `check` says of it, how it words errors."""

from __future__ import annotations

import pytest

from adapters.activecampaign.asking import moment
from adapters.activecampaign.refusals import errors_in
from connector.testing.simulators.activecampaign import wording as words
from tests.adapters.told import Told


def test_check_names_the_fields_that_are_missing(world):
    lines = world.adapter(fields={"": ("email", "tags", "LEADLOOP_GRADE")}).check()
    assert [line.level for line in lines] == ["ok", "ok", "warn"]
    assert (lines[-1].what, lines[-1].next_step) == (
        "the account has no contact field LEADLOOP_GRADE",
        "'leadloop prepare ac' makes those that feedback writes; or correct the mapping",
    )  # fmt: skip


def test_check_sees_that_filters_are_ignored(activecampaign):
    world = activecampaign(keeps_filters=False)
    world.add(1)
    assert [line.level for line in world.adapter().check()] == ["ok", "fail"]


def test_fields_come_in_pages_and_with_our_types(world):
    for number in range(120):
        world.simulator.account.add_field(f"OWN_{number}", "dropdown" if number else "text")
    fields = {one.name: one for one in world.adapter().fields()}
    assert (fields["OWN_119"].type, fields["OWN_0"].max_length, fields["OWN_0"].custom) == ("picklist", 255, True)
    assert (fields["email"].unique, fields["tags"].writable) == (True, False)


def test_a_field_is_made_as_a_text_that_all_lists_show(world):
    assert world.adapter().prepare_writes(["LEADLOOP_SCORE", "email"]) == {
        "LEADLOOP_SCORE": "created", "email": "exists",
    }  # fmt: skip
    tables = world.simulator.account.tables
    made = tables["fields"][world.simulator.account.field_id("LEADLOOP_SCORE")]
    assert made["type"] == "text"
    assert [(row["field"], row["relid"]) for row in tables["fieldRels"].values()] == [(made["id"], "0")]


def test_a_field_that_is_called_otherwise_than_asked_is_told(world):
    told = world.adapter().prepare_writes(["NEW", "NEW"])
    assert told == {"NEW": "ActiveCampaign called it 'NEW_1': correct the mapping"}


def test_a_contact_is_told_with_what_belongs_to_it(world):
    ana = world.simulator.add("ana@example.com", firstName="Ana", job="CEO", company="Acme", country="BR")
    world.simulator.subscribe(ana, "Newsletter")
    world.adapter().write_back([world.effect("tag", ana, name="vip")])
    [answer] = world.adapter().contacts([ana])
    told = answer.record
    assert (told["tags"], told["accounts"], told["subscription"]) == (
        ["vip"], [{"name": "Acme", "jobTitle": "CEO"}], "subscribed",
    )  # fmt: skip
    assert told["contactData"]["geoCountry2"] == "BR"


def test_whoever_left_one_list_and_stays_on_another_may_be_mailed(world):
    ana = world.add(1)
    world.simulator.subscribe(ana, "Newsletter")
    world.opt_out(ana)
    world.simulator.subscribe(ana, "Customers")
    [answer] = world.adapter().contacts([ana])
    assert answer.record["subscription"] == "subscribed"


@pytest.mark.parametrize("text", [None, "", "0000-00-00", "0000-00-00 00:00:00", "2026-11-20 04:11:12"])
def test_a_blank_and_a_time_without_its_offset_are_no_times(text):
    assert moment(text) is None


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (words.forbidden().body, [("", "Forbidden", None)]),
        (words.invalid("Too long.", "field_invalid", "name").body, [("field_invalid", "Too long.", "name")]),
        (words.imports_limited().body, [("import_limit", "Rate limit exceeded.", None)]),
        (words.import_refused("no").body, [("", "Invalid request.", None)]),
        ({"errors": [{"title": "a", "detail": "b"}, "c"]}, [("", "a: b", None)]),
        ({}, []),
        ([], []),
        ("<html>", []),
    ],
)
def test_every_shape_is_read(body, read):
    assert [(error.code, error.text, error.field) for error in errors_in(Told(body))] == read
