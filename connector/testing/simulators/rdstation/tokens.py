"""Sign-in of the simulated account: tokens of 24 hours, refresh tokens that can be revoked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from connector.testing.granted import AccessTokens
from connector.testing.simulator import Reply, Request
from connector.testing.simulators.rdstation import wording

LIFETIME: Final = timedelta(hours=24)


class Tokens:
    """Which tokens are good. `rotate`: every refresh gives a new refresh token and ends the old one."""

    client_id = "simulated-client"
    client_secret = "simulated-secret"  # noqa: S105 - of a simulated account

    def __init__(self, clock: Callable[[], datetime], *, rotate: bool = False) -> None:
        self.clock = clock
        self.rotate = rotate
        self.refresh_token = "simulated-refresh-0"  # noqa: S105 - of a simulated account
        self.code = "simulated-code"
        self.access = AccessTokens(clock, LIFETIME)

    def exchange(self, request: Request) -> Reply:
        """`POST /auth/token`, with a refresh token or, `token_by=code`, with a code."""
        if "json" not in request.headers.get("content-type", ""):
            return wording.flat("UNSUPPORTED_MEDIA_TYPE", "Unsupported media type", 415)
        asked: Any = request.json() or {}
        if (asked.get("client_id"), asked.get("client_secret")) != (self.client_id, self.client_secret):
            return wording.several("ACCESS_DENIED", "Wrong credentials provided.", status=401)
        if request.params.get("token_by") == "code":
            if asked.get("code") != self.code:
                return wording.flat("EXPIRED_CODE_GRANT", "The authorization code grant has expired.", 401)
        elif not self.refresh_token or asked.get("refresh_token") != self.refresh_token:
            return wording.flat("INVALID_REFRESH_TOKEN", "The provided refresh token is invalid or was revoked.", 401)
        return self._issue()

    def _issue(self) -> Reply:
        access = self.access.give()
        if self.rotate:
            self.refresh_token = f"simulated-refresh-{self.access.given}"
        expires_in = self.access.life_s
        return Reply(200, {"access_token": access, "expires_in": expires_in, "refresh_token": self.refresh_token})

    def refusal(self, request: Request) -> Reply | None:
        """Why this request is not signed properly; None when it is."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not token:
            return wording.unsigned()
        if not self.access.knows(token):
            return wording.flat("UNAUTHORIZED", "Invalid token.", 401)
        return None if self.access.is_good(token) else wording.expired()

    def expire(self) -> None:
        """Every access token has expired as of now."""
        self.access.expire()

    def revoke(self) -> None:
        """A person took the app's access away: no token is good any more."""
        self.access.revoke()
        self.refresh_token = ""
