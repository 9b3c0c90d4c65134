"""RD Station words errors in many shapes: all read as code, text and field."""

from __future__ import annotations

import pytest

from adapters.rdstation.refusals import errors_in, wait_in
from tests.adapters.told import Told

EXPIRED = 'Bearer realm="https://api.rd.services/", error="expired_token", error_description="it expired"'


def _item(code, **more):
    return {"error_type": code, "error_message": "why", **more}


@pytest.mark.parametrize(
    ("body", "read"),
    [
        ({"errors": _item("UNAUTHORIZED")}, [("UNAUTHORIZED", None)]),
        ({"errors": [_item("ACCESS_DENIED")]}, [("ACCESS_DENIED", None)]),
        ({"errors": [_item("INVALID_DATA_TYPE", path="$.payload.tags")]}, [("INVALID_DATA_TYPE", "tags")]),
        ({"errors": {"email": [_item("INVALID"), _item("TAKEN")]}}, [("INVALID", "email"), ("TAKEN", "email")]),
        ({"errors": {"name": {"pt-BR": [_item("TOO_LONG")]}}}, [("TOO_LONG", "name")]),
        ({"errors": [{"email": [_item("TAKEN")]}, _item("INVALID")]}, [("TAKEN", "email"), ("INVALID", None)]),
        ([_item("CANNOT_BE_NULL", path="$[0].payload.email")], [("CANNOT_BE_NULL", "email")]),
        ({"error": "invalid_request", "error_description": "no token"}, [("invalid_request", None)]),
        ({"errors": {"error_type": "RATE_LIMIT_EXCEDDED"}}, [("RATE_LIMIT_EXCEDDED", None)]),
        (_item("SERVICE_UNAVAILABLE"), [("SERVICE_UNAVAILABLE", None)]),
        ({"message": "Forbidden"}, []),
        ("<html>", []),
        (None, []),
    ],
)  # fmt: skip
def test_every_shape_is_read(body, read):
    assert [(error.code, error.field) for error in errors_in(Told(body))] == read


@pytest.mark.parametrize("name", ["www-authenticate", "x-amzn-remapped-www-authenticate"])
def test_an_expired_token_is_told_by_a_header_beside_the_same_body(name):
    told = Told({"errors": _item("UNAUTHORIZED")}, {name: EXPIRED})
    assert [error.code for error in errors_in(told)] == ["expired_token", "UNAUTHORIZED"]


def test_a_404_that_rd_station_did_not_word_is_a_gateways():
    assert [error.code for error in errors_in(Told({"message": "no Route matched"}, status=404))] == ["not_routed"]
    assert [error.code for error in errors_in(Told("<html>", status=404))] == ["not_routed"]
    assert [error.code for error in errors_in(Told({"errors": _item("TAKEN")}, status=404))] == ["TAKEN"]


def test_the_lead_limiter_keeps_its_name_and_loses_the_address():
    sentence = "'lead_limiter' rate limit exceeded for 86400 second(s) period for key 'jane@example.com'"
    (error,) = errors_in(Told({"error": sentence, "max": 24, "usage": 25, "remaining_time": 43067}))
    assert (error.code, error.text) == ("lead_limiter", "rate limit exceeded for 86400 second(s) period")


@pytest.mark.parametrize(
    ("body", "headers", "wait_s"),
    [
        ({"remaining_time": 43067}, {}, 43_067),
        ({"remaining_time": 43_067_000}, {}, 86_400),
        ({"remaining_time": "soon"}, {}, None),
        ({"remaining_time": -1}, {}, None),
        ({}, {"retry-after-quotas": "30"}, 30),
        ([], {}, None),
    ],
)
def test_the_wait_is_seconds_and_never_more_than_a_day(body, headers, wait_s):
    assert wait_in(Told(body, headers)) == wait_s
