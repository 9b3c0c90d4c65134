"""Points: window, runs, repeat, decay, caps; in this order, in exact milli-points."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connector.model import Activity, Recycled
from tests.unit.scoring.leads import NOW, act, acts, group, model_of, points, scored


def test_every_fitting_activity_counts_unless_said() -> None:
    assert points(group(), acts(0, 1, 400)) == 30


def test_a_window_takes_activities_at_most_so_many_days_old() -> None:
    assert points(group(window_days=90), acts(0, 90, 91)) == 20
    assert points(group(window_days=0), acts(0, 1)) == 10


def test_ages_are_whole_days_of_the_models_time_zone() -> None:
    rule = {"interest": {"groups": {"it": {"points": 10, "when": {"type": "download"}, "window_days": 0}}}}
    late = Activity("a", "download", datetime(2026, 11, 22, 2, 30, tzinfo=UTC))  # 21 November in São Paulo
    assert points(model_of("UTC", **rule), [late]) == 10
    assert points(model_of("America/Sao_Paulo", **rule), [late]) == 0


def test_a_future_date_has_age_zero() -> None:
    future = act(days_ago=-30)
    assert points(group(window_days=5, half_life_days=1), [future]) == 10


def test_a_date_that_stands_for_none_is_very_old_and_stops_nobody() -> None:
    nothing = Activity("a", "download", datetime(1, 1, 1, tzinfo=UTC))
    rule = {"interest": {"groups": {"it": {"points": 10, "when": {"type": "download"}, "half_life_days": 30}}}}
    assert points(model_of("America/Sao_Paulo", **rule), [nothing, act(days_ago=30)]) == 5


class TestRuns:
    def test_n_activities_close_enough_are_one_occurrence(self) -> None:
        assert points(group(at_least=3, within_days=2), acts(4, 4, 5)) == 10
        assert points(group(at_least=3, within_days=2), acts(4, 5, 6)) == 0

    def test_runs_are_taken_from_the_newest_back_and_never_share_an_activity(self) -> None:
        assert points(group(at_least=2, within_days=1), acts(1, 1, 1, 1, 1)) == 20

    def test_an_activity_that_can_head_no_run_is_passed_over(self) -> None:
        assert points(group(at_least=2, within_days=1), acts(0, 3, 3, 7, 9, 9)) == 20

    def test_a_run_has_the_age_and_the_asset_of_its_newest(self) -> None:
        did = [act(days_ago=10, asset="x"), act(days_ago=20, asset="y"), act(days_ago=30, asset="x")]
        assert points(group(at_least=3, half_life_days=10), did) == 5
        twice = [*did, *(act(days_ago=days, asset="x") for days in (40, 50, 60))]
        assert points(group(at_least=3, repeat="once_per_asset"), twice) == 10

    def test_without_within_days_there_is_no_limit_of_time(self) -> None:
        assert points(group(at_least=2), acts(0, 3000)) == 10

    def test_a_window_is_asked_before_runs_are_made(self) -> None:
        assert points(group(at_least=2, within_days=5, window_days=10), acts(9, 11)) == 0


class TestRepeat:
    did = (
        act(asset="a"),
        act(days_ago=30, asset="A "),
        act(days_ago=60, asset="b"),
        act(days_ago=90),
        act(days_ago=95),
    )

    def test_once(self) -> None:
        assert points(group(repeat="once"), self.did) == 10

    def test_once_per_asset_counts_no_asset_as_one(self) -> None:
        assert points(group(repeat="once_per_asset"), self.did) == 30

    def test_newest_n(self) -> None:
        assert points(group(repeat={"newest": 2}), self.did) == 20
        assert points(group(repeat={"newest": 9}), self.did) == 50

    @pytest.mark.parametrize(("repeat", "expected"), [("once", 10), ({"newest": 2}, 15)])
    def test_the_newest_are_the_ones_kept(self, repeat: object, expected: float) -> None:
        assert points(group(repeat=repeat, half_life_days=30), self.did) == expected

    def test_once_per_asset_keeps_the_newest_of_each(self) -> None:
        assert points(group(repeat="once_per_asset", half_life_days=30), self.did) == 10 + 2.5 + 1.25


class TestDecay:
    def test_half_life(self) -> None:
        assert points(group(half_life_days=30), acts(0, 30, 60)) == 17.5
        assert points(group(half_life_days=30), acts(1)) == 9.772  # 10 × 0.5^(1/30) = 9.77159…
        assert points(group(half_life_days=7.5), acts(15)) == 2.5

    def test_halves_are_rounded_to_even(self) -> None:
        assert points(group(points=0.001, half_life_days=1), acts(1)) == 0  # 0.5 milli-points
        assert points(group(points=0.003, half_life_days=1), acts(1)) == 0.002  # 1.5
        assert points(group(points=0.005, half_life_days=1), acts(1)) == 0.002  # 2.5
        assert points(group(points=0.009, linear_days=6), acts(1)) == 0.008  # 7.5, though 5/6 has no end

    def test_linear(self) -> None:
        assert points(group(linear_days=10), acts(0, 4, 10, 11)) == 16
        assert points(group(linear_days=3), acts(1)) == 6.667

    def test_steps_take_the_highest_step_reached(self) -> None:
        model = group(steps={30: 0.5, 90: 0})
        assert [points(model, acts(age)) for age in (0, 29, 30, 89, 90, 900)] == [10, 10, 5, 5, 0, 0]

    def test_every_occurrence_is_rounded_by_itself(self) -> None:
        assert points(group(half_life_days=30), acts(1, 1, 1)) == 29.316


class TestCaps:
    def test_cap_limits_the_sum(self) -> None:
        assert points(group(cap=25), acts(0, 1, 2)) == 25

    def test_cap_per_day_limits_each_day_before_the_cap(self) -> None:
        assert points(group(cap_per_day=15), acts(0, 0, 0, 1)) == 25
        assert points(group(cap_per_day=15, cap=20), acts(0, 0, 0, 1)) == 20

    def test_caps_cut_what_decay_left(self) -> None:
        assert points(group(cap=9, half_life_days=30), acts(30, 60)) == 7.5

    def test_the_whole_sum_is_held_and_what_was_cut_is_a_line(self) -> None:
        model = model_of(interest={"cap": 15, "groups": {"it": {"points": 10, "when": {"type": "download"}}}})
        result = scored(model, acts(0, 1))
        assert result.points_mp == 15_000
        assert [(line.rule, line.points_mp, line.kind) for line in result.receipt] == [
            ("it", 20_000, "interest"), ("cap", -5_000, "limit"),
        ]  # fmt: skip

    def test_the_floor_is_zero_unless_said(self) -> None:
        rule = {"name": "left", "when": {"type": "unsubscribe"}, "points": -30, "because": "agreed"}
        result = scored(model_of(undesirables=[rule]), [act("unsubscribe")])
        assert result.points_mp == 0
        assert result.receipt[-1].kind == "limit"
        assert scored(model_of(undesirables=[rule], interest={"floor": -20}), [act("unsubscribe")]).points_mp == -20_000


class TestMachines:
    did = (act(by_machine=True), act(days_ago=1, by_machine=False), act(days_ago=2))

    def test_activities_by_machine_are_withheld_with_a_line(self) -> None:
        result = scored(group(), self.did)
        assert result.points_mp == 20_000
        assert [(line.points_mp, line.kind) for line in result.receipt] == [(0, "withheld"), (20_000, "interest")]

    def test_a_group_may_count_them(self) -> None:
        assert points(group(by_machine="count"), self.did) == 30

    def test_they_are_not_kept_in_place_of_a_persons(self) -> None:
        assert points(group(repeat="once", half_life_days=1), self.did) == 5


class TestRecycled:
    rejected = NOW - timedelta(days=10)

    @pytest.mark.parametrize(("factor", "expected"), [(1.0, 20), (0.5, 15), (0.0, 10)])
    def test_occurrences_before_the_rejection_count_a_factor(self, factor: float, expected: float) -> None:
        result = scored(group(), acts(5, 20), [Recycled(self.rejected, factor)])
        assert result.points_mp == expected * 1000
        assert [line.kind for line in result.receipt] == (["interest"] if factor == 1 else ["interest", "recycle"])

    def test_factors_multiply_and_caps_come_after(self) -> None:
        again = [Recycled(self.rejected, 0.5), Recycled(NOW - timedelta(days=30), 0.5)]
        assert scored(group(), acts(5, 20, 40), again).points_mp == 17_500
        assert scored(group(cap=12), acts(5, 20, 40), again).points_mp == 12_000

    def test_undesirable_acts_fade_too(self) -> None:
        rule = {"name": "left", "when": {"type": "unsubscribe"}, "points": -30, "because": "agreed"}
        model = model_of(undesirables=[rule], interest={"floor": -100})
        assert scored(model, [act("unsubscribe", 20)], [Recycled(self.rejected, 0.5)]).points_mp == -15_000


def test_the_receipt_says_how_many_counted_what_aged_and_what_was_capped() -> None:
    result = scored(group(window_days=90, half_life_days=30, cap=16), [*acts(30, 60, 100), act(asset="ebook")])
    assert result.receipt[0].why == (
        "10 × 3 of 4 activities; the newest today (ebook); aged from 30 to 17.5; capped at 16"
    )


def test_a_rule_whose_activities_all_expired_has_a_line_without_points() -> None:
    (line,) = scored(group(window_days=30), acts(40)).receipt
    assert (line.points_mp, line.why) == (0, "10 × 0 of 1 activity; nothing in the last 30 days")


def test_dimensions_are_named_sums_beside_the_points() -> None:
    groups = {
        "demo": {"points": 40, "when": {"type": "form_submission"}},
        "blog": {"points": 2, "when": {"type": "page_view"}},
    }
    model = model_of(
        interest={"groups": groups}, dimensions={"buying": {"groups": ["demo"]}, "all": {"groups": ["demo", "blog"]}}
    )
    result = scored(model, [act("page_view"), act("form_submission")])
    assert result.dimensions == {"buying": 40_000, "all": 42_000}
    assert (result.points, result.points_mp, result.positive_mp) == (42, 42_000, 42_000)


def test_whole_points_are_rounded_down() -> None:
    assert scored(group(points=9.999), acts(0)).points == 9
