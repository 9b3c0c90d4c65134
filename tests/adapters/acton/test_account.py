"""What an account has: its columns, what `check` says of it, how it signs in, how it words errors."""

from __future__ import annotations

import pytest

from adapters.acton.refusals import errors_in, hidden_in
from connector.adapter import Options
from connector.errors import AuthError, ContractError, QuotaError
from connector.testing.simulator import Fault, Reply
from connector.testing.simulators.acton import wording as words
from tests.adapters.told import Told


def sign_ins(world):
    return world.simulator.calls("POST", "^/token$")


def test_a_refresh_token_that_serves_once_is_stored_before_it_is_used(acton):
    world = acton()
    for _ in range(3):
        world.adapter().check()  # each a new process
        world.clock.advance(3600)
    assert [call.status for call in sign_ins(world)] == [200, 200, 200]
    assert world.tokens.rows["acton"][1].refresh == world.simulator.tokens.refresh_token


def test_two_processes_renew_once(acton):
    world = acton()
    one, other = world.adapter(), world.adapter()
    one.check()
    other.check()
    world.expire_tokens()
    one.check()
    other.check()
    assert len(sign_ins(world)) == 2
    assert {call.status for call in sign_ins(world)} == {200}


def test_a_run_does_not_sign_in_while_the_token_lives(acton):
    world = acton()
    for _ in range(10):
        world.adapter().check()
        world.clock.advance(300)
    assert len(sign_ins(world)) == 1


def test_a_user_and_password_serve_as_well(acton):
    world = acton()
    tokens = world.simulator.tokens
    world.credentials = {
        "client_id": tokens.client_id, "client_secret": tokens.client_secret,
        "username": tokens.username, "password": tokens.password,
    }  # fmt: skip
    assert "fail" not in {line.level for line in world.adapter().check()}


def test_five_sign_ins_an_hour_are_not_exceeded(acton):
    world = acton()
    adapter = world.adapter()
    with pytest.raises(QuotaError, match="sign-ins"):
        for _ in range(7):
            adapter.check()
            world.expire_tokens()
    assert len(sign_ins(world)) == 5


def test_a_refused_sign_in_asks_for_a_person(acton):
    world = acton()
    world.simulator.tokens.refresh_token = "another one"
    with pytest.raises(AuthError) as caught:
        world.adapter().check()
    assert (caught.value.code, str(caught.value.hint)) == ("invalid_grant", "run 'leadloop auth acton'")


def test_check_names_lists_columns_and_whether_the_filter_filters(acton):
    world = acton()
    world.add(1)
    world.simulator.account.add_list("Guests", ["First Name"])
    adapter = world.adapter()
    adapter.options = Options("acton", fields={"": ("First Name", "opted_out", "Leadloop Score")})
    told = [(line.level, line.what) for line in adapter.check()]
    assert told == [
        ("ok", "signed in; reads 2 lists: l-0001, l-0002"),
        ("warn", "list l-0001 has no column Leadloop Score"),
        ("fail", "list l-0002 names no e-mail column"),
        ("warn", "list l-0002 has no column Leadloop Score"),
        ("ok", "the filter by time of change filters"),
    ]


def test_check_tells_a_filter_that_hides_everybody(acton):
    world = acton(list_unit_ms=1000)
    world.add(1)
    assert [line.what for line in world.adapter().check() if line.level == "fail"] == [
        "the filter by time of change hides records: changes cannot be read"
    ]


def test_an_account_without_lists_says_so(acton):
    world = acton()
    world.simulator.account.lists.clear()
    assert [line.level for line in world.adapter().check()] == ["fail"]


def test_fields_are_the_columns_of_all_lists_once(acton):
    world = acton()
    world.simulator.account.add_list("Guests", ["E-mail Address", "Seat"])
    fields = {field.name: field for field in world.adapter().fields()}
    assert {"E-mail Address", "Job Title", "Seat", "email", "opted_out"} <= fields.keys()
    assert (fields["Seat"].writable, fields["opted_out"].writable) == (True, False)


def test_prepare_says_which_list_lacks_a_column_since_the_api_makes_none(acton):
    world = acton()
    world.simulator.account.add_list("Guests")
    told = world.adapter().prepare_writes(["Note", "Company"])
    assert world.adapter().plan_writes(["Note", "Company"]) == told, "a dry run promises no column"
    assert told == {"Note": "add a text column of this name in Act-On to list l-0002", "Company": "exists"}


@pytest.mark.parametrize(
    "values",
    [
        ["l-0001:9", "lead@example.com"],
        ["l-0001:0", "lead@example.com"],
        ["l-0001:0", "Lead", "One", "", "", "", "", "", "lead1@example.com"],
        {"id": "l-0001:0"},
    ],
    ids=["another id", "too few values", "another order", "no list"],
)
def test_a_record_that_is_not_in_the_lists_order_is_refused(acton, values):
    world = acton()
    id_ = world.add(1)
    world.simulator.faults.append(Fault("reply", path="/record/", reply=Reply(200, values)))
    with pytest.raises(ContractError):
        list(world.adapter().contacts([id_]))


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        (words.invalid_list().body, ["10004"]),
        (words.invalid_column().body, ["10010"]),
        (words.unauthorized().body, ["http_401"]),
        (words.limited().body, ["throttled"]),
        (words.gateway(403, "Forbidden", "Daily quota exceeded").body, ["throttled"]),
        (words.gateway(403, "Forbidden").body, ["http_403"]),
        ({"error": "access_denied", "error_description": "Unauthorized"}, ["access_denied"]),
        ({"message": "no"}, []),
        ([], []),
        (None, []),
    ],
)
def test_every_shape_is_read(body, codes):
    assert [error.code for error in errors_in(Told(body))] == codes


def test_rows_that_speak_of_errors_are_no_refusal():
    assert [error.code for error in hidden_in(Told(words.invalid_list().body))] == ["10004"]
    assert hidden_in(Told({"headers": ["_contact_id_", "errorCode"], "data": []})) == []
    assert hidden_in(Told({"result": []})) == []
