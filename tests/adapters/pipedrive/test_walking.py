"""The walk over lists of both versions, and when a deal's changelog is worth its tokens."""

from __future__ import annotations

import pytest

from connector.errors import ConfigError, ContractError
from connector.testing.conformance.crm.driving import ids, read_all
from connector.testing.simulator import Fault, Reply


def asked(world, path):
    return len(world.simulator.calls("GET", path))


def test_a_lead_that_moves_while_its_list_is_paged_hides_no_other(pipedrive):
    world = pipedrive("lead")
    added = []
    for number in range(1, 13):
        added.append(world.add(number))
        world.clock.advance(1)
    seen = set()
    for page in world.adapter().records(None):
        seen |= ids(page.records)
        if page.records and page.records[0].object == "lead":
            world.decide(added[0])  # what was delivered leaves its place, and all others move up
    assert seen >= set(added)


def test_archived_leads_are_read_back_to_the_mark_and_no_further(pipedrive):
    world = pipedrive("lead")
    for number in range(1, 13):
        world.simulator.archive(world.ref(world.add(number)))
        world.clock.advance(60)
    world.clock.advance(3600)
    _, cursor = read_all(world.adapter())
    world.clock.advance(3600)
    last = world.add(13)
    world.simulator.archive(world.ref(last))
    world.clock.advance(5)
    before = asked(world, "/leads/archived")
    records, _ = read_all(world.adapter(), cursor)
    assert {one for one in ids(records) if one[0] == "lead"} == {last}
    assert asked(world, "/leads/archived") - before == 1


def test_archived_deals_are_read_too(pipedrive):
    world = pipedrive("deal")
    record = world.add(1)
    world.simulator.archive(world.ref(record))
    world.clock.advance(5)
    assert record in ids(read_all(world.adapter())[0])


def test_a_small_company_is_looked_at_as_often_as_its_day_allows(pipedrive):
    world = pipedrive("lead")
    world.simulator.budget.allowed = 30_000
    records, cursor = read_all(world.adapter())
    record = world.add(1)
    looks = 0
    for _ in range(288):
        world.clock.advance(300)
        before = len(world.simulator.ledger)
        pages = list(world.adapter().records(cursor))
        cursor = pages[-1].cursor
        looks += len(world.simulator.ledger) > before
        records += [one for page in pages for one in page.records]
        assert pages[-1].why_zero or len(world.simulator.ledger) > before
    assert 60 <= looks <= 94
    assert world.simulator.budget.used < 30_000 / 2
    assert record in ids(records)


def test_a_look_that_was_cut_short_goes_on_at_once(pipedrive):
    world = pipedrive("lead")
    world.simulator.budget.allowed = 30_000
    added = {world.add(number) for number in range(1, 8)}
    world.clock.advance(60)
    first = next(world.adapter().records(None))
    rest, _ = read_all(world.adapter(), first.cursor)
    assert ids([*first.records, *rest]) >= added


def test_a_changelog_is_read_where_something_was_decided_and_not_for_our_scores(pipedrive):
    world = pipedrive("deal")
    record = world.add(1)
    world.clock.advance(3600)
    _, cursor = read_all(world.adapter())
    first = asked(world, "/changelog")
    world.clock.advance(3600)
    world.adapter().write([world.change(record, 1, 50)])
    world.clock.advance(5)
    records, cursor = read_all(world.adapter(), cursor)
    assert record in ids(records)
    assert asked(world, "/changelog") == first
    world.clock.advance(3600)
    world.decide(record)
    world.clock.advance(5)
    records, _ = read_all(world.adapter(), cursor)
    assert asked(world, "/changelog") == first + 1
    (found,) = [one for one in records if one.object == "deal"]
    assert [(change.field, change.by) for change in found.history] == [("stage_id", "201"), ("stage_order", "201")]


def test_deals_of_years_are_read_without_their_changelogs(pipedrive):
    world = pipedrive("deal")
    world.add(1)
    world.clock.advance(30 * 86_400)
    read_all(world.adapter())
    assert asked(world, "/changelog") == 0


def test_a_cursor_that_leads_nowhere_ends_in_an_error(pipedrive):
    world = pipedrive("person")
    row = {"id": 1, "update_time": "2026-11-20T11:00:00Z", "add_time": "2026-11-20T11:00:00Z"}
    again = Reply(200, {"success": True, "data": [row], "additional_data": {"next_cursor": "same"}})
    world.simulator.faults.append(Fault("reply", path="/persons$", times=9, reply=again))
    with pytest.raises(ContractError, match="leads nowhere"):
        read_all(world.adapter())


def test_a_cursor_that_is_not_ours_is_refused(pipedrive):
    with pytest.raises(ConfigError, match="cursor"):
        read_all(pipedrive("person").adapter(), {"v2/persons": "yesterday"})
