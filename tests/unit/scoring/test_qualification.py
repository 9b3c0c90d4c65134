"""Who is ready for sales, why not, and how far from it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connector.scoring import Model
from tests.unit.scoring.leads import FIT, NOW, act, acts, model_of, verdict

HAND = {"when": {"type": "form_submission", "asset": ["demo-request"]}, "needs": ["email"]}
DEMO = act("form_submission", 1, asset="demo-request")


def track(**mql: Any) -> Model:
    groups = {"it": {"points": 1, "when": {"type": "download"}, "window_days": 90}}
    mql = {"thresholds": {"A": 50, "B": 100}, **mql}
    return model_of(profile=FIT, interest={"groups": groups}, qualification={"mql": mql})


def worth(number: int, days_ago: int = 0) -> list[Any]:
    return acts(*[days_ago] * number)


class TestTheCaseOfTheGuide:
    @pytest.mark.parametrize(
        ("fit", "points", "qualifies"), [("g8", 50, True), ("g6", 100, True), ("g8", 49, False), ("g3", 500, False)]
    )
    def test_a_at_50_and_b_at_100_are_mql_a_at_49_and_c_at_500_are_not(
        self, fit: str, points: int, qualifies: bool
    ) -> None:
        assert verdict(track(), worth(points), lead={"fit": fit}).is_ is qualifies


class TestByPoints:
    def test_thresholds_compare_exact_milli_points(self) -> None:
        model = track(thresholds={"A": 2.001})
        told = verdict(model, worth(2), lead={"fit": "g8"})
        assert (told.is_, told.short_by_mp) == (False, 1)
        assert told.why_not == ("0.001 points short of the 2.001 that grade A needs",)

    def test_a_grade_that_is_not_listed_never_qualifies_by_points(self) -> None:
        told = verdict(track(), worth(500), lead={"fit": "g3"})
        assert told.short_by_mp is None
        assert told.why_not == ("grade C never qualifies by points (grades that do: A, B)",)

    def test_what_is_required_must_not_be_blank(self) -> None:
        model = track(require=["email", "country"])
        told = verdict(model, worth(50), lead={"fit": "g8", "email": "a@b.example", "country": " "})
        assert (told.is_, told.missing, told.why_not) == (False, ("country",), ("missing: country",))
        assert verdict(model, worth(50), lead={"fit": "g8", "email": "a@b.example", "country": 0}).is_

    def test_everything_that_stands_in_the_way_is_told(self) -> None:
        told = verdict(track(require=["email"]), worth(30), lead={"fit": "g8"})
        assert told.why_not == ("20 points short of the 50 that grade A needs", "missing: email")


class TestStaying:
    def test_it_leaves_below_the_share_of_the_threshold_of_its_present_grade(self) -> None:
        model = track(leave_at=0.8)
        stays = verdict(model, worth(40), lead={"fit": "g8"}, standing={"mql": True})
        assert (stays.is_, stays.leaves) == (True, False)
        told = verdict(model, worth(39), lead={"fit": "g8"}, standing={"mql": True})
        assert (told.is_, told.leaves, told.short_by_mp) == (False, True, 1_000)
        assert told.why_not == ("1 points short of the 40 that grade A keeps",)
        assert verdict(model, worth(79), lead={"fit": "g6"}, standing={"mql": True}).leaves

    def test_leave_at_is_one_unless_said(self) -> None:
        assert verdict(track(), worth(49), lead={"fit": "g8"}, standing={"mql": True}).leaves

    def test_a_share_of_a_milli_point_rounds_to_the_safe_side(self) -> None:
        model = track(thresholds={"A": 1.001}, leave_at=0.999)  # 1000 milli-points: 999.999 is reached by 1000
        assert not verdict(model, worth(1), lead={"fit": "g8"}, standing={"mql": True}).leaves

    def test_a_grade_not_listed_a_veto_or_a_missing_requirement_end_it(self) -> None:
        model = track(require=["email"])
        assert verdict(model, worth(50), lead={"fit": "g3", "email": "a@b.c"}, standing={"mql": True}).leaves
        assert verdict(model, worth(50), lead={"fit": "g8"}, standing={"mql": True}).leaves
        assert not verdict(model, worth(50), lead={"fit": "g8", "email": "a@b.c"}, standing={"mql": True}).leaves

    def test_a_lead_that_does_not_stand_leaves_nothing(self) -> None:
        assert not verdict(track(), lead={"fit": "g8"}).leaves


class TestHandRaise:
    def test_it_qualifies_whatever_grade_points_and_required_fields(self) -> None:
        told = verdict(track(hand_raise=HAND, require=["phone"]), [DEMO], lead={"fit": "g1", "email": "a@b.example"})
        assert (told.is_, told.fast, told.by, told.stage) == (True, True, "hand_raise", "qualified")
        assert told.why_not == ()

    def test_its_stage_may_be_mql(self) -> None:
        told = verdict(track(hand_raise={**HAND, "stage": "mql"}), [DEMO], lead={"email": "a@b.example"})
        assert told.stage == "mql"

    def test_its_needs_stop_it(self) -> None:
        told = verdict(track(hand_raise=HAND), [DEMO], lead={"fit": "g8"})
        assert (told.is_, told.missing) == (False, ("email",))
        assert told.why_not[-1] == "asked for sales, but cannot be answered without: email"

    def test_it_counts_seven_days_unless_said_both_ends_included(self) -> None:
        model, lead = track(hand_raise=HAND), {"email": "a@b.example"}
        assert verdict(model, [act("form_submission", 7, asset="demo-request")], lead=lead).fast
        assert not verdict(model, [act("form_submission", 8, asset="demo-request")], lead=lead).fast
        two = track(hand_raise={**HAND, "within_days": 2})
        assert not verdict(two, [act("form_submission", 3, asset="demo-request")], lead=lead).is_

    def test_it_must_be_newer_than_the_last_decision_of_sales(self) -> None:
        model, lead = track(hand_raise=HAND), {"email": "a@b.example"}
        assert verdict(model, [DEMO], lead=lead, last_decision_at=DEMO.at - timedelta(seconds=1)).fast
        assert not verdict(model, [DEMO], lead=lead, last_decision_at=DEMO.at).fast

    def test_a_machine_raises_no_hand(self) -> None:
        did = act("form_submission", asset="demo-request", by_machine=True)
        assert not verdict(track(hand_raise=HAND), [did], lead={"email": "a@b.example"}).is_

    def test_while_it_counts_the_lead_stays_whatever_its_points(self) -> None:
        told = verdict(track(hand_raise=HAND), [DEMO], lead={"email": "a@b.example"}, standing={"mql": True})
        assert not told.leaves
        later = verdict(
            track(hand_raise=HAND),
            [DEMO],
            lead={"email": "a@b.example"},
            standing={"mql": True},
            at=NOW + timedelta(days=7),
        )
        assert later.leaves


class TestVeto:
    model = model_of(
        profile=FIT,
        interest={"groups": {"it": {"points": 50, "when": {"type": "download"}}}},
        undesirables=[{"name": "rival", "when": {"company": "Rival"}, "veto": True, "because": "they only look"}],
        qualification={
            "mql": {"thresholds": {"A": 50}, "hand_raise": HAND},
            "pql": {"thresholds": {"A": 10}},
            "service": {"hand_raise": HAND},
        },
    )
    lead = {"fit": "g8", "email": "a@b.example", "company": "rival"}  # noqa: RUF012 - never changed

    @pytest.mark.parametrize("track", ["mql", "pql", "service"])
    def test_it_stops_every_track_and_says_why(self, track: str) -> None:
        told = verdict(self.model, [act(), DEMO], track, lead=self.lead)
        assert (told.is_, told.fast, told.why_not[0]) == (False, False, "veto 'rival': they only look")
        assert verdict(self.model, [act(), DEMO], track, lead={**self.lead, "company": "Other"}).is_

    def test_it_takes_back_an_mql(self) -> None:
        assert verdict(self.model, [act()], lead=self.lead, standing={"mql": True}).leaves


class TestTracks:
    model = model_of(
        profile=FIT,
        interest={
            "groups": {
                "use": {"points": 10, "when": {"type": "product_use"}},
                "read": {"points": 30, "when": {"type": "download"}},
            }
        },
        channels={"partner": {"points": 5}},
        undesirables=[{"name": "left", "when": {"type": "unsubscribe"}, "points": -8, "because": "agreed"}],
        qualification={
            "mql": {"thresholds": {"A": 60}},
            "pql": {"thresholds": {"A": 20}, "when": {"type": "trial_started"}, "groups": ["use"]},
            "service": {"thresholds": {"A": 1}, "when": {"custom.plan": ["pro"]}},
        },
    )
    used = (act("product_use"), act("product_use", 1))

    def test_only_those_on_a_track_qualify_on_it(self) -> None:
        told = verdict(self.model, self.used, "pql", lead={"fit": "g9"})
        assert told.why_not == ("not on the pql track: what it asks for does not hold",)
        assert verdict(self.model, [*self.used, act("trial_started", 400)], "pql", lead={"fit": "g9"}).is_
        machine = act("trial_started", by_machine=True)
        assert not verdict(self.model, [*self.used, machine], "pql", lead={"fit": "g9"}).is_

    def test_a_track_may_ask_the_lead(self) -> None:
        assert verdict(self.model, self.used, "service", lead={"fit": "g9", "custom.plan": "Pro"}).is_
        assert not verdict(self.model, self.used, "service", lead={"fit": "g9"}).is_

    def test_a_track_counts_its_own_groups_with_channels_and_undesirables(self) -> None:
        trial = act("trial_started")
        short = verdict(self.model, [self.used[0], trial, act(), act(days_ago=1)], "pql", lead={"fit": "g9"})
        assert short.short_by_mp == 10_000
        left = act("unsubscribe")
        assert verdict(self.model, [*self.used, trial, left], "pql", lead={"fit": "g9"}).short_by_mp == 8_000
        channel = {"fit": "g9", "channel": "partner"}
        assert verdict(self.model, [*self.used, trial, left], "pql", lead=channel).short_by_mp == 3_000

    def test_tracks_are_judged_apart(self) -> None:
        did = [*self.used, act("trial_started"), act(), act(days_ago=1)]
        assert verdict(self.model, did, "mql", lead={"fit": "g9"}, standing={"pql": True}).is_
        assert verdict(self.model, did, "pql", lead={"fit": "g9"}, standing={"pql": True}).is_
