"""The walk over what changed survives what HubSpot's searches are known for."""

from __future__ import annotations

import json

import pytest

from adapters.hubspot.marketing import HubSpotMarketing
from adapters.hubspot.walking import OVERLAP_MS, REMEMBERED, Mark
from connector.errors import ConfigError, ContractError
from connector.testing.simulator import Fault, Reply


def read(adapter, cursor=None):
    """All contacts from a cursor on, and the cursor after them."""
    found = []
    for page in adapter.changes(cursor):
        found += [record["id"] for record in page.records]
        cursor = json.loads(json.dumps(page.cursor))
    return found, cursor


def test_more_than_ten_thousand_contacts_may_share_one_moment(marketing):
    world = marketing()
    added = [world.account.add(f"lead{number}@example.com") for number in range(10_050)]
    world.clock.advance(60)
    adapter = world.adapter(HubSpotMarketing)
    found, _ = read(adapter)
    assert found == added
    assert len(world.simulator.calls("POST", "/search")) == 51


def test_what_a_search_shows_late_is_found_by_the_next_walk_and_nothing_else_again(marketing):
    world = marketing(search_lag_s=120)
    early = world.add(1)
    world.clock.advance(300)
    late = world.add(2)
    first, cursor = read(world.adapter())
    world.clock.advance(130)
    second, _ = read(world.adapter(), cursor)
    assert (first, second) == ([early], [late])


def test_an_empty_page_that_is_not_the_last_is_walked_over(marketing):
    world = marketing()
    world.add(1)
    hollow = Reply(200, {"total": 400, "results": [], "paging": {"next": {"after": "200"}}})
    world.simulator.faults.append(Fault("reply", path="/search", reply=hollow))
    read(world.adapter())
    asked = [json.loads(one.body) for one in world.simulator.calls("POST", "/search")]
    assert [one.get("after") for one in asked] == [None, "200"]


def test_a_search_that_answers_with_what_was_left_behind_stops_the_stream(marketing):
    world = marketing()
    ids = [world.add(number) for number in range(30)]
    row = {
        "id": ids[0],
        "properties": {},
        "createdAt": "2026-11-20T12:00:00.000Z",
        "updatedAt": "2026-11-20T12:00:00.000Z",
    }
    again = Reply(200, {"total": 1, "results": [row], "paging": {"next": {"after": "1"}}})
    world.simulator.faults.append(Fault("reply", path="/search", reply=again, skip=1, times=5))
    with pytest.raises(ContractError):
        read(world.adapter())


def test_more_properties_than_a_search_may_name_are_read_by_id(marketing):
    names = [f"a_property_with_a_long_internal_name_{number}" for number in range(90)]
    world = marketing({"fields": {"": names}})
    contact = world.add(1)
    for name in names:
        world.account.add_property(name)
    world.account.edit(contact, {names[77]: "here"})
    (page,) = world.adapter().changes(None)
    assert page.records[0][names[77]] == "here"
    assert len(world.simulator.calls("POST", "/batch/read")) == 1


def test_a_walk_ends_at_the_clock_of_the_platform_and_not_at_ours(marketing):
    world = marketing()
    world.add(1)
    (page,) = world.adapter().changes(None)
    ended_ms = page.cursor["since"] + OVERLAP_MS
    assert ended_ms == int(world.simulator.clock().timestamp() * 1000)


def test_a_bulk_change_does_not_make_the_cursor_grow_without_end():
    mark = Mark(0, until_ms=10_000_000)
    rows = [{"id": str(one), "updatedAt": "1970-01-01T02:46:40.000Z"} for one in range(1, 3 * REMEMBERED)]
    _, mark = mark.past(rows)
    assert len(mark.seen) == REMEMBERED


def test_a_cursor_that_is_not_ours_is_refused():
    with pytest.raises(ConfigError):
        Mark.read({"page": 3}, None)


def test_a_contact_that_absorbed_others_asks_for_them_too(marketing):
    world = marketing()
    loser, winner = world.add(1), world.add(2)
    world.merge(loser, winner)
    (page,) = world.adapter().changes(None)
    assert [one.id for one in page.to_read] == [loser]
