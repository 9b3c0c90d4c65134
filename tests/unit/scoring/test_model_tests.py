"""The tests that a model carries, and the worked example of the language."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.scoring import load_model, run_tests
from tests.unit.scoring.leads import from_text

WORKED = Path(__file__).parent / "worked_example.yaml"

MODEL = """
profile: {attributes: {job_title: {weight: 1, answers: [{grade: 10, words: [ceo]}]}, city: {weight: 2}}}
interest: {groups: {it: {points: 1.25, when: {type: download}, half_life_days: 10}}}
undesirables: [{name: no, when: {country: NO}, veto: true, because: not sold there}]
qualification:
  mql: {thresholds: {A: 2, D: 9}, leave_at: 0.5, hand_raise: {when: {asset: demo}, needs: [email]}}
"""
LEAD = "{job_title: CEO}"
DEMO = "[{type: form_submission, asset: demo}]"


def differs(test: str) -> object:
    (result,) = run_tests(from_text(MODEL + f"tests:\n  - {test}\n"))
    assert result.passed is not bool(result.differs)
    return dict(result.differs)


@pytest.mark.parametrize(
    ("test", "expect"),
    [
        ("lead: {job_title: CEO}", "{grade: A, profile_percent: 100, completeness: 33, combined: 50, points: 0}"),
        ("did: [{type: download}, {type: download, days_ago: 10}]", "{points: 1.875, mql: false, stage: lead}"),
        (f"did: {DEMO}, lead: {{email: a@b.example}}", "{mql: true, stage: sql}"),
        (f"did: {DEMO}, lead: {{email: a@b.example}}", "{stage: qualified, pql: false}"),
        ("lead: {country: NO}", "{vetoed: true}"),  # in YAML 1.2 NO is a text
        ("did: [{type: download}], lead: {job_title: CEO}", "{mql: false}"),
        ("was: mql, did: [{type: download}], lead: {job_title: CEO}", "{mql: true, stage: mql}"),
    ],
)
def test_what_is_named_is_compared_exactly(test: str, expect: str) -> None:
    assert differs(f"{{{test}, expect: {expect}}}") == {}


@pytest.mark.parametrize(("did", "stage"), [("trial_started", "mql"), ("chat", "qualified"), ("download", "lead")])
def test_the_stage_is_that_of_the_first_track_that_lets_the_lead_in(did: str, stage: str) -> None:
    tracks = "{mql: {thresholds: {A: 2}}, pql: {thresholds: {D: 2}, hand_raise: {when: {type: chat}}}}"
    interest = "{groups: {it: {points: 2, when: {type: trial_started}}}}"
    test = f"{{did: [{{type: {did}}}], expect: {{mql: false, pql: {str(stage != 'lead').lower()}, stage: {stage}}}}}"
    (result,) = run_tests(from_text(f"interest: {interest}\nqualification: {tracks}\ntests: [{test}]\n"))
    assert result.differs == {}


def test_a_difference_says_what_was_expected_and_what_came() -> None:
    assert differs(f"{{lead: {LEAD}, expect: {{points: 0.001, grade: B, mql: true}}}}") == {
        "grade": {"expected": "B", "got": "A"},
        "points": {"expected": 0.001, "got": 0},
        "mql": {"expected": True, "got": False},
    }


def test_a_result_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "model.yaml"
    path.write_text(
        MODEL + "tests:\n  - {name: nobody, note: a note, expect: {points: 0}}\n\n  - expect: {points: 1}\n"
    )
    results = run_tests(load_model(path, time_zone="UTC"))
    assert [(result.line, result.name, result.passed) for result in results] == [(8, "nobody", True), (10, "", False)]


def test_the_worked_example_of_the_language_passes_its_own_test() -> None:
    model = load_model(WORKED, time_zone="America/Sao_Paulo")
    assert [result.passed for result in run_tests(model)] == [True]
    assert model.version.startswith("2026-11-22+")
    assert {"job_title", "company_size", "country", "email", "phone", "channel"} <= model.attributes_used
    assert model.recycle["no_budget"].factor == 0.5


def test_the_version_changes_with_what_decides_a_score_and_with_nothing_else() -> None:
    base = from_text(MODEL).version
    assert from_text(MODEL + "tests:\n  - expect: {points: 1}\n").version == base
    assert from_text("# a comment\n" + MODEL + "name: another\n").version == base
    assert from_text(MODEL.replace("1.25", "1.26")).version != base
    assert from_text(MODEL + "version: 2\n").version.startswith("2+")
