"""Sign-in of the simulated account: tokens of an hour, refresh tokens of 30 days that serve once.

Asking for a token by any grant ends the refresh token that was given before.
Source: https://developer.act-on.com/reference/grant-type-refresh, /grant-type-password
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from connector.testing.granted import AccessTokens
from connector.testing.simulator import Reply, Request
from connector.testing.simulators.acton import wording

LIFETIME: Final = timedelta(hours=1)
REFRESH_LIFETIME: Final = timedelta(days=30)


class Tokens:
    """Which tokens are good."""

    client_id = "simulated-client"
    client_secret = "simulated-secret"  # noqa: S105 - of a simulated account
    username = "api@acton.example"
    password = "simulated-password"  # noqa: S105 - of a simulated account

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.refresh_token = "simulated-refresh-0"  # noqa: S105 - of a simulated account
        self._refresh_until = clock() + REFRESH_LIFETIME
        self.access = AccessTokens(clock, LIFETIME)
        self._revoked = False

    def exchange(self, request: Request) -> Reply:
        """`POST /token`."""
        asked = request.form()
        if (asked.get("client_id"), asked.get("client_secret")) != (self.client_id, self.client_secret):
            return wording.sign_in(401, "access_denied", "Unauthorized")
        if asked.get("grant_type") == "password":
            if self._revoked or (asked.get("username"), asked.get("password")) != (self.username, self.password):
                return wording.sign_in(403, "invalid_grant", "Wrong email or password.")
        elif self._revoked or asked.get("refresh_token") != self.refresh_token or self._refresh_until <= self.clock():
            return wording.sign_in(403, "invalid_grant", "Unknown or invalid refresh token.")
        return self._issue()

    def _issue(self) -> Reply:
        access = self.access.give()
        self.refresh_token = f"simulated-refresh-{self.access.given}"
        self._refresh_until = self.clock() + REFRESH_LIFETIME
        granted = {"access_token": access, "refresh_token": self.refresh_token, "scope": "offline-access"}
        return Reply(200, {**granted, "token_type": "Bearer", "expires_in": self.access.life_s})

    def refusal(self, request: Request) -> Reply | None:
        """Why this request is not signed properly; None when it is."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return None if scheme == "Bearer" and self.access.is_good(token) else wording.unauthorized()

    def expire(self) -> None:
        """Every access token has expired as of now."""
        self.access.expire()

    def revoke(self) -> None:
        """A person took the API's access away: nothing is good any more."""
        self.access.revoke()
        self._revoked = True
