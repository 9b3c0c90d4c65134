"""Models that are refused, each with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.documents import read_text
from connector.errors import ConfigError
from connector.scoring import ScoringModel, compile_model, oddities, unknown_names
from tests.unit.scoring.leads import refused

HEAD = "name: m\nversion: 1\n"
ANSWERS = "      answers:\n        - "
GROUP = HEAD + "interest:\n  groups:\n    demo:\n      points: 4\n      when: {type: download}\n"
RULE = HEAD + "undesirables:\n  - name: x\n    when: {type: bounce}\n"
PROFILE = HEAD + "profile:\n  attributes:\n    title:\n      weight: 1\n"

CASES = {
    "an unknown key": (GROUP + "      halflife: 3\n", 8, "unknown key 'halflife'"),
    "an unknown key at the top": (HEAD + "intrest: {}\n", 3, "unknown key 'intrest'"),
    "two decays": (GROUP + "      half_life_days: 3\n      linear_days: 9\n", 9, "a second decay"),
    "two decays, steps first": (GROUP + "      steps: {3: 0.5}\n      linear_days: 9\n", 8, "a second decay"),
    "a factor above one": (GROUP + "      steps:\n        30: 1.5\n", 9, "should be 1 or less"),
    "a factor below zero": (GROUP + "      steps:\n        30: -0.5\n", 9, "should be 0 or more"),
    "a rising factor": (GROUP + "      steps: {30: 0.2, 60: 0.5}\n", 8, "higher than the one before"),
    "negative points": (GROUP.replace("points: 4", "points: -4"), 6, "should be 0 or more"),
    "more than three decimals": (GROUP.replace("points: 4", "points: 4.0001"), 6, "at most 3 decimals"),
    "points that are no number": (GROUP.replace("points: 4", "points: yes"), 6, "should be a number"),
    "within_days without at_least": (GROUP + "      within_days: 2\n", 8, "means nothing without 'at_least'"),
    "an empty when": (GROUP.replace("when: {type: download}", "when: {}"), 7, "is empty"),
    "an unknown comparison": (GROUP.replace("{type: download}", "{type: {iss: x}}"), 7, "unknown comparison 'iss'"),
    "an unknown list": (GROUP.replace("{type: download}", "{email_domain: {list: us}}"), 7, "unknown list 'us'"),
    "fields without names": (GROUP.replace("{type: download}", "{fields: yes}"), 7, "'fields' takes the form's fields"),
    "an undesirable without because": (RULE + "    points: -1\n", 4, "'because' is missing"),
    "an undesirable with a blank because": (RULE + "    points: -1\n    because: ' '\n", 7, "should fit the pattern"),
    "neither points nor veto": (RULE + "    because: so\n", 4, "has 'points' or 'veto'"),
    "an undesirable that gives points": (RULE + "    points: 1\n    because: so\n", 6, "should be 0 or less"),
    "two undesirables of one name": (
        RULE + "    points: -1\n    because: so\n  - {name: x, when: {country: XX}, veto: true, because: so}\n",
        3,
        "two undesirables are called 'x'",
    ),
    "a window for the lead": (
        GROUP.replace("{type: download}", "{country: BR}") + "      window_days: 3\n", 8, "asks the lead alone",
    ),
    "a grade above ten": (PROFILE + "      answers: [{grade: 11, is: x}]\n", 7, "should be 10 or less"),
    "an answer without comparison": (PROFILE + ANSWERS + "{grade: 1}\n", 8, "compares nothing"),
    "an answer with an unknown list": (PROFILE + ANSWERS + "{grade: 1, list: nope}\n", 8, "unknown list"),
    "a range the wrong way round": (PROFILE + ANSWERS + "{grade: 1, between: [9, 1]}\n", 8, "wrong way"),
    "rising cuts": (PROFILE + "  grades: {A: 50, B: 60}\n", 7, "less than the percent of the better grade"),
    "profile and profiles": (
        PROFILE + "profiles:\n  p: {attributes: {t: {weight: 1}}}\n", 7, "stands instead of 'profile'",
    ),
    "a threshold for no grade": (HEAD + "qualification:\n  mql:\n    thresholds: {E: 5}\n", 5, "E"),
    "an unknown track": (HEAD + "qualification:\n  sql: {}\n", 4, "unknown key 'sql'"),
    "an empty track": (HEAD + "qualification:\n  mql:\n", 3, "the track 'mql' is empty"),
    "a hand-raise of the lead": (
        HEAD + "qualification:\n  mql:\n    hand_raise:\n      when: {country: BR}\n", 6, "a hand-raise is an activity",
    ),
    "a track of an unknown group": (HEAD + "qualification:\n  pql:\n    groups: [use]\n", 5, "unknown group 'use'"),
    "a dimension of an unknown group": (HEAD + "dimensions:\n  d:\n    groups: [use]\n", 5, "unknown group 'use'"),
    "an unknown reason": (HEAD + "recycle:\n  no_money: {wait_days: 3}\n", 4, "is no reason"),
    "a cap below the floor": (HEAD + "interest:\n  floor: 10\n  cap: 5\n", 5, "below the floor"),
    "a test of nothing known": (HEAD + "tests:\n  - {expect: {grad: A}}\n", 4, "unknown key 'grad'"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_it_is_refused_with_its_line(case: str, tmp_path: Path) -> None:
    text, line, words = CASES[case]
    problems = refused(text, tmp_path)
    assert [problem.line for problem in problems] == [line], problems
    assert words in str(problems[0])


def test_all_mistakes_are_told_together(tmp_path: Path) -> None:
    text = RULE.replace("{type: bounce}", "{email_domain: {list: a}, country: {between: [1]}}")
    assert len(refused(text + "    veto: true\n    because: so\n", tmp_path)) == 2


def test_a_model_at_hand_is_refused_in_words() -> None:
    spec = ScoringModel.model_validate({"dimensions": {"d": {"groups": ["x"]}}})
    with pytest.raises(ConfigError, match=r"dimensions\.d\.groups\.0: unknown group 'x'"):
        compile_model(spec, time_zone="UTC")


def test_unknown_types_assets_and_attributes_are_only_warned_of() -> None:
    text = (
        HEAD
        + "profile: {attributes: {job_titel: {weight: 1}, custom.plan: {weight: 1}}}\n"
        + "interest:\n  groups:\n"
        + "    a: {points: 1, when: {type: [download, karaoke, d*], asset: [ebook, demo]}}\n"
        + "qualification: {mql: {require: [email_domain, consent.email, telephone]}}\n"
    )
    spec, places = read_text(text, "m.yaml", ScoringModel)
    warned = unknown_names(spec, places)
    assert [(problem.line, problem.value) for problem in warned] == [
        (3, "'job_titel'"),
        (7, "'telephone'"),
        (6, "'karaoke'"),
    ]
    stored = unknown_names(spec, places, attributes=["job_titel", "telephone"], types=["Karaoke"], assets=["Demo"])
    assert [problem.value for problem in stored] == ["'ebook'"]


def test_answers_and_thresholds_that_nobody_can_mean_are_warned_of() -> None:
    text = (
        HEAD
        + "profile:\n  attributes:\n    company_size:\n      weight: 1\n      answers:\n"
        + "        - {grade: 10, between: [200, 5000]}\n"
        + "        - {grade: 8, between: [50, 199]}\n"
        + "        - {grade: 6, between: [300, 400]}\n"
        + "interest: {cap: 80}\n"
        + "qualification: {mql: {thresholds: {A: 100, B: 50, C: 60}}}\n"
    )
    warned = oddities(*read_text(text, "m.yaml", ScoringModel))
    assert [(problem.line, problem.path, problem.message) for problem in warned] == [
        (10, "profile.attributes.company_size.answers[3]", "this answer never fits: answer 1 takes all its values"),
        (12, "qualification.mql.thresholds.A", "grade A, the better one, needs more points than grade B"),
        (12, "qualification.mql.thresholds.A", "nobody reaches this: the cap of interest is 80"),
    ]


def test_an_attribute_that_was_misspelt_comes_with_the_one_that_was_meant() -> None:
    text = HEAD + "profile: {attributes: {contry: {weight: 1}}}\n"
    assert [problem.remedy for problem in unknown_names(*read_text(text, "m.yaml", ScoringModel))] == [
        "did you mean 'country'?"
    ]
