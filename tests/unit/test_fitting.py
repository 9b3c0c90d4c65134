"""Values that fit their field come in one shape; others name the field, and are shown nowhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from connector.adapter import fitting
from connector.errors import RecordError

SAO_PAULO = timezone(timedelta(hours=-3))
OPTIONS = {"web": "Web Site", "call": "Call"}


def test_numbers_are_numbers() -> None:
    assert (fitting.number("a", 7.5), fitting.number("a", 7.0, whole=True)) == (7.5, 7)
    assert isinstance(fitting.number("a", 7.0, whole=True), int)


def test_an_option_is_known_by_its_value_and_by_what_people_see() -> None:
    assert [fitting.option("a", word, OPTIONS) for word in ("WEB", " web site ", "call")] == ["web", "web", "call"]
    assert fitting.option("a", "Fax", OPTIONS, free=True) == "Fax"
    assert fitting.option("a", "Fax", {}) == "Fax"


def test_several_values_come_as_a_list_or_in_a_text() -> None:
    assert fitting.listed(("a", "b")) == fitting.listed("a;b") == ["a", "b"]


@pytest.mark.parametrize(
    ("value", "on", "at"),
    [
        (date(2026, 11, 22), date(2026, 11, 22), datetime(2026, 11, 22, tzinfo=UTC)),
        ("2026-11-22", date(2026, 11, 22), datetime(2026, 11, 22, tzinfo=UTC)),
        ("2026-11-22T23:30:00-03:00", date(2026, 11, 22), datetime(2026, 11, 22, 23, 30, tzinfo=SAO_PAULO)),
        (datetime(2026, 11, 22, 10), date(2026, 11, 22), datetime(2026, 11, 22, 10, tzinfo=UTC)),  # noqa: DTZ001
    ],
)
def test_a_time_is_a_day_or_a_moment_as_the_field_wants_it(value: Any, on: date, at: datetime) -> None:
    assert (fitting.day("a", value), fitting.moment("a", value)) == (on, at)
    assert fitting.moment("a", value).tzinfo is not None


@pytest.mark.parametrize(
    ("refuse", "code"),
    [
        (lambda: fitting.flag("a", "secret"), "bad_value"),
        (lambda: fitting.number("a", "secret"), "bad_value"),
        (lambda: fitting.number("a", True), "bad_value"),
        (lambda: fitting.number("a", 7.5, whole=True), "bad_value"),
        (lambda: fitting.option("a", "secret", OPTIONS), "bad_option"),
        (lambda: fitting.day("a", "secret"), "bad_value"),
        (lambda: fitting.moment("a", "secret"), "bad_value"),
        (lambda: fitting.text("a", "secret", 5), "too_long"),
    ],
)
def test_what_does_not_fit_names_its_field_and_is_not_shown(refuse: Callable[[], object], code: str) -> None:
    with pytest.raises(RecordError) as caught:
        refuse()
    assert (caught.value.code, caught.value.field) == (code, "a")
    assert "secret" not in str(caught.value)


def test_a_text_without_a_limit_takes_all() -> None:
    assert fitting.text("a", "long" * 100, None) == "long" * 100
    assert fitting.text("a", ["x", 7], 4, between=", ") == "x, 7"
