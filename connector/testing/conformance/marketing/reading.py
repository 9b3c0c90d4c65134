"""Reading: every contact and every act, once and only once, whatever happens while we read."""

# ruff: noqa: S101 - a suite asserts

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.testing.conformance.marketing.keeping import Crash, Kept
from connector.testing.conformance.marketing.world import MarketingWorld


class ReadingConformance:
    """Needs `world`: a fresh MarketingWorld for each test."""

    def test_every_contact_is_read_once_and_only_once_though_all_share_one_time(self, world: MarketingWorld) -> None:
        ids = _people(world, 2 * world.page_size + 3)
        kept = Kept()
        kept.pull(world.adapter())
        assert set(kept.contacts) == ids
        assert set(kept.named.values()) == {1}
        assert len(kept.acts) == len(ids)

    def test_pages_that_are_exactly_full_end_the_walk(self, world: MarketingWorld) -> None:
        ids = _people(world, 2 * world.page_size)
        kept = Kept()
        kept.pull(world.adapter())
        assert set(kept.contacts) == ids

    def test_an_empty_account_reads_as_nothing_and_says_why(self, world: MarketingWorld) -> None:
        kept = Kept()
        kept.pull(world.adapter())
        assert not kept.contacts
        assert kept.why_zero

    def test_a_second_read_with_nothing_new_finds_nothing_and_says_why(self, world: MarketingWorld) -> None:
        _people(world, world.page_size + 3)
        kept = Kept()
        kept.pull(world.adapter())
        kept.named.clear()
        kept.why_zero.clear()
        kept.pull(world.adapter())
        assert not kept.named
        assert kept.why_zero

    def test_new_acts_are_found_with_their_contacts_and_nobody_else(self, world: MarketingWorld) -> None:
        ids = sorted(_people(world, world.page_size + 3))
        kept = Kept()
        kept.pull(world.adapter())
        kept.named.clear()
        world.clock.advance(7200)
        for id_ in ids[:2]:
            world.act(id_)
        kept.pull(world.adapter())
        assert set(kept.named) <= set(ids[:2])
        assert len(kept.acts) == len(ids) + 2

    def test_an_act_that_becomes_visible_late_is_still_found(self, world: MarketingWorld) -> None:
        ids = sorted(_people(world, 5))
        world.clock.advance(7200)
        late_at = world.clock.now()
        world.act(ids[0], late_at, visible_at=late_at + timedelta(seconds=world.lag_s))
        world.clock.advance(world.lag_s * 0.9)
        world.act(ids[1])
        kept = Kept()
        kept.pull(world.adapter())
        world.clock.advance(world.lag_s * 0.2 + 1)
        kept.pull(world.adapter())
        assert len(kept.acts) == len(ids) + 2

    def test_rows_that_move_while_being_paged_are_not_lost(self, world: MarketingWorld) -> None:
        ids = sorted(_people(world, 3 * world.page_size + 5, apart_s=1))
        moved: list[int] = []
        movers = [ids[0], ids[len(ids) // 2], ids[-1]]

        def move(number: int) -> None:
            moved.append(number)
            world.clock.advance(60)
            world.act(movers[number % len(movers)])

        kept = Kept()
        kept.pull(world.adapter(), between=move)
        kept.pull(world.adapter())
        assert set(kept.contacts) == set(ids)
        assert len(kept.acts) == len(ids) + len(moved)

    def test_a_row_deleted_while_being_paged_takes_nobody_along(self, world: MarketingWorld) -> None:
        ids = _people(world, 3 * world.page_size + 5, apart_s=1)
        kept = Kept()
        gone: list[str] = []

        def delete(_number: int) -> None:
            if kept.named and not gone:
                gone.append(min(kept.named))
                world.delete(gone[0])

        kept.pull(world.adapter(), between=delete)
        assert set(kept.named) == ids

    def test_a_token_that_dies_in_mid_walk_is_renewed(self, world: MarketingWorld) -> None:
        ids = _people(world, 2 * world.page_size + 3)
        kept = Kept()
        kept.pull(world.adapter(), between=lambda _number: world.expire_tokens())
        assert set(kept.contacts) == ids

    def test_a_crash_after_any_page_loses_nothing(self, world: MarketingWorld) -> None:
        ids = sorted(_people(world, 2 * world.page_size + 3, apart_s=1))
        acts = len(ids)
        for crash_after in (1, 2, 3):
            kept = Kept()
            with pytest.raises(Crash):
                kept.pull(world.adapter(), crash_after=crash_after)
            world.clock.advance(3600)
            world.act(ids[crash_after])
            acts += 1
            kept.pull(world.adapter())
            kept.pull(world.adapter())
            assert set(kept.contacts) == set(ids)
            assert len(kept.acts) == acts

    def test_all_acts_of_one_contact_are_read_though_they_fill_pages(self, world: MarketingWorld) -> None:
        (id_,) = _people(world, 1)
        for _ in range(2 * world.acts_page):
            world.clock.advance(1)
            world.act(id_)
        kept = Kept()
        kept.pull(world.adapter())
        assert len(kept.acts) == 1 + 2 * world.acts_page

    def test_an_opt_out_shows_when_the_contact_is_read_again(self, world: MarketingWorld) -> None:
        adapter = world.adapter()
        if adapter.spec.capabilities.consent == "none":
            pytest.skip("the platform tells no consent")
        (id_,) = _people(world, 1)
        before = next(iter(adapter.contacts([id_])))
        world.opt_out(id_)
        after = next(iter(adapter.contacts([id_])))
        assert before.record is not None
        assert after.record is not None
        assert [world.opted_out(before.record), world.opted_out(after.record)] == [False, True]


def _people(world: MarketingWorld, count: int, *, apart_s: float = 0) -> set[str]:
    """Contacts with one act each, all of one time unless `apart_s` stands between them."""
    ids = [world.add(number) for number in range(count)]
    for id_ in ids:
        world.clock.advance(apart_s)
        world.act(id_)
    return set(ids)
