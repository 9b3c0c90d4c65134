"""Signing in as an application, by its secret, to one environment of one tenant."""

from __future__ import annotations

import pytest

from connector.errors import AuthError


def test_the_token_is_asked_for_the_environment_and_kept(dynamics):
    world = dynamics()
    world.adapter().resolve([world.keys(1)])
    world.adapter().resolve([world.keys(2)])
    [call] = world.simulator.calls("POST", "/oauth2/v2.0/token")
    assert call.path == f"/{world.credentials['tenant_id']}/oauth2/v2.0/token"
    assert b"scope=http%3A%2F%2F127.0.0.1" in call.body


def test_a_token_is_renewed_before_it_ends(dynamics):
    world = dynamics()
    for _ in range(3):
        world.adapter().resolve([world.keys(1)])
        world.clock.advance(3600)
    assert {one.status for one in world.simulator.ledger} == {200}


def test_a_secret_that_ended_is_told_without_showing_it(dynamics):
    world = dynamics()
    world.revoke()
    with pytest.raises(AuthError) as caught:
        world.adapter().check()
    assert world.credentials["client_secret"] not in str(caught.value)
