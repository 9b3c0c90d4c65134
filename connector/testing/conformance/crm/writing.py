"""One outcome per write, whatever becomes of the others; what sales owns stays as it is."""

# ruff: noqa: S101 - a suite asserts

from __future__ import annotations

import pytest
from msgspec.structs import replace

from connector.adapter import CrmAdapter
from connector.errors import ConfigError, QuotaError
from connector.testing.conformance.crm.driving import able, needs, settle, write_all
from connector.testing.conformance.crm.world import CrmWorld, Trouble


class WritingConformance:
    """Creating and changing records."""

    def test_new_persons_are_created_and_known_ones_updated(self, world: CrmWorld) -> None:
        creations = [world.creation(number) for number in (1, 2, 3)]
        created = write_all(world.adapter(), creations)
        assert [one.status for one in created] == ["created"] * 3
        records = [(str(one.object), str(one.record_id)) for one in created]
        changes = [world.change(record, number, 50 + number) for number, record in enumerate(records, 1)]
        updated = write_all(world.adapter(), changes)
        assert [one.status for one in updated] == ["updated"] * 3
        assert [(one.object, one.record_id) for one in updated] == records
        assert [world.score_on(record) for record in records] == [51, 52, 53]

    def test_a_record_that_sales_made_carries_our_key_once_we_wrote_to_it(self, world: CrmWorld) -> None:
        record = world.add(1)
        write_all(world.adapter(), [world.change(record, 1, 30)])
        keys = world.keys(1)
        world.clock.advance(able(world.adapter()).visible_after_s)
        (answer,) = world.adapter().resolve([type(keys)(keys.leadloop_id)])
        assert [(one.object, one.id, one.by) for one in answer.found] == [(*record, "key")]

    def test_creations_and_updates_mix_in_one_batch(self, world: CrmWorld) -> None:
        record = world.add(1)
        batch = [world.creation(2), world.change(record, 1, 77), world.creation(3)]
        assert [one.status for one in write_all(world.adapter(), batch)] == ["created", "updated", "created"]
        assert world.score_on(record) == 77

    @pytest.mark.parametrize("trouble", ["too_long", "bad_option", "unknown_field"])
    def test_one_bad_row_is_refused_alone_and_its_field_named(self, world: CrmWorld, trouble: Trouble) -> None:
        if trouble == "bad_option":
            needs(world, "picklist")
        batch = [world.creation(number) for number in range(1, 6)]
        batch[2], field = world.spoilt(batch[2], trouble)
        outcomes = write_all(world.adapter(), batch)
        assert [one.status for one in outcomes] == ["created", "created", "rejected", "created", "created"]
        assert outcomes[2].field == field
        assert outcomes[2].code
        assert outcomes[2].retry_after_s is None
        assert len(world.records_of(3)) == 0

    def test_one_bad_update_leaves_the_others_alone(self, world: CrmWorld) -> None:
        records = [world.add(number) for number in (1, 2, 3)]
        batch = [world.change(record, number, 60) for number, record in enumerate(records, 1)]
        batch[1], _ = world.spoilt(batch[1], "too_long")
        assert [one.status for one in write_all(world.adapter(), batch)] == ["updated", "rejected", "updated"]
        assert [world.score_on(record) for record in records] == [60, None, 60]

    def test_a_person_twice_in_a_batch_becomes_one_record(self, world: CrmWorld) -> None:
        first = world.creation(1)
        second = replace(first, effect=first.effect + "-again")
        outcomes = write_all(world.adapter(), [first, second])
        assert outcomes[0].status == "created"
        assert outcomes[1].status in ("updated", "unchanged", "conflict")
        assert len(world.records_of(1)) == 1

    def test_a_field_that_vanished_stops_the_write_and_is_named(self, world: CrmWorld) -> None:
        record = world.add(1)
        field = world.hide_field()
        try:
            outcomes = world.adapter().write([world.change(record, 1, 50)])
        except ConfigError as error:
            assert field in error.message  # noqa: PT017 - both ways of telling are right
        else:
            assert [(one.status, one.field) for one in outcomes] == [("rejected", field)]

    def test_a_locked_record_is_tried_again_later_and_keeps_nobody_up(self, world: CrmWorld) -> None:
        needs(world, "lock")
        records = [world.add(number) for number in (1, 2)]
        world.lock(records[0])
        batch = [world.change(record, number, 70) for number, record in enumerate(records, 1)]
        locked, free = write_all(world.adapter(), batch)
        assert locked.status == "rejected"
        assert locked.retry_after_s is not None
        assert not locked.moved
        assert free.status == "updated"
        settle(world, batch[:1])
        assert world.score_on(records[0]) == 70

    def test_a_conflict_names_the_records_that_exist(self, world: CrmWorld) -> None:
        needs(world, "duplicate_rule")
        record = world.add(1)
        world.forbid_duplicates()
        conflict, created = write_all(world.adapter(), [world.creation(1), world.creation(2)])
        assert conflict.status == "conflict"
        assert [tuple(one) for one in conflict.existing] == [record]
        assert created.status == "created"
        assert len(world.records_of(1)) == 1

    def test_a_write_to_a_deleted_record_says_that_it_moved(self, world: CrmWorld) -> None:
        record = world.add(1)
        world.delete(record)
        (outcome,) = write_all(world.adapter(), [world.change(record, 1, 50)])
        assert (outcome.status, outcome.moved) == ("rejected", True)

    def test_a_write_to_a_converted_lead_says_that_it_moved_and_goes_where_the_person_is(self, world: CrmWorld) -> None:
        if not able(world.adapter()).conversions:
            pytest.skip("this platform converts nothing")
        record = world.add(1)
        now_at = world.convert(record)
        (outcome,) = write_all(world.adapter(), [world.change(record, 1, 50)])
        assert (outcome.status, outcome.moved) == ("rejected", True)
        (answer,) = world.adapter().resolve([world.keys(1, record)])
        found = (answer.found[0].object, answer.found[0].id)
        (outcome,) = write_all(world.adapter(), [world.change(found, 1, 50, "again")])
        assert outcome.status == "updated"
        assert world.score_on(now_at) == 50

    def test_a_write_to_a_merged_record_says_that_it_moved(self, world: CrmWorld) -> None:
        if not able(world.adapter()).merges:
            pytest.skip("this platform merges nothing")
        loser, winner = world.add(1), world.add(2)
        world.merge(loser, winner)
        (outcome,) = write_all(world.adapter(), [world.change(loser, 1, 50)])
        assert (outcome.status, outcome.moved) == ("rejected", True)

    def test_what_sales_owns_stays_untouched(self, world: CrmWorld) -> None:
        record = world.add(1)
        world.decide(record)
        before = world.owned_by_sales(record)
        write_all(world.adapter(), [world.change(record, 1, 88)])
        assert world.score_on(record) == 88
        assert world.owned_by_sales(record) == before

    def test_a_budget_that_runs_out_in_mid_batch_loses_nothing(self, world: CrmWorld) -> None:
        adapter = world.adapter()
        size = able(adapter).batch
        records = [world.add(number) for number in range(1, 4)]
        batch = [world.creation(10 + number) for number in range(size)]
        batch += [world.change(record, number, 40) for number, record in enumerate(records, 1)]
        adapter.resolve([world.keys(1)])
        world.leave_calls(1)
        try:
            outcomes = adapter.write([one for one in batch if one.record_id is None][: size - 3] + batch[-3:])
        except QuotaError:
            pass  # certainly nothing was applied
        else:
            assert all(one.status in ("created", "updated", "rejected") for one in outcomes)
            assert all(one.retry_after_s is not None for one in outcomes if one.status == "rejected")
        world.renew_calls()
        settle(world, batch)
        assert all(len(world.records_of(10 + number)) == 1 for number in range(size))
        assert [world.score_on(record) for record in records] == [40, 40, 40]

    def test_fresh_leads_are_served_from_the_reserve(self, world: CrmWorld) -> None:
        adapter = world.adapter()
        adapter.resolve([world.keys(1)])
        world.leave_calls(200)
        use_up(adapter, world)
        refused = 1
        with pytest.raises(QuotaError):  # noqa: PT012 - a write may cost less than the look-ups that used the budget up
            while adapter.write([world.creation(refused)]):
                refused += 1
        assert len(world.records_of(refused)) == 0
        (outcome,) = adapter.write([replace(world.creation(20), fresh=True)])
        assert outcome.status == "created"

    def test_the_allowed_rate_is_never_exceeded(self, world: CrmWorld) -> None:
        adapter = world.adapter()
        write_all(adapter, [world.creation(number) for number in range(1, 2 * able(adapter).batch + 2)])
        adapter.resolve([world.keys(number) for number in range(1, 50)])
        for _ in adapter.records(None):
            pass
        assert {one.status for one in world.simulator.ledger} <= {200, 201, 204, 207, 304}


def use_up(adapter: CrmAdapter, world: CrmWorld) -> None:
    """Ask until the part of the budget that is not reserved is spent."""
    for _ in range(400):
        try:
            adapter.resolve([world.keys(1)])
        except QuotaError:
            return
    raise AssertionError("the budget had no end")
