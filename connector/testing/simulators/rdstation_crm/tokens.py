"""Who may ask: version 1 a user's token in the query, version 2 an app's access tokens of two hours.

Every refresh gives a new refresh token and ends the old one; one that nobody used for 14 days is dead.
Source: https://developers.rdstation.com/reference/crm-v2-authentication
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Final

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
        self.access: dict[str, datetime] = {}
        self._used_at = clock()
        self._numbers = count(1)

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
        number = next(self._numbers)
        access, self.refresh_token = f"simulated-crm-access-{number}", f"simulated-crm-refresh-{number}"
        self.access[access], self._used_at = self.clock() + LIFETIME, self.clock()
        expires_in = int(LIFETIME.total_seconds())
        return Reply(200, {"access_token": access, "refresh_token": self.refresh_token, "expires_in": expires_in})

    def is_good(self, request: Request) -> bool:
        """Is this request signed properly for its version?"""
        if request.path.startswith("/api/v1/"):
            return bool(self.token) and request.params.get("token") == self.token
        until = self.access.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        return until is not None and self.clock() < until

    def expire(self) -> None:
        """Every access token has expired as of now; a user's token never does."""
        self.access.clear()

    def revoke(self) -> None:
        """The user made a new token, and took the app's access away."""
        self.access.clear()
        self.token = self.refresh_token = ""
