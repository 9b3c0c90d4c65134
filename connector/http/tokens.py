"""What a platform granted, and what a store of it offers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

SKEW_S = 60.0
"""A token is renewed this long before its end (short-lived ones: a fifth of their life)."""

UNREADABLE = "bad_tokens"
"""The code of the StateError that a store raises for tokens that none of its keys opens."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """An access token and what renews it. Never printed.

    `fresh_until` is when it is renewed, margin included; None: it lives until the platform refuses it. `base_url` is
    the API's address when the sign-in named one.
    """

    access: str | None = field(default=None, repr=False)
    refresh: str | None = field(default=None, repr=False)
    fresh_until: datetime | None = None
    base_url: str | None = None

    def is_usable(self, now: datetime, died: str | None = None) -> bool:
        """May it sign requests? Not when it is the one that just died."""
        return self.access is not None and self.access != died and (self.fresh_until is None or now < self.fresh_until)


def fresh_until(now: datetime, lifetime_s: float | None) -> datetime | None:
    """When to renew a token that lives `lifetime_s` seconds from now; None for an unknown life."""
    return None if lifetime_s is None else now + timedelta(seconds=lifetime_s - min(SKEW_S, lifetime_s / 5))


class TokenStore(Protocol):
    """Where tokens live: one row per connection, with a lease so that one process renews at a time.

    `configured` is a fingerprint of the configured credentials that the row started from.
    """

    def load(self, connection: str, configured: str, seed: Tokens) -> Tokens:
        """The stored tokens, or `seed` where there are none of this configuration; it is planted where there are none.

        Those of another configuration stay until this one is granted some: a slip in an address, tried once, must not
        cost the sign-in of a person. Raises StateError (`UNREADABLE`) when none of its keys opens what is stored.
        """

    def save(self, connection: str, holder: str, tokens: Tokens, configured: str | None = None) -> bool:
        """Replace the tokens, durably. False, and nothing is changed, when `holder` does not hold the lease.

        They are of the configuration `configured` from then on; None: of the one whose they were.
        """

    def lease(self, connection: str, holder: str, seconds: float) -> bool:
        """Take or prolong the right to renew. Durable: a store that cannot write refuses before a grant is spent."""

    def release(self, connection: str, holder: str) -> None:
        """Give the right back."""
