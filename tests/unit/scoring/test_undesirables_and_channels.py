"""Where leads come from, and what speaks against them: by profile, channel and action."""

from __future__ import annotations

from tests.unit.scoring.leads import act, acts, model_of, points, scored, undesirable

CHANNELS = {"paid_social": {"points": 2}, "google": {"points": 1}, "lista comprada": {"points": -5}}


def test_each_channel_counts_once_however_many_attributes_name_it() -> None:
    model = model_of(channels=CHANNELS, interest={"floor": -100})
    assert points(model, channel="Paid_Social", utm_medium="paid_social") == 2
    assert points(model, channel="paid_social", utm_source="google", campaign="spring") == 3
    assert points(model, source="Lista Comprada") == -5
    assert points(model, city="google") == 0


def test_a_channel_has_a_line_of_its_own() -> None:
    (line,) = scored(model_of(channels=CHANNELS), source="google").receipt
    assert (line.rule, line.points_mp, line.kind) == ("google", 1_000, "channel")


def test_undesirables_by_profile_and_by_channel_count_once() -> None:
    assert (
        points(undesirable(when={"job_title": {"words": ["compras"]}}, points=-7), acts(0, 1), job_title="Compras")
        == -7
    )
    assert points(undesirable(when={"channel": ["raffle", "sorteio"]}, points=-7), acts(0, 1), channel="Sorteio") == -7


def test_undesirables_by_action_count_like_groups() -> None:
    model = undesirable(when={"type": "download"}, points=-10, half_life_days=30, window_days=90, cap=14)
    assert points(model, acts(30)) == -5
    assert points(model, acts(0, 30)) == -14
    assert points(model, acts(91)) == 0


def test_halves_lost_are_rounded_to_even_too() -> None:
    assert points(undesirable(when={"type": "download"}, points=-0.005, half_life_days=1), acts(1)) == -0.002


def test_an_undesirable_says_why() -> None:
    model = undesirable(when={"type": "unsubscribe"}, points=-30)
    assert scored(model, [act("unsubscribe")]).receipt[0].why.startswith("agreed with sales; -30 × 1 of 1 activity")


def test_a_veto_is_named_and_stands_in_the_receipt_without_points() -> None:
    result = scored(undesirable(when={"country": "XX"}, veto=True), country="xx")
    assert result.vetoes == ("it",)
    assert [(line.points_mp, line.why) for line in result.receipt] == [(0, "veto: agreed with sales")]


def test_a_veto_by_action_lasts_as_long_as_its_window() -> None:
    model = undesirable(when={"type": "spam_complaint"}, veto=True, window_days=90)
    assert scored(model, [act("spam_complaint", 90)]).vetoes == ("it",)
    assert scored(model, [act("spam_complaint", 91)]).vetoes == ()
    assert scored(model, [act("spam_complaint", by_machine=True)]).vetoes == ()


def test_a_veto_may_cost_points_too() -> None:
    result = scored(undesirable(when={"type": "bounce"}, veto=True, points=-3), [act("bounce")])
    assert (result.vetoes, result.points_mp) == (("it",), -3_000)
