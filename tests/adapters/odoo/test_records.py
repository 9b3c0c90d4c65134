"""What changed is read whole, in the words of mappings, with who did it where Odoo tells."""

from __future__ import annotations

import pytest

from connector.errors import ConfigError
from connector.testing.conformance.crm.driving import ids, read_all
from connector.testing.simulators.odoo import ODOO_BOT, SALES_USERS

LEAD = "crm.lead"


def only(world):
    records, _ = read_all(world.adapter())
    [record] = [one for one in records if one.object == LEAD]
    return record


def test_a_second_with_more_records_than_many_pages_hold_is_walked_by_id(odoo):
    world = odoo()
    before = [world.add(number) for number in range(1, 4)]
    world.clock.advance(10)
    bulk = [world.add(number) for number in range(4, 30)]
    world.clock.advance(10)
    after = [world.add(number) for number in range(30, 33)]
    world.clock.advance(10)
    seen: list[tuple[str, str]] = []
    cursor = None
    for page in world.adapter().records(None):
        seen += [(one.object, one.id) for one in page.records]
        cursor = page.cursor
    assert set(seen) == {*before, *bulk, *after}
    assert cursor["after"] is None


def test_a_walk_goes_on_within_such_a_second_after_a_restart(odoo):
    world = odoo()
    bulk = {world.add(number) for number in range(1, 30)}
    world.clock.advance(10)
    pages = list(world.adapter().records(None))
    middle = next(page for page in pages if page.cursor["after"])
    seen = {ref for page in pages[: pages.index(middle) + 1] for ref in ids(page.records)}
    rest, _ = read_all(world.adapter(), middle.cursor)
    assert seen | ids(rest) == bulk


def test_a_cursor_that_is_not_ours_is_told(odoo):
    with pytest.raises(ConfigError, match="cursor"):
        list(odoo().adapter().records({"since": "yesterday"}))


def test_what_odoo_recomputes_in_bulk_changes_no_field_of_the_mapping(odoo):
    world = odoo()
    record = world.add(1)
    world.clock.advance(60)
    first = only(world)
    world.simulator.leads.change([int(record[1])], {"probability": 12.5}, ODOO_BOT)
    world.clock.advance(60)
    second = only(world)
    assert second.changed_at > first.changed_at
    assert second.fields == first.fields


def test_blank_is_none_whatever_its_type_and_links_tell_id_and_name(odoo):
    world = odoo()
    names = ("phone", "user_id", "user", "date_closed", "expected_revenue", "tags", "stage_id", "stage", "active")
    world.options = type(world.options)("odoo", fields={LEAD: names}, key="x_leadloop_id")
    lead = world.simulator.add_lead("ana@example.com", user_id=False)
    world.clock.advance(60)
    first_stage = world.simulator.lead(lead)["stage_id"]
    told = only(world).fields
    blank = ("phone", "user_id", "user", "date_closed", "expected_revenue", "tags")
    assert told == {**dict.fromkeys(blank), "stage_id": first_stage, "stage": "New", "active": True}


@pytest.mark.parametrize(
    ("happens", "status"),
    [
        (lambda sales, lead: None, "open"),
        (lambda sales, lead: sales.lose(lead, "Too expensive"), "lost"),
        (lambda sales, lead: sales.edit(lead, active=False), "archived"),
        (lambda sales, lead: sales.win(lead, 10), "won"),
        (lambda sales, lead: (sales.win(lead, 10), sales.edit(lead, active=False)), "won"),
        (lambda sales, lead: (sales.lose(lead), sales.restore(lead)), "open"),
    ],
)
def test_put_away_is_not_lost_and_won_stays_won(odoo, happens, status):
    world = odoo()
    _, lead = world.add(1)
    happens(world.simulator, int(lead))
    world.clock.advance(60)
    assert only(world).fields["status"] == status


def test_stages_are_counted_among_those_that_the_team_sees(odoo):
    world = odoo()
    store = world.simulator.store
    other = store.insert("crm.team", {"name": "Other"}, 1)["id"]
    store.insert("crm.stage", {"name": "Theirs", "sequence": 0, "team_ids": [other]}, 1)
    for team, order in ((store.team, 2), (other, 3)):
        lead = world.simulator.add_lead("ana@example.com", team_id=team)
        world.simulator.move(lead, "Qualified")
        world.clock.advance(60)
        records, _ = read_all(world.adapter())
        assert {one.id: one.fields["stage_order"] for one in records}[str(lead)] == order


def test_history_tells_each_step_with_its_moment_and_author_in_the_words_of_the_mapping(odoo):
    world = odoo()
    lead = world.simulator.add_lead("ana@example.com", user_id=False)
    steps = (
        lambda: world.simulator.assign(lead, SALES_USERS[1], by=SALES_USERS[1]),
        lambda: world.simulator.convert(lead),
        lambda: world.simulator.move(lead, "Qualified"),
        lambda: world.simulator.lose(lead, "Too expensive"),
        lambda: world.simulator.restore(lead),
        lambda: world.simulator.win(lead, 900.0),
    )
    for step in steps:
        world.clock.advance(60)
        step()
    world.clock.advance(60)
    told = [(one.field, one.old, one.new, one.by) for one in only(world).history]
    seven, eight = (str(one) for one in SALES_USERS)
    assert [one for one in told if one[0] != "email_from"] == [
        ("user_id", None, SALES_USERS[1], eight),
        ("type", "lead", "opportunity", seven),
        ("stage_order", 1, 2, seven),
        ("stage", "New", "Qualified", seven),
        ("lost_reason", None, "Too expensive", seven),
        ("status", "open", "lost", seven),
        ("lost_reason", "Too expensive", None, seven),
        ("status", "lost", "open", seven),
        ("expected_revenue", None, 900.0, seven),
        ("stage_order", 2, 4, seven),
        ("stage", "Qualified", "Won", seven),
        ("status", "open", "won", seven),
    ]


def test_the_names_that_older_servers_give_to_tracked_values_are_read(odoo):
    world = odoo()
    lead = world.simulator.add_lead("ana@example.com")
    world.simulator.move(lead, "Qualified")
    world.clock.advance(60)
    models = world.simulator.store.models["mail.tracking.value"]
    models["field"] = models.pop("field_id")
    for row in world.simulator.store.rows["mail.tracking.value"].values():
        row["field"] = row.pop("field_id")
    assert ("stage", "New", "Qualified") in {(one.field, one.old, one.new) for one in only(world).history}


def test_a_person_s_change_is_not_hidden_by_a_write_of_ours_that_came_after_it(odoo):
    world = odoo(is_admin=False)
    record = world.add(1)
    world.clock.advance(600)
    _, cursor = read_all(world.adapter())
    world.clock.advance(600)
    world.simulator.assign(int(record[1]), SALES_USERS[1], by=SALES_USERS[1])
    world.adapter().write([world.change(record, 1, 50)])
    world.clock.advance(60)
    [record_now], _ = read_all(world.adapter(), cursor)
    assert (record_now.changed_by, record_now.history) == (str(SALES_USERS[1]), [])


def test_neither_our_user_nor_odoo_s_own_is_a_person(odoo):
    is_person = odoo().adapter().people()
    assert [is_person(one) for one in ("1", "5", "7")] == [False, False, True]
