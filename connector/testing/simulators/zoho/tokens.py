"""Who may ask: access tokens of an hour, got with a refresh token that stays. The sixteenth kills the first.

The token address answers errors with 200. Source: https://www.zoho.com/crm/developer/docs/api/v8/refresh.html
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from connector.testing.granted import AccessTokens
from connector.testing.simulator import Reply, Request

LIFETIME: Final = timedelta(seconds=3600)
MOST: Final = 15


class Tokens:
    """Which tokens are good."""

    client_id = "1000.SIMULATEDCLIENT"
    client_secret = "simulated-secret"  # noqa: S105 - of a simulated account

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.refresh_token = "1000.simulated-refresh"  # noqa: S105 - of a simulated account
        self.access = AccessTokens(clock, LIFETIME, "1000.simulated-access-", most=MOST)
        self.is_throttled = False

    def exchange(self, request: Request, base_url: str) -> Reply:
        """`POST /oauth/v2/token` with the refresh token."""
        form = request.form()
        if self.is_throttled:
            told = "You have made too many requests continuously. Please try again after some time."
            return Reply(400, {"error": "Access Denied", "error_description": told, "status": "failure"})
        if (form.get("client_id"), form.get("client_secret")) != (self.client_id, self.client_secret):
            return Reply(200, {"error": "invalid_client"})
        if form.get("grant_type") != "refresh_token" or form.get("refresh_token") != (self.refresh_token or None):
            return Reply(200, {"error": "invalid_code"})
        body = {
            "access_token": self.access.give(), "scope": "ZohoCRM.modules.ALL", "api_domain": base_url,
            "token_type": "Bearer", "expires_in": self.access.life_s,
        }  # fmt: skip
        return Reply(200, body)

    def is_good(self, request: Request) -> bool:
        """Is this request signed properly? The word before the token is Zoho's own."""
        word, _, token = request.headers.get("authorization", "").partition(" ")
        return word == "Zoho-oauthtoken" and self.access.is_good(token)

    def expire(self) -> None:
        """Every access token has died as of now."""
        self.access.expire()

    def revoke(self) -> None:
        """The user took the app's access away."""
        self.access.revoke()
        self.refresh_token = ""
