"""Seconds, milliseconds and dates in words: each becomes one moment, or none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapters.acton.dates import from_milliseconds, from_words, milliseconds, seconds

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def test_each_call_gets_its_own_unit():
    assert (seconds(AT), milliseconds(AT)) == (1_795_176_000, 1_795_176_000_000)


@pytest.mark.parametrize(("told", "at"), [(1_795_176_000_000, AT), ("1795176000000", AT), ("soon", None), (None, None)])
def test_milliseconds_come_as_a_number_or_a_text(told, at):
    assert from_milliseconds(told) == at


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2024-09-03 12:47:01 PDT", "2024-09-03T19:47:01+00:00"),
        ("2026-11-20 04:00:00 PST", "2026-11-20T12:00:00+00:00"),
        ("Oct 7 2019 11:59 AM GMT-12:00", "2019-10-07T23:59:00+00:00"),
        ("Aug 30 2022 13:06 Pacific/Marquesas", "2022-08-30T22:36:00+00:00"),
        ("Aug 30 2022 01:06 PM America/Sao_Paulo", "2022-08-30T16:06:00+00:00"),
    ],
)
def test_a_date_in_words_with_its_zone_is_a_moment(text, at):
    told = from_words(text)
    assert told is not None
    assert told.isoformat() == at


@pytest.mark.parametrize(
    "text",
    ["", None, "Thu May 13 2021, 03:00 PM", "2024-09-03 12:47:01", "2024-09-03 12:47:01 XYZ", "now UTC", "1 No/Where"],
)
def test_a_date_whose_zone_nobody_tells_is_no_moment(text):
    assert from_words(text) is None
