"""Who changed: by time, by the audit log, and once a day by walking everybody where that log may not be read."""

from __future__ import annotations

import pytest

from adapters.mautic.people import survivor_in
from connector.errors import ContractError
from connector.testing.simulator import Fault, Reply

DAY_S = 86_400


def walk(world, cursor=None):
    """Ids that a walk told whole, ids that it only named, the cursor after it."""
    whole, named = [], []
    for page in world.adapter().changes(cursor):
        whole += [record["id"] for record in page.records]
        named += [one.id for one in page.to_read]
        cursor = page.cursor or cursor
    return whole, named, cursor


def test_an_edit_that_moves_no_time_is_named_by_the_audit_log(mautic):
    world = mautic(moves_modified=False)
    ana, _ = world.add(1), world.add(2)
    world.clock.advance(3600)
    _, _, cursor = walk(world)
    world.clock.advance(3600)
    world.simulator.edit(ana, company="Acme")
    assert walk(world, cursor)[:2] == ([], [ana])


@pytest.mark.parametrize("says_denied", [True, False])
def test_without_the_audit_log_such_an_edit_is_found_within_a_day(mautic, says_denied):
    world = mautic(moves_modified=False, hidden=("audit_log",), says_denied=says_denied)
    ids = [world.add(number) for number in range(25)]
    world.clock.advance(3600)
    _, _, cursor = walk(world)
    world.simulator.edit(ids[0], company="Acme")
    world.clock.advance(3600)
    whole, _, cursor = walk(world, cursor)
    assert whole == []
    world.clock.advance(DAY_S)
    whole, _, cursor = walk(world, cursor)
    assert whole == ids
    world.clock.advance(3600)
    assert walk(world, cursor)[0] == []


def test_a_daily_walk_that_was_cut_short_goes_on_where_it_was(mautic):
    world = mautic(hidden=("audit_log",))
    ids = [world.add(number) for number in range(50)]
    _, _, cursor = walk(world)
    world.clock.advance(DAY_S)
    for page in world.adapter().changes(cursor):
        cursor = page.cursor or cursor
        if cursor.get("whole"):
            break
    assert walk(world, cursor)[0] == ids[20:]


def test_deletions_and_merges_are_named_and_then_told(mautic):
    world = mautic()
    survivor, loser, goes = (world.add(number) for number in range(3))
    _, _, cursor = walk(world)
    world.clock.advance(3600)
    world.merge(loser, survivor)
    world.delete(goes)
    whole, named, _ = walk(world, cursor)
    assert (whole, sorted(named)) == ([survivor], sorted([loser, goes]))
    told = {one.id: (one.state, one.merged_into) for one in world.adapter().contacts(named)}
    assert told == {loser: ("merged", survivor), goes: ("gone", None)}


def test_a_merge_of_a_merge_leads_to_the_last_survivor(mautic):
    world = mautic()
    first, second, last = (world.add(number) for number in range(3))
    world.merge(first, second)
    world.merge(second, last)
    assert [one.merged_into for one in world.adapter().contacts([first, second])] == [last, last]


def test_a_merge_looks_like_a_deletion_where_the_audit_log_may_not_be_read(mautic):
    world = mautic(hidden=("audit_log",))
    loser, survivor = world.add(1), world.add(2)
    world.merge(loser, survivor)
    (answer,) = world.adapter().contacts([loser])
    assert (answer.state, answer.merged_into) == ("gone", None)


def test_a_list_that_hides_rows_proves_no_absence(mautic):
    world = mautic()
    ana = world.add(1)
    empty = Reply(200, {"total": "0", "contacts": []})
    world.simulator.faults.append(Fault("reply", path="^/api/contacts$", reply=empty))
    (answer,) = world.adapter().contacts([ana])
    assert answer.state == "whole"


def test_visitors_whom_nobody_knows_are_neither_told_nor_named(mautic):
    world = mautic()
    _, _, cursor = walk(world)
    world.clock.advance(3600)
    visitor = world.simulator.add()
    world.simulator.edit(visitor, city="Recife")
    assert walk(world, cursor)[:2] == ([], [])


def test_a_second_change_within_the_same_second_is_told(mautic):
    world = mautic()
    ana = world.add(1)
    _, _, cursor = walk(world)
    world.simulator.edit(ana, company="Acme")
    assert walk(world, cursor)[0] == [ana]


def test_the_first_read_goes_back_to_since(mautic):
    world = mautic()
    world.add(1)
    world.clock.advance(DAY_S)
    world.since = world.clock.now()
    later = world.add(2)
    assert walk(world)[0] == [later]


def test_a_record_is_flat_and_its_times_carry_their_offset(mautic):
    world = mautic(zoned=False)
    ana = world.simulator.add("ana@acme.example", company="Acme")
    world.simulator.contact(ana).tags.append("webinar")
    world.simulator.contact(ana).stage = {"id": 2, "name": "MQL"}
    (answer,) = world.adapter().contacts([ana])
    record = answer.record
    assert (record["id"], record["company"], record["tags"], record["stage"]) == (ana, "Acme", ["webinar"], "MQL")
    assert record["dateModified"] == "2026-11-20T12:00:00+00:00"


def test_contacts_in_another_shape_hold_the_stream(mautic):
    world = mautic()
    world.simulator.faults.append(Fault("reply", path="^/api/contacts$", reply=Reply(200, {"people": []})))
    with pytest.raises(ContractError):
        walk(world)


@pytest.mark.parametrize(
    ("details", "survivor"),
    [
        ('a:1:{s:11:"merged_into";i:12;}', "12"),
        ('a:1:{s:11:"merged_into";s:2:"12";}', "12"),
        ('{"merged_into": 12}', "12"),
        ('{"merged_into":"12"}', "12"),
        ({"merged_into": 12}, "12"),
        ({}, None),
        ("a:0:{}", None),
        (None, None),
    ],
)
def test_the_survivor_is_read_however_the_log_wrote_it(details, survivor):
    assert survivor_in(details) == survivor
