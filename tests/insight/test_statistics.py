"""Shares, intervals and chances, against figures worked out elsewhere."""

from datetime import timedelta
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.insight.outliers import causes
from connector.insight.statistics import chance_of_as_many, median_days, percent, wilson


def test_a_share_of_nothing_is_none():
    assert percent(0, 0) is None
    assert wilson(0, 0) is None
    assert median_days([]) is None


@pytest.mark.parametrize(
    ("part", "whole", "interval"), [(0, 10, (0.0, 27.8)), (10, 10, (72.2, 100.0)), (5, 10, (23.7, 76.3))]
)
def test_the_interval_is_wilsons(part, whole, interval):
    assert wilson(part, whole) == interval


@given(st.data())
def test_the_interval_holds_the_share(data):
    whole = data.draw(st.integers(1, 5000))
    part = data.draw(st.integers(0, whole))
    low, high = wilson(part, whole)
    assert 0 <= low <= percent(part, whole) <= high <= 100


def test_the_chance_is_that_of_the_lady_tasting_tea():
    assert chance_of_as_many(4, 4, 4, 8) == pytest.approx(1 / 70)
    assert chance_of_as_many(3, 4, 4, 8) == pytest.approx(17 / 70)


@given(st.data())
def test_the_chance_is_the_exact_sum(data):
    total = data.draw(st.integers(1, 60))
    drawn, marked = data.draw(st.integers(0, total)), data.draw(st.integers(0, total))
    found = data.draw(st.integers(0, total))
    ways = sum(comb(marked, hits) * comb(total - marked, drawn - hits) for hits in range(found, min(drawn, marked) + 1))
    exact = Fraction(ways, comb(total, drawn))
    assert chance_of_as_many(found, drawn, marked, total) == pytest.approx(float(exact), rel=1e-9, abs=1e-15)


def test_a_negative_span_counts_as_none():
    assert median_days([timedelta(hours=-5), timedelta(0), timedelta(days=2)]) == 0.0


def test_few_cases_name_no_cause():
    groups = {("form", "small"): set(range(4)), ("form", "large"): set(range(4, 100))}
    assert causes(groups, {"invalid_data": set(range(4))}, 100) == []


def test_a_cause_is_not_blamed_twice_and_hides_no_other():
    first, second = set(range(50)), set(range(50, 90))
    groups = {
        ("form", "a"): first, ("channel", "paid"): first | set(range(90, 130)), ("form", "b"): second,
        ("form", "c"): set(range(90, 400)),
    }  # fmt: skip
    found = causes(groups, {"invalid_data": set(range(45)) | set(range(50, 75))}, 400)
    assert [(cause.dimension, cause.value) for cause in found] == [("form", "a"), ("form", "b")]


def test_a_difference_that_chance_explains_is_not_told():
    groups = {("form", "a"): set(range(100)), ("form", "b"): set(range(100, 200))}
    cases = set(range(30)) | set(range(100, 122))
    assert causes(groups, {"no_budget": cases}, 200) == []


def test_a_significant_but_small_difference_is_not_told():
    groups = {("form", "a"): set(range(5000)), ("form", "b"): set(range(5000, 10_000))}
    cases = set(range(2500)) | set(range(5000, 7100))
    assert causes(groups, {"no_budget": cases}, 10_000) == []
