"""Writing back: one outcome per write, nobody sunk by a neighbour, nothing sent twice without looking."""

# ruff: noqa: S101 - a suite asserts

from __future__ import annotations

from collections.abc import Iterator
from zlib import crc32

from connector.adapter import EffectKind, MarketingAdapter
from connector.model import LeadWrite, ReadBack
from connector.testing.conformance.marketing.world import MarketingWorld
from connector.testing.simulator import Fault

DONE = frozenset({"created", "updated", "unchanged", "pending"})


class WritingConformance:
    """Needs `world`: a fresh MarketingWorld for each test."""

    def test_every_kind_of_write_arrives_and_can_be_read_back(self, world: MarketingWorld) -> None:
        adapter = world.adapter()
        for kind, id_ in _kinds(world, adapter):
            write = world.write(kind, id_, 1)
            (outcome,) = adapter.write_back([write])
            assert (outcome.effect, outcome.status in DONE) == (write.effect, True), outcome
            read = _read_back(world, adapter, write)
            assert _holds(write, read) or read.unclear
            assert world.is_written(write)

    def test_a_write_said_twice_changes_nothing_more(self, world: MarketingWorld) -> None:
        adapter = world.adapter()
        for kind, id_ in _kinds(world, adapter):
            if kind in ("event", "note"):
                continue  # these are never said twice: the engine reads back first
            write = world.write(kind, id_, 1)
            outcomes = [adapter.write_back([write])[0] for _ in range(2)]
            assert {outcome.status in DONE for outcome in outcomes} == {True}, outcomes
            assert world.is_written(write)

    def test_one_bad_write_among_good_ones_sinks_nobody_else(self, world: MarketingWorld) -> None:
        adapter = world.adapter()
        for kind in adapter.spec.capabilities.writes:
            ids = [_person(world, f"{kind}-{number}") for number in range(5)]
            batch = [world.write(kind, id_, number) for number, id_ in enumerate(ids)]
            batch[2] = world.bad_write(kind, ids[2])
            outcomes = adapter.write_back(batch)
            assert [outcome.effect for outcome in outcomes] == [write.effect for write in batch]
            assert [outcome.status in DONE for outcome in outcomes] == [True, True, False, True, True], outcomes
            assert outcomes[2].status == "rejected"
            assert outcomes[2].code
            world.clock.advance(adapter.spec.capabilities.visible_after_s)
            assert all(world.is_written(write) for place, write in enumerate(batch) if place != 2)

    def test_a_write_whose_answer_was_lost_is_unknown_and_read_back_finds_it(self, world: MarketingWorld) -> None:
        adapter = world.adapter()
        for kind, id_ in _kinds(world, adapter):
            write = world.write(kind, id_, 1)
            read = _lose(world, adapter, write, "lose_after")
            assert _holds(write, read) or read.unclear
            assert world.is_written(write)

    def test_a_write_that_was_lost_on_the_way_is_unknown_and_read_back_does_not_find_it(
        self, world: MarketingWorld
    ) -> None:
        adapter = world.adapter()
        for kind, id_ in _kinds(world, adapter):
            write = world.write(kind, id_, 1)
            read = _lose(world, adapter, write, "lose_before")
            assert not _holds(write, read) or read.unclear
            assert not world.is_written(write)

    def test_a_write_to_a_contact_that_is_gone_asks_to_resolve_the_person_again(self, world: MarketingWorld) -> None:
        adapter = world.adapter()
        for kind, id_ in _kinds(world, adapter):
            if kind == "event":
                continue  # events are taken first and applied later: the funnel tells, not the call
            write = world.write(kind, id_, 1)
            world.delete(id_)
            (outcome,) = adapter.write_back([write])
            assert (outcome.status, outcome.moved) == ("rejected", True), outcome

    def test_fields_are_made_once(self, world: MarketingWorld) -> None:
        adapter = world.adapter()
        names = world.new_fields
        assert adapter.prepare_writes(names) == dict.fromkeys(names, "created")
        assert adapter.prepare_writes(names) == dict.fromkeys(names, "exists")
        assert set(names) <= {field.name for field in adapter.fields()}


def _kinds(world: MarketingWorld, adapter: MarketingAdapter) -> Iterator[tuple[EffectKind, str]]:
    """Every kind that the platform takes, each with a contact of its own."""
    for kind in adapter.spec.capabilities.writes:
        yield kind, _person(world, kind)


def _person(world: MarketingWorld, name: str) -> str:
    id_ = world.add(crc32(name.encode()))
    world.act(id_)
    return id_


def _lose(world: MarketingWorld, adapter: MarketingAdapter, write: LeadWrite, how: str) -> ReadBack:
    """Send with the connection dying; the write goes out once, its fate is unknown, and we look."""
    path = world.write_path(write.kind)  # type: ignore[arg-type]  # LeadWrite.kind is one of the kinds
    fault = Fault("lose_after" if how == "lose_after" else "lose_before", path=path, method="P.*")
    sent = len(world.simulator.calls("P.*", path))
    world.simulator.faults.append(fault)
    (outcome,) = adapter.write_back([write])
    world.simulator.faults.clear()
    assert outcome.status == "unknown", outcome
    assert len(world.simulator.calls("P.*", path)) == sent + 1
    return _read_back(world, adapter, write)


def _read_back(world: MarketingWorld, adapter: MarketingAdapter, write: LeadWrite) -> ReadBack:
    world.clock.advance(adapter.spec.capabilities.visible_after_s)
    (read,) = adapter.read_back([write])
    assert read.effect == write.effect
    return read


def _holds(write: LeadWrite, read: ReadBack) -> bool:
    """Does the platform stand as the write wants it?"""
    if write.kind == "field":
        return read.present and dict(read.fields) == dict(write.fields)
    return read.present
