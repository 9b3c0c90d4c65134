"""Removals: who was deleted or merged is told, and who is there is never believed gone."""

# ruff: noqa: S101 - a suite asserts

from __future__ import annotations

import json

import pytest

from connector.model import Json
from connector.testing.conformance.marketing.keeping import Kept
from connector.testing.conformance.marketing.world import MarketingWorld


class RemovalConformance:
    """Needs `world`: a fresh MarketingWorld for each test."""

    def test_a_deleted_contact_is_gone(self, world: MarketingWorld) -> None:
        stays, goes = _people(world, 2)
        world.delete(goes)
        answers = {answer.id: answer.state for answer in world.adapter().contacts([stays, goes])}
        assert answers == {stays: "whole", goes: "gone"}

    def test_a_merged_contact_names_its_survivor(self, world: MarketingWorld) -> None:
        adapter = world.adapter()
        if not adapter.spec.capabilities.merges:
            pytest.skip("the platform tells no merges")
        survivor, loser = _people(world, 2)
        world.merge(loser, survivor)
        (answer,) = adapter.contacts([loser])
        told = [(answer.id, answer.merged_into)]
        if adapter.spec.capabilities.removals == "feed":  # where a feed tells of merges, the id itself may be just gone
            told += [(one.id, one.merged_into) for page in adapter.removals(None) for one in page.records]
        assert answer.state != "whole"
        assert (loser, survivor) in told

    def test_a_feed_of_removals_tells_each_of_them(self, world: MarketingWorld) -> None:
        adapter = world.adapter()
        if adapter.spec.capabilities.removals != "feed":
            pytest.skip("the platform has no feed of removals")
        _, goes = _people(world, 2)
        world.delete(goes)
        assert goes in {removal.id for page in adapter.removals(None) for removal in page.records}

    def test_a_first_read_looks_for_no_removal_before_it_and_finds_all_later_ones(self, world: MarketingWorld) -> None:
        adapter = world.adapter()
        if adapter.spec.capabilities.removals != "feed":
            pytest.skip("the platform has no feed of removals")
        before, after = _people(world, 2)
        world.delete(before)
        world.clock.advance(86_400)
        begin = adapter.removals_from_now()
        if begin is None:
            pytest.skip("its feed is always read from its beginning")
        world.delete(after)
        world.clock.advance(3600)
        told = [_removed(world, cursor) for cursor in (begin, None)]
        assert told == [{after}, {before, after}]

    def test_a_sweep_names_everybody_who_is_there(self, world: MarketingWorld) -> None:
        _needs_sweep(world)
        ids = _people(world, 2 * world.page_size + 3)
        world.delete(ids[1])
        assert Kept().sweep(world.adapter()) == set(ids) - {ids[1]}

    def test_a_sweep_names_everybody_though_rows_move(self, world: MarketingWorld) -> None:
        _needs_sweep(world)
        ids = _people(world, 3 * world.page_size + 3)

        def move(number: int) -> None:
            world.clock.advance(60)
            world.act(ids[(number * 131) % len(ids)])

        assert Kept().sweep(world.adapter(), between=move) == set(ids)

    def test_a_sweep_that_crashed_after_any_page_goes_on(self, world: MarketingWorld) -> None:
        _needs_sweep(world)
        ids = _people(world, 2 * world.page_size + 3)
        for crash_after in (1, 2, 3):
            kept = Kept()
            first = kept.sweep(world.adapter(), crash_after=crash_after)
            world.clock.advance(60)
            world.act(ids[-crash_after])
            assert first | kept.sweep(world.adapter()) == set(ids)

    def test_the_next_sweep_begins_anew(self, world: MarketingWorld) -> None:
        _needs_sweep(world)
        ids = _people(world, world.page_size + 3)
        kept = Kept()
        assert kept.sweep(world.adapter()) == set(ids)
        assert kept.sweep(world.adapter()) == set(ids)


def _people(world: MarketingWorld, count: int) -> list[str]:
    ids = [world.add(number) for number in range(count)]
    for id_ in ids:
        world.act(id_)
    return ids


def _removed(world: MarketingWorld, cursor: Json | None) -> set[str]:
    """Who is told by a walk from a cursor as a store gives it back."""
    kept = json.loads(json.dumps(cursor))
    return {removal.id for page in world.adapter().removals(kept) for removal in page.records}


def _needs_sweep(world: MarketingWorld) -> None:
    if world.adapter().spec.capabilities.removals != "sweep":
        pytest.skip("the platform is not swept")
