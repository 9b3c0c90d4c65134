"""Resolve finds the record on which a person is now, and never takes one person for another."""

# ruff: noqa: S101 - a suite asserts

from __future__ import annotations

import pytest

from connector.testing.conformance.crm.driving import able, settle
from connector.testing.conformance.crm.world import CrmWorld


class FindingConformance:
    """Who is this person in the CRM?"""

    def test_a_person_whom_nobody_has_is_found_nowhere(self, world: CrmWorld) -> None:
        world.add(1)
        (answer,) = world.adapter().resolve([world.keys(2)])
        assert answer.leadloop_id == world.key_of(2)
        assert list(answer.found) == []
        assert list(answer.gone) == []

    def test_a_record_that_sales_made_is_found_by_its_address_in_any_case(self, world: CrmWorld) -> None:
        record = world.add(1)
        keys = world.keys(1)
        (answer,) = world.adapter().resolve([type(keys)(keys.leadloop_id, (), (keys.emails[0].upper(),))])
        assert [(one.object, one.id, one.by) for one in answer.found] == [(*record, "email")]
        assert not answer.found[0].key

    def test_a_record_that_we_made_is_found_by_our_key_and_says_so(self, world: CrmWorld) -> None:
        write = world.creation(1)
        record = settle(world, [write])[write.effect]
        (answer,) = world.adapter().resolve([world.keys(1)])
        assert (answer.found[0].object, answer.found[0].id) == record
        assert answer.found[0].by == "key"
        assert answer.found[0].key == world.key_of(1)

    def test_a_record_of_another_key_shows_whose_it_is(self, world: CrmWorld) -> None:
        settle(world, [world.creation(1)])
        keys = world.keys(1)
        (answer,) = world.adapter().resolve([type(keys)("ll-of-somebody-else", (), keys.emails)])
        assert [one.key for one in answer.found] == [world.key_of(1)]

    def test_a_known_record_counts_before_one_of_the_same_address(self, world: CrmWorld) -> None:
        if world.unique_emails:
            pytest.skip("an address is on one record of this platform")
        first, second = world.add(1), world.add(1)
        for known, other in ((first, second), (second, first)):
            (answer,) = world.adapter().resolve([world.keys(1, known)])
            assert [(one.object, one.id) for one in answer.found] == [known, other]
            assert answer.found[0].by == "id"

    def test_many_persons_are_answered_in_their_order_each_with_their_own(self, world: CrmWorld) -> None:
        records = {number: world.add(number) for number in range(1, 8)}
        asked = [*range(300, 20, -1), *range(1, 8)]
        answers = world.adapter().resolve([world.keys(number) for number in asked])
        assert [answer.leadloop_id for answer in answers] == [world.key_of(number) for number in asked]
        found = {
            number: [(one.object, one.id) for one in answer.found]
            for number, answer in zip(asked, answers, strict=True)
        }
        assert {number: refs for number, refs in found.items() if refs} == {n: [ref] for n, ref in records.items()}

    def test_a_deleted_record_is_gone_and_found_nowhere(self, world: CrmWorld) -> None:
        record = world.add(1)
        world.delete(record)
        (answer,) = world.adapter().resolve([world.keys(1, record)])
        assert list(answer.found) == []
        assert list(answer.gone) == [record]

    def test_a_converted_lead_is_found_where_the_person_is_now(self, world: CrmWorld) -> None:
        if not able(world.adapter()).conversions:
            pytest.skip("this platform converts nothing")
        write = world.creation(1)
        record = settle(world, [write])[write.effect]
        now_at = world.convert(record)
        for keys in (world.keys(1, record), world.keys(1)):
            (answer,) = world.adapter().resolve([keys])
            assert (answer.found[0].object, answer.found[0].id) == now_at
            assert list(answer.gone) == []
        (answer,) = world.adapter().resolve([world.keys(1, record)])
        assert answer.found[0].was == record

    def test_a_merged_record_is_found_at_the_end_of_its_merges(self, world: CrmWorld) -> None:
        if not able(world.adapter()).merges:
            pytest.skip("this platform merges nothing")
        write = world.creation(1)
        record = settle(world, [write])[write.effect]
        middle, last = world.add(2), world.add(3)
        world.merge(record, middle)
        world.merge(middle, last)
        for keys in (world.keys(1, record), world.keys(1)):
            (answer,) = world.adapter().resolve([keys])
            assert (answer.found[0].object, answer.found[0].id) == last
        (answer,) = world.adapter().resolve([world.keys(1, record)])
        assert answer.found[0].was == record
