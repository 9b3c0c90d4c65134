"""Sign-in of the simulated account: a static token, and an OAuth app whose tokens live for half an hour."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from connector.testing.granted import AccessTokens
from connector.testing.simulator import Reply, Request
from connector.testing.simulators.hubspot import wording

LIFETIME: Final = timedelta(minutes=30)


class Tokens:
    """Which tokens are good. `rotate`: every refresh gives a new refresh token and ends the old one."""

    client_id = "simulated-client"
    client_secret = "simulated-secret"  # noqa: S105 - of a simulated account

    def __init__(self, clock: Callable[[], datetime], *, rotate: bool = False) -> None:
        self.clock = clock
        self.rotate = rotate
        self.static = "pat-na1-simulated"
        self.refresh_token = "na1-simulated-refresh-0"  # noqa: S105 - of a simulated account
        self.code = "simulated-code"
        self.access = AccessTokens(clock, LIFETIME)

    def exchange(self, request: Request) -> Reply:
        """`POST /oauth/v3/token`, with a refresh token or with a code."""
        asked = request.form()
        if (asked.get("client_id"), asked.get("client_secret")) != (self.client_id, self.client_secret):
            return wording.refused(400, "VALIDATION_ERROR", "missing or unknown client id")
        if asked.get("grant_type") == "authorization_code":
            if asked.get("code") != self.code:
                return Reply(400, {"status": "BAD_AUTH_CODE", "message": "missing or unknown auth code"})
        elif not self.refresh_token or asked.get("refresh_token") != self.refresh_token:
            return Reply(400, {"status": "BAD_REFRESH_TOKEN", "message": "missing or invalid refresh token"})
        return self._issue()

    def _issue(self) -> Reply:
        access = self.access.give()
        if self.rotate:
            self.refresh_token = f"na1-simulated-refresh-{self.access.given}"
        return Reply(
            200,
            {
                "token_type": "bearer", "access_token": access, "refresh_token": self.refresh_token,
                "expires_in": self.access.life_s, "hub_id": 12345, "user_id": 678,
                "scopes": ["crm.objects.contacts.read"], "token_use": "access_token",
            },
        )  # fmt: skip

    def refusal(self, request: Request) -> Reply | None:
        """Why this request is not signed properly; None when it is."""
        token = request.headers.get("authorization", "").partition("Bearer ")[2]
        if token and token == self.static:
            return None
        if not self.access.knows(token):
            return wording.unsigned()
        return None if self.access.is_good(token) else wording.unsigned("EXPIRED_AUTHENTICATION")

    def is_oauth(self, request: Request) -> bool:
        return self.access.knows(request.headers.get("authorization", "").partition("Bearer ")[2])

    def expire(self) -> None:
        """Every access token has expired as of now."""
        self.access.expire()

    def revoke(self) -> None:
        """A person took all access away."""
        self.access.revoke()
        self.refresh_token = ""
        self.static = ""
