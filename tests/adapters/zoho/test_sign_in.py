"""Signing in: refusals that come with 200, a throttle that asks for patience, and tokens of an hour."""

from __future__ import annotations

import pytest

from connector.errors import AuthError, LeadloopError, RetryableError
from connector.testing.conformance.crm.driving import read_all
from connector.testing.simulator import Fault, Reply

SIGN_IN = "/oauth/v2/token"


def sign_ins(world):
    return world.simulator.calls("POST", SIGN_IN)


def test_one_token_serves_every_process_for_an_hour(zoho):
    world = zoho()
    for _ in range(3):
        world.adapter().resolve([world.keys(1)])
    assert len(sign_ins(world)) == 1
    world.clock.advance(3700)
    world.adapter().resolve([world.keys(1)])
    assert len(sign_ins(world)) == 2


def test_the_token_travels_behind_zohos_own_word(zoho):
    world = zoho()
    world.adapter().resolve([world.keys(1)])
    assert {one.status for one in world.simulator.calls("POST", "coql")} == {204}


def test_a_refused_grant_under_200_asks_for_a_person(zoho):
    world = zoho()
    world.revoke()
    with pytest.raises(AuthError) as caught:
        world.adapter().resolve([world.keys(1)])
    assert caught.value.code == "invalid_code"


@pytest.mark.parametrize("status", [200, 400])
def test_too_many_sign_ins_ask_for_patience_and_for_nobody(zoho, status):
    world = zoho()
    told = {"error": "Access Denied", "error_description": "You have made too many requests continuously."}
    world.simulator.faults.append(Fault("reply", path=SIGN_IN, times=99, reply=Reply(status, told)))
    with pytest.raises(RetryableError) as caught:
        world.adapter().resolve([world.keys(1)])
    assert not isinstance(caught.value, AuthError)


def test_the_api_is_asked_where_the_token_says_and_nowhere_else(zoho):
    world = zoho()
    body = {"access_token": "1000.x", "expires_in": 3600, "api_domain": "https://www.zohoapis.evil.example"}
    world.simulator.faults.append(Fault("reply", path=SIGN_IN, reply=Reply(200, body)))
    with pytest.raises(LeadloopError):
        read_all(world.adapter())
    assert [one.path for one in world.simulator.ledger] == [SIGN_IN]
