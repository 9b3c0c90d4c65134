"""Queries hold what they were asked to hold, and no more than an address takes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.salesforce import soql
from connector.errors import ConfigError
from connector.testing.simulators.salesforce.soql import Comparison, Group, parse

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\r\t\\'\""), max_size=60)


@given(WORDS)
def test_any_text_comes_through_a_literal_as_it_was(word):
    query = parse(f"SELECT Id FROM Lead WHERE Email = {soql.text(word)}")  # noqa: S608 - SOQL, made to be parsed
    assert query.where == Comparison("Email", "=", (word,))


@pytest.mark.parametrize("word", ["", "Id FROM Lead WHERE", "a'b", "Name)", "1st", "Owner..Type", "Ação__c"])
def test_what_is_no_name_stops_before_anything_is_asked(word):
    with pytest.raises(ConfigError):
        soql.select(("Id", word), "Lead")


@given(st.lists(st.tuples(st.sampled_from(["Phone", "Email", "LeadLoop_Id__c"]), WORDS.filter(bool)), max_size=400))
def test_every_value_is_asked_for_once_in_queries_that_fit_an_address(wanted):
    queries = list(soql.where_in(soql.select(("Id",), "Lead"), wanted, " ORDER BY Id"))
    asked = [pair for query in queries for pair in _pairs(parse(query).where)]
    assert sorted(asked) == sorted(set(wanted))
    assert all(len(quote_plus(query)) <= soql.ADDRESS_BYTES for query in queries)


def _pairs(where):
    tests = where.parts if isinstance(where, Group) else [where]
    return [(one.field, value) for one in tests for value in one.values]


def test_nothing_wanted_asks_nothing():
    assert list(soql.where_in("SELECT Id FROM Lead", [])) == []


def test_moments_are_written_and_read_in_utc():
    at = datetime(2026, 11, 21, 7, 0, 0, 500_000, tzinfo=timezone(timedelta(hours=-3)))
    assert soql.moment(at) == "2026-11-21T10:00:00.500Z"
    assert soql.read_moment("2026-11-21T10:00:00.000+0000") == datetime(2026, 11, 21, 10, tzinfo=UTC)
