"""Sign-in of the simulated instance: one token for the service, handed out with the life that it has left.

Source: https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/authentication
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from connector.testing.simulator import Reply, Request
from connector.testing.simulators.marketo import wording

LIFETIME: Final = timedelta(hours=1)


class Identity:
    """The custom service and its token."""

    client_id = "simulated-service"
    scope = "api-user@example.com"

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.client_secret = "simulated-secret"  # noqa: S105 - of a simulated instance
        self.issued = 0
        self._ends_at: datetime | None = None

    @property
    def token(self) -> str:
        """The service's current token."""
        return f"simulated-token-{self.issued}:int"

    def grant(self, request: Request) -> Reply:
        """Parameters are read from the query alone."""
        asked = request.params
        if asked.get("grant_type") != "client_credentials":
            return Reply(400, {"error": "unsupported_grant_type", "error_description": "Unsupported grant type"})
        if (asked.get("client_id"), asked.get("client_secret")) != (self.client_id, self.client_secret):
            told = f"No client with requested id: {asked.get('client_id')}"
            return Reply(401, {"error": "unauthorized", "error_description": told})
        if self._ends_at is None or self._ends_at <= self.clock():
            self.issued += 1
            self._ends_at = self.clock() + LIFETIME
        left_s = int((self._ends_at - self.clock()).total_seconds())
        return Reply(
            200, {"access_token": self.token, "token_type": "bearer", "expires_in": left_s, "scope": self.scope}
        )

    def refusal(self, request: Request) -> Reply | None:
        """Why this request is not signed properly; None when it is. The query is no place for a token any more."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not token:
            return wording.refused(600, "Access token not specified")
        if token != self.token or self._ends_at is None:
            known = token.startswith("simulated-token-") and self._ends_at is not None
            return wording.token_expired() if known else wording.token_invalid()
        return wording.token_expired() if self._ends_at <= self.clock() else None

    def expire(self) -> None:
        """The token has expired as of now."""
        if self._ends_at is not None:
            self._ends_at = self.clock()

    def expire_in(self, seconds: float) -> None:
        """The token lives that much longer."""
        self._ends_at = self.clock() + timedelta(seconds=seconds)

    def revoke(self) -> None:
        """A person deleted the service: no token is good any more."""
        self._ends_at = None
        self.client_secret = "another-secret"  # noqa: S105 - of a simulated instance
