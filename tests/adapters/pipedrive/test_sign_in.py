"""Signing in with a user's API token, or as an app whose refresh token rotates."""

from __future__ import annotations

import pytest

from connector.errors import AuthError


def test_an_api_token_travels_in_its_own_header_and_never_in_an_address(pipedrive):
    world = pipedrive("person")
    world.adapter().fields()
    [call] = world.simulator.ledger
    assert world.simulator.tokens.api_token not in str(dict(call.params)) + call.path


def test_a_refresh_token_is_used_once_and_the_next_one_kept(pipedrive):
    world = pipedrive("person", oauth=True)
    for _ in range(3):
        world.adapter().fields()
        world.clock.advance(7200)
    assert [entry.status for entry in world.simulator.calls("POST", "/oauth/token")] == [200, 200, 200]
    (_, kept) = world.tokens.rows["pd"]
    assert kept.refresh == world.simulator.tokens.refresh_token


def test_an_app_that_was_taken_off_needs_a_person(pipedrive):
    world = pipedrive("person", oauth=True)
    world.revoke()
    with pytest.raises(AuthError) as caught:
        world.adapter().fields()
    assert "leadloop auth pd" in str(caught.value.hint)


@pytest.mark.parametrize(("is_admin", "level"), [(True, "ok"), (False, "warn")])
def test_check_warns_of_a_user_who_may_not_see_every_record(pipedrive, is_admin, level):
    world = pipedrive("person")
    world.simulator.is_admin = is_admin
    (line,) = [line for line in world.adapter().check() if "every record" in line.what]
    assert line.level == level
