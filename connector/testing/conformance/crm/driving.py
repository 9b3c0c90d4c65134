"""How the suite drives an adapter: as the engine does, read back before anything is sent again."""

# ruff: noqa: S101 - a suite asserts

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pytest

from connector.adapter import Capabilities, CrmAdapter
from connector.errors import QuotaError, RetryableError
from connector.model import CrmRecord, Json, LeadWrite, Outcome
from connector.testing.conformance.crm.world import Ability, CrmWorld, Ref

ROUNDS = 6


def needs(world: CrmWorld, ability: Ability) -> None:
    """Skip, loudly, what this simulator does not do on demand."""
    if ability not in world.abilities:
        pytest.skip(f"this platform's simulator has no '{ability}'")


def able(adapter: CrmAdapter) -> Capabilities:
    """What the adapter declares that its platform can do."""
    return adapter.spec.capabilities


def batches(adapter: CrmAdapter, writes: Sequence[LeadWrite]) -> Iterator[Sequence[LeadWrite]]:
    """Writes in the batches that the adapter declares."""
    size = able(adapter).batch
    for start in range(0, len(writes), size):
        yield writes[start : start + size]


def write_all(adapter: CrmAdapter, writes: Sequence[LeadWrite]) -> list[Outcome]:
    """Outcomes of all batches, one per write and in their order: that much is checked everywhere."""
    found: list[Outcome] = []
    for batch in batches(adapter, writes):
        outcomes = adapter.write(batch)
        assert [one.effect for one in outcomes] == [one.effect for one in batch]
        found += outcomes
    return found


def settle(world: CrmWorld, writes: Sequence[LeadWrite]) -> dict[str, Ref]:
    """Push until every write is confirmed, each round by a new process; where its record is, by effect.

    What is unknown is read back and only sent again when it is not there; what was certainly not applied is sent again.
    """
    confirmed: dict[str, Ref] = {}
    for _ in range(ROUNDS):
        todo = [write for write in writes if write.effect not in confirmed]
        if not todo:
            return confirmed
        adapter = world.adapter()
        for batch in batches(adapter, todo):
            confirmed |= _pushed(world, adapter, batch)
        world.clock.advance(60)
    raise AssertionError(f"{len(writes) - len(confirmed)} writes are not settled after {ROUNDS} rounds")


def _pushed(world: CrmWorld, adapter: CrmAdapter, batch: Sequence[LeadWrite]) -> dict[str, Ref]:
    try:
        outcomes = adapter.write(batch)
    except QuotaError:
        world.renew_calls()
        return {}
    except RetryableError:
        return {}
    by_effect = {write.effect: write for write in batch}
    done = {
        one.effect: (one.object or "", one.record_id or "")
        for one in outcomes
        if one.status in ("created", "updated", "unchanged")
    }
    unknown = [by_effect[one.effect] for one in outcomes if one.status == "unknown"]
    if unknown:
        world.clock.advance(able(adapter).visible_after_s)
        backs = adapter.read_back(unknown)
        is_done = {write.effect for write, back in zip(unknown, backs, strict=True) if _holds(write, back.fields)}
        done |= {
            back.effect: (back.object or "", back.record_id or "")
            for back in backs
            if back.present and back.effect in is_done
        }
    return done


def _holds(write: LeadWrite, fields: object) -> bool:
    return isinstance(fields, dict) and all(fields.get(name) == value for name, value in write.fields.items())


def read_all(adapter: CrmAdapter, cursor: Json | None = None) -> tuple[list[CrmRecord], Json | None]:
    """All records from a cursor on, and the cursor after them."""
    found: list[CrmRecord] = []
    for page in adapter.records(cursor):
        found += page.records
        cursor = page.cursor if page.cursor is not None else cursor
    return found, cursor


def states(records: Iterable[CrmRecord]) -> set[tuple[str, str, str]]:
    """What the engine tells records apart by: object, id and time of change."""
    return {(one.object, one.id, one.changed_at.isoformat()) for one in records}


def ids(records: Iterable[CrmRecord]) -> set[Ref]:
    """Which records these are."""
    return {(one.object, one.id) for one in records}
