"""Kill -9 at any moment of a run, then run again: nothing lost, nothing twice, the cursor never ahead."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.sync.kill.company import HISTORIES, Runner, first_day, settle
from tests.sync.oracle import must_hold, nothing_lost, picture
from tests.sync.world import Company

Undisturbed = Callable[[str], tuple[int, dict[str, Any]]]


def points(each: int, seed: int) -> list[tuple[str, float]]:
    """Moments spread evenly over each history's run, as shares of it; one somewhere in each stretch."""
    chance = random.Random(seed)  # noqa: S311 - points that repeat
    return [(history, round((n + chance.random()) / each, 4)) for history in HISTORIES for n in range(each)]


def check(company: Company, runner: Runner, undisturbed: Undisturbed, history: str, share: float) -> None:
    moments, expected = undisturbed(history)
    HISTORIES[history](company)
    ended = runner.run(company, kill_at=1 + int(share * (moments - 5)))
    assert "killed" in ended, ended
    settle(company)
    must_hold(company)
    same_but_for_lost_events(company, picture(company), expected)


def same_but_for_lost_events(company: Company, got: dict[str, Any], expected: dict[str, Any]) -> None:
    """The same picture; an event of marketing that nobody can confirm may be missing, and then it is a reject."""
    for part in ("stages", "log", "records", "tasks"):
        assert got[part] == expected[part]
    missing = 0
    for email, (attributes, funnel, sales) in expected["marketing"].items():
        told, shown, there = got["marketing"][email]
        assert (told, shown) == (attributes, funnel)
        assert not Counter(there) - Counter(sales)
        missing += len(sales) - len(there)
    unconfirmed = company.ask("SELECT count(*) FROM outbox WHERE kind = 'event' AND code = 'unconfirmed'")[0][0]
    assert missing <= unconfirmed


@pytest.mark.parametrize(("history", "share"), points(20, seed=1))
def test_a_killed_run_is_completed_by_the_next(
    company: Company, runner: Runner, undisturbed: Undisturbed, history: str, share: float
) -> None:
    check(company, runner, undisturbed, history, share)


@pytest.mark.parametrize("moment", range(33, 47))
def test_a_run_killed_while_it_reads_the_listing_left_no_cursor_ahead(
    company: Company, runner: Runner, moment: int
) -> None:
    """No walk of everybody comes to help: the very next pull must find whom the killed one had not saved."""
    first_day(company)
    assert "killed" in runner.run(company, kill_at=moment)
    company.run("pull")
    nothing_lost(company)


@pytest.mark.long
@pytest.mark.parametrize(("history", "share"), points(100, seed=2))
def test_a_run_killed_anywhere_is_completed_by_the_next(
    company: Company, runner: Runner, undisturbed: Undisturbed, history: str, share: float
) -> None:
    check(company, runner, undisturbed, history, share)
