"""The tests that a model carries, run at a moment of their own: they answer the same on every day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from msgspec import Struct, field

from connector.model import Activity, Person, Score
from connector.scoring.compiled import Model
from connector.scoring.engine import score
from connector.scoring.language import Did, ModelTest
from connector.scoring.qualify import Verdict, qualify

NOON = datetime(2026, 6, 15, 12)  # noqa: DTZ001 - a wall clock's time, given the model's time zone where it is used
"""Noon, so that no change of the clocks moves a day."""


class TestResult(Struct, frozen=True):
    """How one test went. `differs` holds what came out otherwise: `{key: {expected, got}}`."""

    __test__ = False

    line: int
    name: str
    passed: bool
    differs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def run_tests(model: Model) -> list[TestResult]:
    """Run every test of a model, in the order of the file."""
    return [_run(model, test, line) for test, line in zip(model.tests, model.test_lines, strict=True)]


def _run(model: Model, test: ModelTest, line: int) -> TestResult:
    now = NOON.replace(tzinfo=model.zone)
    person = Person(test.lead)
    acts = [_activity(number, did, now) for number, did in enumerate(test.did)]
    result = score(person, acts, model, now)
    verdicts = qualify(result, person, acts, model, now, standing={"mql": test.was == "mql"})
    got = _outcome(result, verdicts)
    differs = {
        key: {"expected": _shown(expected), "got": _shown(got.get(key))}
        for key, expected in _expected(test)
        if got.get(key) != expected
    }
    return TestResult(line, test.name, not differs, differs)


def _activity(number: int, did: Did, now: datetime) -> Activity:
    at = (now - timedelta(days=did.days_ago)).astimezone(UTC)
    return Activity(key=str(number), at=at, **did.model_dump(exclude={"days_ago"}))


def _expected(test: ModelTest) -> Iterator[tuple[str, Any]]:
    for key, wanted in test.expect:
        if wanted is not None:
            yield key, "qualified" if wanted == "sql" else wanted


def _outcome(result: Score, verdicts: Mapping[str, Verdict]) -> dict[str, Any]:
    passed = next((verdict for verdict in verdicts.values() if verdict.is_), None)  # the first track is entered
    return {
        "grade": result.grade,
        "points": Decimal(result.points_mp) / 1000,
        "profile_percent": result.profile_percent,
        "completeness": result.completeness,
        "combined": result.combined,
        "vetoed": bool(result.vetoes),
        "stage": passed.stage if passed else "lead",
        "mql": False,
        "pql": False,
        "service": False,
        **{name: verdict.is_ for name, verdict in verdicts.items()},
    }


def _shown(value: Any) -> Any:
    """A value as `--json` prints it: points as a number."""
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else float(value)
