"""The state machine of a lead: how its log folds into where it stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.lifecycle import (
    Event,
    Standing,
    fold,
    in_order,
    may_enter,
    may_leave,
    may_leave_at,
    wait_over_at,
)

START = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
MOVES: dict[str, str] = {"mql": "rule", "left": "rule", "pushed": "rule"}


def event(kind: str, hours: float, *, known: float | None = None, **more: Any) -> Event:
    """An event some hours after the start, learned at once or later; decisions are by sales."""
    at = START + timedelta(hours=hours)
    known_at = at if known is None else START + timedelta(hours=known)
    return Event(kind, at, known_at, **{"by": MOVES.get(kind, "sales"), **more})  # type: ignore[arg-type]


def log(*kinds: str) -> list[Event]:
    """Events an hour apart."""
    return [event(kind, hours, id=hours) for hours, kind in enumerate(kinds, 1)]


def stands(*events: Event) -> Standing:
    return fold(events, START)[0]


def test_an_mql_that_was_handed_over_is_one_although_sales_had_taken_the_person_up_before() -> None:
    taken_up = event("accepted", 1, known=9)
    assert not stands(taken_up, event("mql", 5)).is_mql
    late = stands(taken_up, event("mql", 5), event("pushed", 6))
    assert (late.stage, late.is_mql) == ("accepted", True)


@pytest.mark.parametrize(
    ("kinds", "stage", "cycle"),
    [
        ((), "lead", 1),
        (("mql",), "mql", 1),
        (("mql", "left"), "lead", 1),
        (("mql", "pushed", "accepted"), "accepted", 1),
        (("mql", "pushed", "qualified"), "qualified", 1),
        (("mql", "pushed", "accepted", "qualified", "won"), "won", 1),
        (("mql", "pushed", "qualified", "lost"), "lost", 1),
        (("mql", "pushed", "rejected"), "lead", 2),
        (("mql", "pushed", "recycled"), "lead", 2),
        (("mql", "pushed", "qualified", "rejected"), "lead", 2),
        (("mql", "pushed", "rejected", "mql", "pushed", "accepted"), "accepted", 2),
        (("mql", "pushed", "rejected", "recycled"), "lead", 2),
        (("mql", "pushed", "rejected", "accepted"), "accepted", 1),
        (("mql", "pushed", "accepted", "recycled", "won"), "won", 1),
        (("mql", "pushed", "rejected", "accepted", "rejected"), "lead", 2),
        (("mql", "pushed", "rejected", "mql", "left", "accepted"), "lead", 2),
        (("mql", "pushed", "accepted", "left"), "accepted", 1),
        (("mql", "pushed", "accepted", "mql"), "accepted", 1),
    ],
)
def test_a_log_comes_to_a_stage_in_a_cycle(kinds: tuple[str, ...], stage: str, cycle: int) -> None:
    standing = stands(*log(*kinds))
    assert (standing.stage, standing.cycle) == (stage, cycle)
    assert standing.is_mql is (stage in ("mql", "accepted", "qualified", "won"))


@pytest.mark.parametrize(
    ("before", "decided", "implied"),
    [
        (("mql", "pushed"), "accepted", ()),
        (("mql", "pushed"), "qualified", ("accepted",)),
        (("mql", "pushed"), "won", ("accepted", "qualified")),
        (("mql", "pushed", "accepted"), "won", ("qualified",)),
        (("mql", "pushed", "accepted", "qualified"), "won", ()),
        ((), "qualified", ("mql", "accepted")),
    ],
)
def test_a_later_stage_implies_the_earlier(before: tuple[str, ...], decided: str, implied: tuple[str, ...]) -> None:
    _, placed = fold(log(*before, decided), START)
    assert placed[-1].implied == implied


def test_of_two_events_of_one_moment_the_later_stage_stands() -> None:
    both = [event("qualified", 3), event("accepted", 3)]
    assert stands(*log("mql", "pushed"), *both).stage == "qualified"
    assert stands(*log("mql", "pushed"), *reversed(both)).stage == "qualified"


def test_a_late_old_decision_changes_history_only() -> None:
    events = [*log("mql", "pushed"), event("qualified", 5), event("accepted", 4, known=9)]
    standing, placed = fold(events, START)
    assert standing.stage == "qualified"
    assert [line.event.kind for line in placed] == ["mql", "pushed", "accepted", "qualified"]


def test_a_decision_older_than_this_cycles_push_belongs_to_the_cycle_before() -> None:
    events = [*log("mql", "pushed", "rejected", "mql"), event("accepted", 4.5, known=5)]
    standing, placed = fold(events, START)
    assert (standing.stage, standing.cycle) == ("mql", 2)
    assert (placed[-1].cycle, placed[-1].moved) == (1, False)


def test_a_decision_on_a_person_never_pushed_is_sales_own() -> None:
    standing, placed = fold([event("accepted", 1)], START)
    assert placed[0].origin == "sales"
    assert (standing.stage, standing.origin, standing.is_mql) == ("accepted", "sales", False)


def test_a_decision_known_to_the_day_alone_is_not_put_before_the_push_of_that_day() -> None:
    """ConvertedDate says midnight; the lead was pushed at noon and converted in the afternoon."""
    pushed = [event("mql", 2), event("pushed", 3)]
    converted = event("qualified", -9, known=8, precision="date")
    assert stands(*pushed, converted).stage == "qualified"


def test_after_a_rejection_known_to_the_day_alone_only_what_is_surely_later_is_new() -> None:
    """It is dated midnight and was read at 20:00: what the lead did at 10:00 led to the hand-over that it ended."""
    standing = stands(event("mql", 2), event("pushed", 3), event("rejected", -9, known=11, precision="date"))
    assert standing.rejected_at == START - timedelta(hours=9)
    assert standing.new_since == standing.decided_at == START + timedelta(hours=11)


def test_a_push_dated_by_a_crm_whose_clock_is_behind_still_follows_its_mql() -> None:
    standing = stands(event("mql", 2), event("pushed", 1.9, known=2), event("rejected", 1.95, known=3))
    assert (standing.stage, standing.cycle) == ("lead", 2)


def test_a_rejection_keeps_its_reason_until_the_next_decision() -> None:
    standing = stands(*log("mql", "pushed"), event("rejected", 5, reason="no_budget"))
    assert (standing.decision, standing.reason, standing.rejected_at) == (
        "rejected", "no_budget", START + timedelta(hours=5),
    )  # fmt: skip


def test_a_reason_that_sales_adds_later_is_the_one_that_counts() -> None:
    bare, named = event("rejected", 5, reason="none_given"), event("rejected", 6, reason="no_budget")
    standing, placed = fold([*log("mql", "pushed"), bare, named], START)
    assert (standing.reason, standing.rejected_at, standing.decided_at) == ("no_budget", bare.at, named.at)
    assert [line.cycle for line in placed] == [1, 1, 1, 1]
    assert standing.cycle == 2


def test_a_rejection_that_sales_takes_back_is_none() -> None:
    standing, placed = fold(log("mql", "pushed", "accepted", "rejected", "accepted"), START)
    assert (standing.cycle, standing.is_mql, standing.rejected_at) == (1, True, None)
    assert standing.pushed_at is not None
    assert (placed[-1].cycle, placed[-1].moved) == (1, True)


def test_sales_own_decisions_are_reconsidered_too() -> None:
    standing = stands(event("rejected", 1), event("recycled", 2, reason="no_budget"))
    assert (standing.cycle, standing.reason) == (2, "no_budget")
    standing = stands(event("rejected", 1), event("accepted", 2))
    assert (standing.cycle, standing.stage, standing.origin) == (1, "accepted", "sales")


def test_a_hand_raiser_is_qualified_by_rule_and_stays_fast() -> None:
    standing, placed = fold(
        [event("mql", 1, fast=True), event("qualified", 1, fast=True, by="rule"), event("pushed", 2)], START
    )
    assert (standing.stage, standing.fast, standing.decided_by) == ("qualified", True, "rule")
    assert {line.origin for line in placed} == {"leadloop"}


REJECTED = stands(*log("mql", "pushed", "rejected"))


@pytest.mark.parametrize(
    ("days", "evidence", "required", "may"),
    [(9, True, True, False), (10, True, True, True), (10, False, True, False), (10, True, False, False)],
)
def test_a_rejected_lead_enters_again_by_all_of_wait_evidence_and_what_the_reason_asks(
    days: int, evidence: bool, required: bool, may: bool
) -> None:
    at = wait_over_at(REJECTED, 10) - timedelta(days=10 - days)
    assert may_enter(REJECTED, at, wait_days=10, has_new_evidence=evidence, meets_require=required) is may


def test_in_its_first_cycle_a_lead_may_always_enter_and_an_mql_never_twice() -> None:
    assert may_enter(Standing(), START, wait_days=99, has_new_evidence=False)
    assert not may_enter(stands(*log("mql")), START, wait_days=0, has_new_evidence=True)


def test_an_mql_leaves_after_its_stay_and_never_while_a_decision_stands() -> None:
    mql = stands(*log("mql", "pushed"))
    leaves_at = may_leave_at(mql, 1)
    assert leaves_at == START + timedelta(hours=1, days=1)
    assert not may_leave(mql, leaves_at - timedelta(seconds=1), stay_days=1)
    assert may_leave(mql, leaves_at, stay_days=1)
    assert not may_leave(stands(*log("mql", "pushed", "accepted")), leaves_at, stay_days=1)


KINDS = st.sampled_from(["mql", "left", "pushed", "accepted", "qualified", "rejected", "recycled", "won", "lost"])
LOGS = st.lists(st.tuples(KINDS, st.integers(0, 40), st.integers(0, 5)), max_size=12)


def made(rows: list[tuple[str, int, int]]) -> list[Event]:
    return [event(kind, at, known=at + late, id=number) for number, (kind, at, late) in enumerate(rows, 1)]


@given(LOGS, st.randoms(use_true_random=False))
def test_the_order_in_which_events_are_handed_over_changes_nothing(
    rows: list[tuple[str, int, int]], chance: Any
) -> None:
    events = made(rows)
    shuffled = list(events)
    chance.shuffle(shuffled)
    assert fold(events, START) == fold(shuffled, START)


@given(LOGS)
def test_a_fold_keeps_every_event_and_counts_its_cycles(rows: list[tuple[str, int, int]]) -> None:
    events = made(rows)
    standing, placed = fold(events, START)
    assert sorted(line.event.id for line in placed) == [one.id for one in events]
    assert [line.event for line in placed] == in_order(events)
    moved = [line.cycle + (line.event.kind in ("rejected", "recycled")) for line in placed if line.moved]
    assert standing.cycle == (moved[-1] if moved else 1)
    assert all(1 <= after <= before + 1 for before, after in pairwise([1, *moved]))


@given(LOGS)
def test_nothing_the_machine_does_moves_a_lead_on_which_sales_decided(rows: list[tuple[str, int, int]]) -> None:
    standing = stands(*made(rows))
    if standing.has_decision:
        late = [event(kind, 100, id=99) for kind in ("mql", "left", "pushed")]
        for one in late:
            assert stands(*made(rows), one).stage == standing.stage
