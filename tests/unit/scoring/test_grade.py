"""The grade: a weighted mean of answers, by exact fractions."""

from __future__ import annotations

from typing import Any

import pytest

from connector.model import Score
from tests.unit.scoring.leads import model_of, scored

THIRDS = {name: {"weight": 1, "answers": [{"grade": 10, "is": "y"}], "otherwise": 1} for name in ("a", "b", "c")}


def graded(profile: dict[str, Any], **lead: Any) -> Score:
    return scored(model_of(profile=profile), **lead)


def test_the_percent_is_the_weighted_mean_of_the_answers() -> None:
    profile = {
        "attributes": {
            "job_title": {"weight": 5, "answers": [{"grade": 10, "words": ["ceo"]}, {"grade": 7, "words": ["head"]}]},
            "company_size": {
                "weight": 3,
                "answers": [{"grade": 10, "between": [200, 5000]}, {"grade": 5, "at_least": 50}],
            },
            "country": {"weight": 2, "answers": [{"grade": 10, "is": ["BR", "PT"]}], "otherwise": 3},
        }
    }
    result = graded(profile, job_title="Head of Sales", company_size=60, country="ES")
    assert result.profile_percent == 56  # (5 × 7 + 3 × 5 + 2 × 3) ÷ 100
    assert (result.grade, result.completeness) == ("B", 100)
    assert graded(profile, job_title="CEO", company_size="5000", country="PT").profile_percent == 100
    assert graded(profile, job_title="CEO", company_size=5001).profile_percent == 81  # 65 ÷ 80 is 81.25


def test_the_first_answer_that_fits_counts() -> None:
    answers = [{"grade": 2, "at_least": 1}, {"grade": 9, "at_least": 5}]
    assert graded({"attributes": {"n": {"weight": 1, "answers": answers}}}, n=7).profile_percent == 20


def test_otherwise_is_one_unless_said() -> None:
    assert graded({"attributes": {"n": {"weight": 1}}}, n="x").profile_percent == 10
    assert graded({"attributes": {"n": {"weight": 1, "otherwise": 4}}}, n="x").profile_percent == 40


def test_several_comparisons_in_one_answer_must_all_hold() -> None:
    answer = {"grade": 10, "words": ["manager"], "pattern": "*sales*"}
    profile = {"attributes": {"t": {"weight": 1, "answers": [answer]}}}
    assert graded(profile, t="Sales Manager").profile_percent == 100
    assert graded(profile, t="Manager").profile_percent == 10


def test_words_are_whole_words_in_a_row() -> None:
    profile = {"attributes": {"t": {"weight": 1, "answers": [{"grade": 10, "words": ["vice presidente", "cto"]}]}}}
    assert graded(profile, t="VICE-PRESIDENTE, comercial").profile_percent == 100
    assert graded(profile, t="Director").profile_percent == 10  # no endings, no middles
    assert graded(profile, t="presidente vice").profile_percent == 10


def test_a_missing_attribute_leaves_the_mean_and_lowers_completeness() -> None:
    result = graded({"attributes": THIRDS}, a="y", b="  ")
    assert (result.profile_percent, result.completeness, result.grade) == (100, 33, "A")


def test_missing_lowest_counts_a_missing_attribute_as_known_with_grade_one() -> None:
    result = graded({"attributes": THIRDS, "missing": "lowest"}, a="y")
    assert (result.profile_percent, result.completeness, result.grade) == (40, 100, "C")


def test_an_answer_for_blank_makes_a_missing_attribute_known() -> None:
    profile = {"attributes": {"t": {"weight": 1, "answers": [{"grade": 4, "blank": True}]}}}
    assert (graded(profile).profile_percent, graded(profile).completeness) == (40, 100)


@pytest.mark.parametrize("spec", [{}, {"profile": {"attributes": THIRDS}}])
def test_nothing_known_is_d_with_nothing(spec: dict[str, Any]) -> None:
    result = scored(model_of(**spec))
    assert (result.grade, result.profile_percent, result.completeness) == ("D", 0, 0)


def test_the_ends_of_a_grade_belong_to_it_and_are_compared_as_fractions() -> None:
    exact = {"attributes": THIRDS, "grades": {"A": 70, "B": 69.9}}
    assert graded(exact, a="y", b="y", c="n").grade == "A"  # 21 of 30 is exactly 70 %
    profile = {"attributes": {"a": {"weight": 2, "answers": [{"grade": 10, "is": "y"}]}, "b": {"weight": 1}}}
    almost = graded({**profile, "grades": {"A": 70.0000001}}, a="y", b="n")
    assert (almost.grade, almost.profile_percent) == ("D", 70)
    assert graded({**profile, "grades": {"A": 70}}, a="y", b="n").grade == "A"


@pytest.mark.parametrize(("grade", "letter"), [(8, "A"), (7, "B"), (5, "B"), (4, "C"), (3, "C"), (2, "D")])
def test_cuts_are_75_50_and_25_unless_said(grade: int, letter: str) -> None:
    profile = {"attributes": {"n": {"weight": 1, "otherwise": grade}}}
    assert graded(profile, n="x").grade == letter


def test_a_letter_without_cut_is_never_given() -> None:
    profile = {"attributes": {"n": {"weight": 1, "otherwise": 6}}, "grades": {"A": 75, "C": 25}}
    assert graded(profile, n="x").grade == "C"


def test_completeness_below_what_a_grade_needs_caps_it() -> None:
    profile = {"attributes": THIRDS, "needs_complete": {"A": 60, "B": 33.4}}
    assert graded(profile, a="y", b="y").grade == "A"
    assert graded(profile, a="y").grade == "C"  # a third is 33.33 %
    assert graded({**profile, "needs_complete": {"A": 60}}, a="y").grade == "B"


def test_of_several_profiles_the_best_percent_wins_and_is_named() -> None:
    small = {"attributes": {"n": {"weight": 1, "answers": [{"grade": 9, "at_most": 50}]}}, "grades": {"A": 90}}
    large = {"attributes": {"n": {"weight": 1, "answers": [{"grade": 8, "at_least": 50}]}}, "grades": {"A": 80}}
    model = model_of(profiles={"small": small, "large": large})
    assert [(r.profile, r.grade) for n in (10, 50, 60) if (r := scored(model, n=n))] == [
        ("small", "A"), ("small", "A"), ("large", "A"),
    ]  # fmt: skip


def test_profiles_that_tie_go_by_order() -> None:
    one = {"attributes": {"n": {"weight": 1, "otherwise": 5}}}
    other = {"attributes": {"n": {"weight": 3, "otherwise": 5}}}
    assert scored(model_of(profiles={"one": one, "other": other}), n=1).profile == "one"
    assert scored(model_of(profiles={"other": other, "one": one}), n=1).profile == "other"


def test_the_profile_lines_say_what_each_attribute_gave() -> None:
    result = graded({"attributes": THIRDS}, a="y")
    assert [(line.rule, line.points_mp) for line in result.profile_lines] == [("a", 10_000), ("b", 0), ("c", 0)]
    assert result.profile_lines[1].why == "not known, weight 1 left out"
