"""Who may ask: version 1 a user's token in the query, version 2 an app's access tokens of two hours.

Every refresh gives a new refresh token and ends the old one; one that nobody used for 14 days is dead.
Source: https://developers.rdstation.com/reference/crm-v2-authentication
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from connector.testing.granted import AccessTokens
from connector.testing.simulator import Reply, Request

LIFETIME: Final = timedelta(seconds=7200)
UNUSED_FOR: Final = timedelta(days=14)


class Tokens:
    """Which tokens are good."""

    client_id = "simulated-crm-client"
    client_secret = "simulated-crm-secret"  # noqa: S105 - of a simulated account

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.token = "simulated-user-token"  # noqa: S105 - of a simulated account
        self.refresh_token = "simulated-crm-refresh-0"  # noqa: S105 - of a simulated account
        self.access = AccessTokens(clock, LIFETIME, "simulated-crm-access-")
        self._used_at = clock()

    def exchange(self, request: Request) -> Reply:
        """`POST /oauth2/token` with a refresh token, as a form; a used one is good no more."""
        if "x-www-form-urlencoded" not in request.headers.get("content-type", ""):
            return Reply(400, {"error": "invalid_request"})
        form = request.form()
        if (form.get("client_id"), form.get("client_secret")) != (self.client_id, self.client_secret):
            return Reply(401, {"error": "invalid_client"})
        if form.get("grant_type") != "refresh_token":
            return Reply(400, {"error": "unsupported_grant_type"})
        is_dead = not self.refresh_token or self.clock() - self._used_at > UNUSED_FOR
        if is_dead or form.get("refresh_token") != self.refresh_token:
            return Reply(400, {"error": "invalid_grant"})
        access, self._used_at = self.access.give(), self.clock()
        self.refresh_token = f"simulated-crm-refresh-{self.access.given}"
        expires_in = self.access.life_s
        return Reply(200, {"access_token": access, "refresh_token": self.refresh_token, "expires_in": expires_in})

    def is_good(self, request: Request) -> bool:
        """Is this request signed properly for its version?"""
        if request.path.startswith("/api/v1/"):
            return bool(self.token) and request.params.get("token") == self.token
        return self.access.is_good(request.headers.get("authorization", "").removeprefix("Bearer "))

    def expire(self) -> None:
        """Every access token has expired as of now; a user's token never does."""
        self.access.expire()

    def revoke(self) -> None:
        """The user made a new token, and took the app's access away."""
        self.access.revoke()
        self.token = self.refresh_token = ""
