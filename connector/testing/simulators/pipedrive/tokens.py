"""Who may ask: the user's API token, or an app's access tokens of an hour, whose refresh token rotates."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from connector.testing.granted import AccessTokens
from connector.testing.simulator import Reply, Request

LIFETIME: Final = timedelta(seconds=3599)
SCOPES: Final = "deals:full contacts:full leads:full activities:full deal-fields:full contact-fields:full search:read"


class Tokens:
    """Which tokens are good."""

    client_id = "simulated-client"
    client_secret = "simulated-secret"  # noqa: S105 - of a simulated company

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.api_token = "simulated-api-token"  # noqa: S105 - of a simulated company
        self.refresh_token = "1:simulated-refresh-0"  # noqa: S105 - of a simulated company
        self.access = AccessTokens(clock, LIFETIME, "v1u:simulated-access-")

    def exchange(self, request: Request, base_url: str) -> Reply:
        """`POST /oauth/token` with a refresh token; a used one is good no more."""
        wanted = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {wanted}":
            return Reply(401, {"success": False, "error": "invalid_client", "message": "Client is invalid"})
        form = request.form()
        if form.get("grant_type") != "refresh_token":
            return Reply(400, {"success": False, "error": "unsupported_grant_type"})
        if not self.refresh_token or form.get("refresh_token") != self.refresh_token:
            return Reply(400, {"success": False, "error": "invalid_grant", "message": "Refresh token is invalid"})
        access = self.access.give()
        self.refresh_token = f"1:simulated-refresh-{self.access.given}"
        body = {
            "access_token": access, "token_type": "Bearer", "refresh_token": self.refresh_token, "scope": SCOPES,
            "expires_in": self.access.life_s, "api_domain": base_url,
        }  # fmt: skip
        return Reply(200, body)

    def is_good(self, request: Request) -> bool:
        """Is this request signed properly?"""
        token = request.headers.get("x-api-token")
        if token is not None:
            return bool(self.api_token) and token == self.api_token
        return self.access.is_good(request.headers.get("authorization", "").removeprefix("Bearer "))

    def expire(self) -> None:
        """Every access token has expired as of now; an API token never does."""
        self.access.expire()

    def revoke(self) -> None:
        """The user made a new API token, and took the app's access away."""
        self.access.revoke()
        self.refresh_token = ""
        self.api_token = ""
