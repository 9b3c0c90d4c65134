"""Batches and filters as texts: what is written is what the platform documents, what is read may be anything."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.dynamics365 import odata
from adapters.dynamics365.errors import field_of
from adapters.dynamics365.multipart import Part, packed, unpacked
from connector.errors import RecordError, UnknownOutcome
from connector.testing.simulator import Request
from connector.testing.simulators.dynamics365 import batch
from connector.testing.simulators.dynamics365.filtering import Filter
from connector.testing.simulators.dynamics365.store import Table

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), texts), min_size=1, max_size=5))
def test_what_is_packed_arrives_whole_whatever_stands_in_it(bodies):
    parts = [Part("PATCH", "/api/data/v9.2/leads(1)", body) for body in bodies]
    kind, content = packed(parts)
    request = Request("POST", "/$batch", {}, {"content-type": kind}, content)
    assert [one.json() for one in batch.parts_of(request)] == bodies


@settings(max_examples=40, deadline=None)
@given(st.lists(texts.filter(bool), min_size=1, max_size=30))
def test_a_filter_asks_for_exactly_the_values_that_are_wanted(values):
    table = Table("lead")
    for number, value in enumerate(values):
        table.put({"leadid": str(number)}, {"emailaddress1": value}, number)
    asked = [one for text in odata.any_of([("emailaddress1", value) for value in values]) for one in parsed(text)]
    assert asked == list(dict.fromkeys(values))


def parsed(text):
    [(_, values)] = Filter(Table("lead"), text).lists
    return values


def test_long_lists_are_split_so_that_each_address_stays_short():
    wanted = [("emailaddress1", f"person{number}@example.com") for number in range(2000)]
    filters = list(odata.any_of(wanted))
    assert len(filters) > 1
    assert max(map(len, filters)) < odata.ADDRESS_BYTES
    assert [value for text in filters for value in parsed(text)] == [value for _, value in wanted]


@pytest.mark.parametrize("content", [b"", b"--b", b'[{"id":', b"--b\r\n\r\nno status\r\n--b--"])
def test_an_answer_that_is_no_batch_leaves_everything_unknown(content):
    with suppress(UnknownOutcome):
        assert unpacked('multipart/mixed; boundary="b"', content) == []
    with pytest.raises(UnknownOutcome):
        unpacked("application/json", content)


def test_a_part_that_was_cut_tells_nothing():
    whole = b"--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 204 No Content\r\nX: y\r\n\r\n\r\n"
    cut = b'--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{"leadid": '
    assert [one.status for one in unpacked("multipart/mixed; boundary=b", whole + cut)] == [204]


@pytest.mark.parametrize("bad", ["", "1", "leads(1)", "00000001-0000-4000-8000-000000000003)/x"])
def test_an_id_that_is_none_leads_nowhere(bad):
    with pytest.raises(RecordError):
        odata.by_id("leads", bad)


def test_the_column_of_an_error_is_the_quoted_one_of_those_that_were_sent():
    body = {"error": {"message": "The length of the 'jobtitle' attribute of the 'lead' entity; see subject"}}
    assert field_of(body, ["subject", "lead_x", "jobtitle"]) == "jobtitle"
    assert field_of({"error": {"message": "subject es demasiado largo"}}, ["subject"]) == "subject"
    assert field_of(None, ["subject"]) is None
