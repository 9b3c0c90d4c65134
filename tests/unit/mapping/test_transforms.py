from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.mapping.countries import country_code
from connector.mapping.times import has_time, read_date, read_time, utc_text
from connector.mapping.transforms import TRANSFORMS, Setting, compile_transforms

JSON = st.recursive(
    st.none() | st.booleans() | st.text()
    | st.integers(-(2**64), 2**64) | st.floats(allow_nan=False, allow_infinity=False)
    | st.from_regex(r"-?[0-9]{1,400}([.,][0-9]{1,3})?(e[0-9]{1,4})?", fullmatch=True)
    | st.datetimes(timezones=st.timezones()).map(lambda at: at.isoformat()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
SETTING = Setting(ZoneInfo("America/Sao_Paulo"), country=lambda record: record.get("country"))


def changed(entry: str | dict[str, Any], value: Any, record: dict[str, Any] | None = None) -> Any:
    (transform,) = compile_transforms((entry,), SETTING)
    return transform(value, record or {})


@pytest.mark.parametrize(
    ("entry", "value", "result"),
    [
        ("trim", "  a   b ", "a b"),
        ("lower", "ÁB", "áb"),
        ("upper", "áb", "ÁB"),
        ("title", "ANA DE SOUZA", "Ana De Souza"),
        ("title", "ana McDonald", "Ana McDonald"),
        ("digits", "(11) 9-0000", "1190000"),
        ("digits", "none", None),
        ("first_word", "Ana de Souza", "Ana"),
        ("last_words", "Ana de Souza", "de Souza"),
        ("last_words", "Ana", None),
        ("text", 12.0, "12"),
        ({"truncate": 3}, "abcdef", "abc"),
        ("number", "1,234.5", 1234.5),
        ("number", "12", 12),
        ({"number": "comma"}, "1.234,5", 1234.5),
        ("number", "- 1 234\u202f567.25", -1234567.25),
        ("number", "12,34,567", 1234567),
        ({"number": "comma"}, "1,5", 1.5),
        ({"number": "comma"}, "1 234 567", 1234567),
        ("integer", "2.5", 2),
        ("integer", 3.7, 4),
        ("boolean", "Sim", True),
        ("boolean", "não", False),
        ("boolean", 0, False),
        ("date", "2026-11-22T01:00:00Z", "2026-11-21"),
        ("date", "2026-11-22", "2026-11-22"),
        ({"date": "day_first"}, "03/04/2026", "2026-04-03"),
        ({"date": "month_first"}, "03/04/2026 9:30", "2026-03-04"),
        ("datetime", "2026-11-22T10:00:00", "2026-11-22T13:00:00Z"),
        ("datetime", 1795000000000, "2026-11-18T11:06:40Z"),
        ("e164", "+55 11 90000-0000", "+5511900000000"),
        ({"e164": "BR"}, "(11) 90000-0000", "+5511900000000"),
        ("country_code", "Brasil", "BR"),
        ("country_code", "ESPAÑA", "ES"),
        ("lower", ["A", "B"], ["a", "b"]),
    ],
)
def test_each_transform_by_example(entry: Any, value: Any, result: Any) -> None:
    assert changed(entry, value) == result


def test_a_phone_without_a_plus_is_read_in_the_persons_own_country() -> None:
    assert changed("e164", "912 345 678", {"country": "Portugal"}) == "+351912345678"


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ("number", "many"), ("integer", "1.2.3"), ("boolean", "perhaps"), ("date", "03/04/2026"), ("date", "soon"),
        ("datetime", "2026-13-01"), ("datetime", -5), ("e164", "11 90000-0000"), ("e164", "+55 1"),
        ("country_code", "Narnia"),
        ({"date": "day_first"}, "31/02/2026"),
        ("number", "10,50"), ("number", "1234,56"), ("number", "1,5"), ("integer", "1,5"), ("number", "1.234,5"),
        ("number", "1 5"), ({"number": "comma"}, "1234.56"), ({"number": "comma"}, "1,234.5"),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_is_not_guessed(entry: Any, value: Any) -> None:
    with pytest.raises(ValueError, match=r"^(?!.*(many|perhaps|soon|Narnia))"):
        changed(entry, value)


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("shout", "unknown transform 'shout': known are trim"),
        ({"lower": 1}, "takes no option"),
        ({"truncate": 0}, "number of characters"),
        ({"e164": "Narnia"}, "takes a country"),
        ({"date": "weird"}, "day_first or month_first"),
        ({"number": "dot"}, "comma"),
        ({"a": 1, "b": 2}, "{name: option}"),
    ],
)
def test_a_bad_transform_is_refused_when_the_mapping_is_read(entry: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        compile_transforms((entry,), SETTING)


STEADY = [name for name in TRANSFORMS if name not in ("last_words", "truncate")]


@given(st.sampled_from(STEADY), st.text(max_size=30) | st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_a_transform_applied_twice_changes_nothing_more(name: str, value: Any) -> None:
    try:
        once = changed(name, value)
    except ValueError:
        return
    if once is not None:
        assert changed(name, once) == once


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(1970, 1, 2), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001
def test_a_moment_survives_its_text(at: datetime) -> None:
    assert read_time(utc_text(at)) == at


def test_moments_are_read_in_every_spelling_that_platforms_use() -> None:
    at = datetime(2026, 11, 20, 17, 25, 24, tzinfo=UTC)
    texts = ("2026-11-20T14:25:24.000-03:00", "2026-11-20T17:25:24.000+0000", "1795195524000")
    for value in (*texts, 1795195524000, 1795195524, at):
        assert read_time(value) == at


@pytest.mark.parametrize("never", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"])
def test_a_stand_in_for_never_beyond_the_calendar_is_no_time(never: str) -> None:
    with pytest.raises(ValueError, match="no date or time"):
        read_time(never)
    with pytest.raises(ValueError, match="no date or time"):
        read_date(never, ZoneInfo("America/Sao_Paulo"))


def test_the_first_moment_of_the_calendar_is_no_day_in_the_west() -> None:
    with pytest.raises(ValueError, match="no date or time"):
        read_date("0001-01-01T00:00:00Z", ZoneInfo("America/Sao_Paulo"))


@given(JSON, st.sampled_from(sorted(TRANSFORMS)))
def test_whatever_a_platform_sends_a_transform_changes_it_or_refuses_it(value: Any, name: str) -> None:
    with suppress(ValueError):
        changed({name: 1} if name == "truncate" else name, value)


def test_a_date_is_a_day_and_not_a_moment() -> None:
    assert read_date(date(2026, 11, 22), ZoneInfo("Asia/Tokyo")) == date(2026, 11, 22)
    assert not has_time("2026-11-22")
    assert has_time("2026-11-22T00:00:00Z")


def test_countries_are_found_whatever_the_accents() -> None:
    assert [country_code(name) for name in ("eua", "EE. UU.", "Suica", "xx")] == ["US", "US", "CH", None]
