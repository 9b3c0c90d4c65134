"""Deletions and merges are told, by a platform that has a feed of them."""

# ruff: noqa: S101 - a suite asserts

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.adapter import CrmAdapter, Removal
from connector.model import Json
from connector.testing.conformance.crm.driving import able
from connector.testing.conformance.crm.without_id import WithoutId
from connector.testing.conformance.crm.world import CrmWorld
from connector.testing.simulator import Fault


def removed(adapter: CrmAdapter, cursor: Json | None = None) -> tuple[list[Removal], Json | None]:
    """All removals from a cursor on, and the cursor after them."""
    found: list[Removal] = []
    for page in adapter.removals(cursor):
        found += page.records
        cursor = page.cursor if page.cursor is not None else cursor
    return found, cursor


def started(world: CrmWorld) -> Json | None:
    """Where reading begins: nowhere, or behind a first walk where a platform counts removals from then on."""
    return removed(world.adapter())[1] if world.removals_begin_with_first_walk else None


def _assert_one_is_bad(world: CrmWorld, begin: Json | None, sound: int, about: str = "") -> None:
    """Of what a walk answers, one row lacks its id: that one is a bad record, and so many others are told."""
    edit = WithoutId(about)
    world.simulator.faults.append(Fault("edit_after", times=1000, edit=edit))
    pages = list(world.adapter().removals(begin))
    assert edit.done
    (bad,) = [one for page in pages for one in page.bad]
    assert (bad.error.code, bad.error.place) == ("no_id", bad.place)
    assert bad.error.hint
    assert len({one.id for page in pages for one in page.records}) == sound


class RemovalConformance:
    """The stream of removals."""

    @pytest.fixture(autouse=True)
    def _has_a_feed(self, request: pytest.FixtureRequest) -> None:
        if "removal" in request.node.name:
            adapter = request.getfixturevalue("world").adapter()
            if able(adapter).removals != "feed":
                pytest.skip("this platform has no feed of removals")

    def test_removals_name_the_deleted_record_and_not_the_others(self, world: CrmWorld) -> None:
        kept, deleted = world.add(1), world.add(2)
        begin = started(world)
        world.delete(deleted)
        world.clock.advance(120)
        found, _ = removed(world.adapter(), begin)
        assert [(one.object, one.id, one.merged_into) for one in found] == [(*deleted, None)]
        assert kept[1] not in {one.id for one in found}

    def test_a_removal_without_its_id_is_one_bad_record_and_stops_no_other(self, world: CrmWorld) -> None:
        deleted = [world.add(number) for number in range(1, world.page_size)]
        begin = started(world)
        for record in deleted:
            world.delete(record)
        world.clock.advance(120)
        _assert_one_is_bad(world, begin, len(deleted) - 1)

    def test_a_merge_among_removals_without_its_id_is_one_bad_record(self, world: CrmWorld) -> None:
        if not able(world.adapter()).merges:
            pytest.skip("this platform merges nothing")
        loser, winner = world.add(1), world.add(2)
        begin = started(world)
        world.merge(loser, winner)
        world.clock.advance(120)
        _assert_one_is_bad(world, begin, 0, about=loser[1])

    def test_removals_name_the_winner_of_a_merge(self, world: CrmWorld) -> None:
        if not able(world.adapter()).merges:
            pytest.skip("this platform merges nothing")
        loser, winner = world.add(1), world.add(2)
        world.merge(loser, winner)
        world.clock.advance(120)
        found, _ = removed(world.adapter())
        assert [(one.id, one.merged_into) for one in found] == [(loser[1], winner[1])]

    def test_a_second_read_of_removals_brings_the_new_ones(self, world: CrmWorld) -> None:
        first, second = world.add(1), world.add(2)
        begin = started(world)
        world.delete(first)
        world.clock.advance(timedelta(hours=2).total_seconds())
        _, cursor = removed(world.adapter(), begin)
        world.delete(second)
        world.clock.advance(120)
        found, _ = removed(world.adapter(), cursor)
        assert [one.id for one in found] == [second[1]]

    def test_a_reader_of_removals_killed_after_any_page_misses_none(self, world: CrmWorld) -> None:
        deleted = [world.add(number) for number in range(1, 2 * world.page_size + 2)]
        begin = started(world)
        for record in deleted:
            world.delete(record)
        world.clock.advance(120)
        pages = len(list(world.adapter().removals(begin)))
        for stop in range(1, pages + 1):
            seen, cursor = set(), begin
            for count, page in enumerate(world.adapter().removals(begin), 1):
                seen |= {one.id for one in page.records}
                cursor = page.cursor if page.cursor is not None else cursor
                if count == stop:
                    break
            rest, _ = removed(world.adapter(), cursor)
            assert seen | {one.id for one in rest} == {record_id for _, record_id in deleted}, f"killed after {stop}"
