"""The 1 to 100 view of profile and interest together."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.scoring.leads import FIT, acts, model_of, scored


def combined(downloads: int, fit: str = "", **spec: Any) -> int:
    mql = {"mql": {"thresholds": spec.pop("thresholds", {"A": 50, "B": 100})}}
    interest = {"floor": -100, "groups": {"it": {"points": 1, "when": {"type": "download"}}}}
    model = model_of(profile=FIT, interest=interest, qualification=mql, **spec)
    return scored(model, acts(*[0] * downloads), fit=fit).combined


@pytest.mark.parametrize(
    ("downloads", "fit", "view"),
    [
        (25, "g8", 65),  # 100 × (½ × 80 % + ½ × 25/50)
        (50, "g10", 100),
        (80, "g10", 100),  # more than the threshold is no more
        (0, "g4", 20),
        (1, "g5", 26),
        (0, "", 1),  # never below 1
    ],
)
def test_profile_and_interest_weigh_half_each_unless_said(downloads: int, fit: str, view: int) -> None:
    assert combined(downloads, fit) == view


def test_the_weights_may_be_said() -> None:
    assert combined(10, "g10", view={"profile": 0.7, "interest": 0.3}) == 76


@pytest.mark.parametrize(("downloads", "view"), [(1, 12), (3, 38), (5, 62)])
def test_halves_are_rounded_to_even(downloads: int, view: int) -> None:
    weights = {"profile": 0, "interest": 1}
    assert combined(downloads, "g10", thresholds={"A": 8}, view=weights) == view  # 12.5, 37.5, 62.5


def test_without_a_threshold_for_a_the_lowest_one_is_full_interest() -> None:
    assert combined(20, thresholds={"B": 100, "C": 40}, fit="g10") == 75


def test_without_thresholds_nothing_is_interest() -> None:
    assert combined(20, thresholds={}, fit="g10") == 50


def test_a_threshold_of_zero_is_reached_by_any_points() -> None:
    assert combined(0, thresholds={"A": 0}, fit="g10") == 100
    rule = {"name": "x", "when": {"fit": "g10"}, "points": -200, "because": "agreed"}
    assert combined(0, thresholds={"A": 50}, fit="g10", undesirables=[rule]) == 1
