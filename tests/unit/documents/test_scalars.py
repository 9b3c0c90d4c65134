import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.documents.scalars import plain


@pytest.mark.parametrize(
    "text", ["NO", "no", "yes", "on", "off", "2026-01-01", "1_000", "12:30", ".inf", ".nan", "1e999", "+", "0x"]
)
def test_what_older_yaml_turned_into_something_else_is_a_text(text):
    assert plain(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [("", None), ("~", None), ("null", None), ("true", True), ("FALSE", False), ("12", 12), ("-7", -7), ("010", 10),
     ("0o17", 15), ("0xff", 255), ("0.5", 0.5), (".5", 0.5), ("1e3", 1000.0)],
)  # fmt: skip
def test_the_core_schema_knows_null_booleans_and_numbers(text, value):
    assert plain(text) == value
    assert type(plain(text)) is type(value)


@given(st.text())
def test_every_text_means_something_and_no_number_is_without_bound(text):
    value = plain(text)
    assert not isinstance(value, float) or math.isfinite(value)
