"""Rows that share calls, and what becomes of the rest when a call meets trouble."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.adapter import batching
from connector.adapter.batching import Call, Route, Row, Told
from connector.errors import AuthError, ContractError, QuotaError
from connector.model import LeadWrite, Outcome

UPDATE, CREATE = Route("update", "contacts"), Route("create", "contacts", "email")


def row(effect: str, identity: str = "", route: Route[str] = UPDATE) -> Row[str]:
    return Row(LeadWrite(effect, "record", f"ll-{effect}"), route, identity or effect, {})


def effects(calls: Sequence[Call[str]]) -> list[list[str]]:
    return [[row.write.effect for row in call.rows] for call in calls]


def saved(call: Call[str]) -> tuple[Told, list[Call[str]]]:
    return {row.write.effect: Outcome(row.write.effect, "updated") for row in call.rows}, []


def test_calls_are_full_and_hold_one_route_each() -> None:
    rows = [row("a"), row("b", route=CREATE), row("c"), row("d"), row("e", route=CREATE)]
    assert effects(batching.calls_of(rows, 2)) == [["a", "c"], ["d"], ["b", "e"]]


def test_a_record_that_stands_twice_travels_in_a_later_call() -> None:
    rows = [row("first", "1"), row("second", "1"), row("other", "2"), row("third", "1")]
    assert effects(batching.calls_of(rows, 10)) == [["first", "other"], ["second"], ["third"]]


@given(st.lists(st.tuples(st.sampled_from([UPDATE, CREATE]), st.sampled_from("abc"))), st.integers(1, 4))
def test_every_row_travels_once_and_rows_of_one_record_in_their_order(
    given_rows: list[tuple[Route[str], str]], most: int
) -> None:
    rows = [row(str(number), identity, route) for number, (route, identity) in enumerate(given_rows)]
    calls = batching.calls_of(rows, most)
    assert sorted(one.write.effect for call in calls for one in call.rows) == sorted(one.write.effect for one in rows)
    for call in calls:
        assert {one.route for one in call.rows} == {call.route}
        assert len({one.identity for one in call.rows}) == len(call.rows) <= most
    travelled = [one for call in calls for one in call.rows]
    for record in given_rows:
        turns = [int(one.write.effect) for one in travelled if (one.route, one.identity) == record]
        assert turns == sorted(turns)


def test_one_fresh_row_takes_its_companions_along() -> None:
    fresh = Row(LeadWrite("b", "record", "ll-b", fresh=True), UPDATE, "b", {})
    assert [Call(UPDATE, rows).is_fresh for rows in ([row("a")], [row("a"), fresh])] == [False, True]


def test_smaller_calls_are_tried_before_the_next_one() -> None:
    tried = []

    def send_one(call: Call[str]) -> tuple[Told, list[Call[str]]]:
        tried.append("".join(effects([call])[0]))
        return ({}, call.halves()) if tried[-1] == "abcd" else saved(call)

    told = batching.send(batching.calls_of([row(one) for one in "abcdef"], 4), send_one)
    assert tried == ["abcd", "ab", "cd", "ef"]
    assert sorted(told) == list("abcdef")


def test_trouble_of_the_first_call_is_raised() -> None:
    def send_one(_: Call[str]) -> tuple[Told, list[Call[str]]]:
        raise AuthError("signed out")

    with pytest.raises(AuthError):
        batching.send(batching.calls_of([row("a")], 1), send_one)


@pytest.mark.parametrize(
    ("error", "wait_s"), [(QuotaError("spent", retry_after_s=7.0), 7.0), (AuthError("signed out"), 60.0)]
)
def test_trouble_of_a_later_call_puts_off_the_rest_and_forgets_nothing(error: Exception, wait_s: float) -> None:
    def send_one(call: Call[str]) -> tuple[Told, list[Call[str]]]:
        if effects([call]) == [["b"]]:
            raise error
        return saved(call)

    told = batching.send(batching.calls_of([row(one) for one in "abc"], 1), send_one)
    assert [told[one].status for one in "abc"] == ["updated", "rejected", "rejected"]
    assert [told[one].retry_after_s for one in "abc"] == [None, wait_s, wait_s]


def test_a_later_call_with_an_answer_that_nobody_documented_is_unknown_and_what_follows_waits() -> None:
    def send_one(call: Call[str]) -> tuple[Told, list[Call[str]]]:
        if call.rows[0].write.effect == "b":
            raise ContractError("sf: POST /x was answered 299", code="http_299")
        return saved(call)

    told = batching.send([Call(UPDATE, [row(effect)]) for effect in "abc"], send_one)
    assert {effect: outcome.status for effect, outcome in told.items()} == {
        "a": "updated", "b": "unknown", "c": "rejected",
    }  # fmt: skip
    assert told["b"].retry_after_s is None
    assert told["c"].retry_after_s is not None
