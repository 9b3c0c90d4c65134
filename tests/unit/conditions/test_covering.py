"""Of a list whose first fit counts, what stands behind a condition that lets in as much never fits."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.conditions import compile_test, covers, covers_all

NUMBERS = st.integers(-3, 9)
WORDS = st.sampled_from(["a", "á", "B", "c d", 1, "01", 2.5, True])
SPECS = st.one_of(
    WORDS,
    st.lists(WORDS, min_size=1, max_size=3),
    st.fixed_dictionaries({"is": st.lists(WORDS | NUMBERS, min_size=1, max_size=2)}),
    st.fixed_dictionaries({"words": st.lists(st.sampled_from(["a", "c", "c d"]), min_size=1, max_size=2)}),
    st.tuples(NUMBERS, NUMBERS).map(lambda ends: {"between": sorted(ends)}),
    st.fixed_dictionaries({"at_least": NUMBERS}, optional={"at_most": NUMBERS}),
    st.fixed_dictionaries({"blank": st.booleans()}),
    st.fixed_dictionaries({"pattern": st.sampled_from(["a*", "*d"])}),
)
VALUES = st.none() | WORDS | NUMBERS | st.lists(WORDS, max_size=2) | st.just("")


@given(SPECS, SPECS, st.lists(VALUES, min_size=1, max_size=20))
def test_what_is_covered_fits_the_wider_one_too(wide: Any, narrow: Any, values: list[Any]) -> None:
    if covers(wide, narrow):
        outer, inner = compile_test(wide, wildcards=False), compile_test(narrow, wildcards=False)
        assert all(outer(value) for value in values if inner(value))


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ("won", "Won"), (["a", "b"], "b"), ({"is": ["a"]}, "a"), ({"blank": False}, "x"),
        ({"between": [200, 5000]}, {"between": [300, 400]}), ({"at_least": 50}, {"between": [50, 199]}),
        ({"at_least": 1, "at_most": 9}, [3, "4"]), ({"words": ["ceo", "cto"]}, {"words": "CTO"}),
        ({"list": "x"}, {"list": "x"}),
    ],
)  # fmt: skip
def test_a_wider_condition_covers_a_narrower_one(wide: Any, narrow: Any) -> None:
    assert covers(wide, narrow)


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ("a", ["a", "b"]), ({"between": [200, 5000]}, {"at_least": 300}), ({"at_most": 9}, {"blank": False}),
        ({"changed_by": "person"}, "x"), ({"blank": False}, {"changed_by": "person"}), ({"words": "a"}, "a"),
    ],
)  # fmt: skip
def test_what_is_not_certain_is_not_said(wide: Any, narrow: Any) -> None:
    assert not covers(wide, narrow)


def test_of_a_whole_condition_every_key_must_be_covered() -> None:
    assert covers_all({"Status": ["Lost", "Won"]}, {"Status": "Won", "Amount": {"at_least": 1}})
    assert not covers_all({"Status": "Won", "Amount": {"at_least": 1}}, {"Status": "Won"})
    assert covers_all({}, {"Status": "Won"})
