"""Tokens of simulated accounts live as long as the platform says, and no longer than the account remembers them."""

from __future__ import annotations

from datetime import timedelta

from connector.testing.conformance.clock import Clock
from connector.testing.granted import AccessTokens


def test_a_token_is_good_until_its_time_and_known_after_it() -> None:
    clock = Clock()
    tokens = AccessTokens(clock.now, timedelta(hours=1))
    token = tokens.give()
    clock.advance(3599)
    assert tokens.is_good(token)
    clock.advance(1)
    assert (tokens.is_good(token), tokens.knows(token)) == (False, True)
    assert not tokens.is_good("made up")


def test_tokens_that_expired_are_known_and_revoked_ones_are_not() -> None:
    tokens = AccessTokens(Clock().now, timedelta(hours=1))
    token = tokens.give()
    tokens.expire()
    assert (tokens.is_good(token), tokens.knows(token)) == (False, True)
    tokens.revoke()
    assert not tokens.knows(token)
    assert tokens.give() != token


def test_an_account_that_remembers_two_forgets_the_first_of_three() -> None:
    tokens = AccessTokens(Clock().now, timedelta(hours=1), "t-", most=2)
    assert [tokens.give() for _ in range(3)] == ["t-1", "t-2", "t-3"]
    assert list(tokens) == ["t-2", "t-3"]
