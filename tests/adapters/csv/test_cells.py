"""Cells that we write: no spreadsheet runs them, and every text comes back."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.csv.cells import cell, restored


@given(st.text())
@example("'=x")
@example("''-1")
@example("'\r")
def test_every_text_comes_back_as_it_was(text: str) -> None:
    assert restored(cell(text)) == text


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_formula_is_kept_from_running(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["-5", "+5511999990000", "-0.5", "a=b", "O'Hara", "'quoted'"])
def test_numbers_and_harmless_texts_stay_as_they_are(value: str) -> None:
    assert cell(value) == value


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), (True, "true"), (0, "0"), (["a", "b"], "a; b"), (2.5, "2.5")], ids=str
)
def test_values_are_written_as_people_write_them(value: object, text: str) -> None:
    assert cell(value) == text
