"""When to look at a lead again: never later than the first day on which its state can change by age alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings

from connector.model import Activity, Person
from connector.scoring import Model, qualify, score
from tests.unit.scoring.leads import FIT, NOW, act, acts, model_of, scored
from tests.unit.scoring.worlds import LEADS, histories, specs

ZONE = "America/Sao_Paulo"


def model(undesirables: Any = (), **rule: Any) -> Model:
    group = {"points": 10, "when": {"type": "download"}, **rule}
    mql = {"thresholds": {"A": 10}, "leave_at": 0.5, "require": ["email"]}
    return model_of(
        ZONE,
        profile=FIT,
        interest={"groups": {"it": group}},
        undesirables=undesirables,
        qualification={"mql": {**mql, "hand_raise": {"when": {"asset": "demo"}, "needs": ["phone"]}}},
    )


GOOD = {"fit": "g9", "email": "a@b.example"}


def start_of_day(days: int) -> datetime:
    local = (NOW + timedelta(days=days)).astimezone(ZoneInfo(ZONE))
    return local.replace(hour=0, minute=0).astimezone(UTC)


def test_the_day_on_which_points_first_fall_below_a_level() -> None:
    result = scored(model(half_life_days=30), acts(0), **GOOD)
    assert result.next_change_at == start_of_day(1)  # below the threshold: it could no longer enter
    later = scored(model(half_life_days=30), acts(5), **GOOD)
    assert later.next_change_at == start_of_day(26)  # below half of it after 30 days: it could leave


def test_the_day_on_which_the_window_closes() -> None:
    assert scored(model(window_days=90), acts(80), **GOOD).next_change_at == start_of_day(11)


@pytest.mark.parametrize(
    "lead",
    [{**GOOD, "fit": "g2"}, {"fit": "g9"}, {"email": "a@b.example"}],
    ids=["a grade that is not listed", "a requirement unmet", "nothing known"],
)
def test_leads_that_no_day_can_change_are_left_alone(lead: dict[str, Any]) -> None:
    assert scored(model(half_life_days=30), acts(0), **lead).next_change_at is None


def test_points_that_never_age_need_no_second_look() -> None:
    assert scored(model(), acts(0), **GOOD).next_change_at is None
    assert scored(model(half_life_days=30), acts(200), **GOOD).next_change_at is None  # too little left to matter


def test_an_undesirable_that_fades_can_make_an_mql() -> None:
    rule = {"name": "left", "when": {"type": "unsubscribe"}, "points": -5, "window_days": 20, "because": "agreed"}
    result = scored(model([rule]), [*acts(0), act("unsubscribe", 10)], **GOOD)
    assert result.next_change_at == start_of_day(11)


def test_a_veto_that_ends_frees_who_it_held() -> None:
    rule = {"name": "spam", "when": {"type": "spam_complaint"}, "veto": True, "window_days": 30, "because": "agreed"}
    demo = act("form_submission", asset="demo")
    held = scored(model([rule]), [demo, act("spam_complaint", 28)], phone="1")
    assert held.next_change_at == start_of_day(3)
    nothing_to_free = scored(model([rule]), [act("spam_complaint", 28)], phone="1")
    assert nothing_to_free.next_change_at is None
    by_profile = {"name": "rival", "when": {"company": "Rival"}, "veto": True, "because": "agreed"}
    assert scored(model([by_profile]), [demo], phone="1", company="rival").next_change_at is None


def test_a_raised_hand_that_a_veto_holds_down_needs_no_second_look() -> None:
    rule = {"name": "spam", "when": {"type": "spam_complaint"}, "veto": True, "because": "agreed"}
    demo = act("form_submission", 2, asset="demo")
    assert scored(model([rule]), [demo, act("spam_complaint", 28)], phone="1").next_change_at is None


def test_a_raised_hand_counts_until_its_days_are_over() -> None:
    demo = act("form_submission", 2, asset="demo")
    assert scored(model(), [demo], phone="1").next_change_at == start_of_day(6)
    assert scored(model(), [demo]).next_change_at is None  # what it needs is missing


def test_a_long_half_life_stays_within_the_calendar() -> None:
    slow = scored(model(half_life_days=36_500), acts(0), **GOOD)
    assert slow.next_change_at == start_of_day(3)  # by then half a milli-point is gone
    forever = scored(model(half_life_days=36_500, points=1_000_000), acts(0), **GOOD)
    assert forever.next_change_at is not None


@settings(max_examples=40, deadline=None, derandomize=True)
@given(spec=specs(), history=histories(), lead=LEADS)
def test_no_flip_is_missed_in_120_days(spec: dict[str, Any], history: list[Activity], lead: dict[str, str]) -> None:
    model, person = model_of(ZONE, **spec), Person(lead)
    due = score(person, history, model, NOW, explain=False).next_change_at
    state = outcomes(model, person, history, NOW)
    for day in range(1, 121):
        now = start_of_day(day)
        if due is not None and now >= due:
            break
        assert outcomes(model, person, history, now) == state, f"changed after {day} days, due {due}"


@settings(max_examples=40, deadline=None, derandomize=True)
@given(spec=specs(), history=histories(), lead=LEADS)
def test_nobody_is_looked_at_before_something_can_change(
    spec: dict[str, Any], history: list[Activity], lead: dict[str, str]
) -> None:
    model, person = model_of(ZONE, **spec), Person(lead)
    due = score(person, history, model, NOW, explain=False).next_change_at
    if due is not None:
        before = outcomes(model, person, history, due - timedelta(days=1))
        assert outcomes(model, person, history, due) != before


def outcomes(model: Model, person: Person, history: list[Activity], now: datetime) -> list[Any]:
    """Every answer that the loop could get, for a lead in and out of its tracks, before and after a decision."""
    result = score(person, history, model, now, explain=False)
    return [
        (name, told.is_, told.fast, told.stage)
        for stands in (False, True)
        for decided in (None, NOW - timedelta(days=3), NOW + timedelta(days=400))
        for name, told in qualify(
            result,
            person,
            history,
            model,
            now,
            standing=dict.fromkeys(("mql", "pql"), stands),
            last_decision_at=decided,
        ).items()
    ]
