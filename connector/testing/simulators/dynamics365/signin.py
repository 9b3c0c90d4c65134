"""The token address of Microsoft Entra ID, for one app by its secret, and tokens that end when told to.

Source: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from connector.testing.simulator import Reply, Request

TOKEN_LIFE: Final = timedelta(seconds=3599)


@dataclass(slots=True)
class SignIn:
    """One app of one tenant, and its living tokens."""

    tenant_id: str = "7f3c0000-0000-4000-8000-00000000aaaa"
    client_id: str = "c11e0000-0000-4000-8000-00000000bbbb"
    client_secret: str = "simulated~secret"  # noqa: S105 - opens nothing
    tokens: dict[str, datetime] = field(default_factory=dict)
    made: int = 0

    @property
    def credentials(self) -> dict[str, str]:
        """What the connection takes under `credentials`."""
        return {"tenant_id": self.tenant_id, "client_id": self.client_id, "client_secret": self.client_secret}

    def token(self, request: Request, now: datetime, base_url: str) -> Reply:
        """The answer to a sign-in."""
        form = request.form()
        if request.args["tenant"] != self.tenant_id:
            return _refused(90002, "invalid_request", "Tenant not found.")
        if form.get("grant_type") != "client_credentials":
            return _refused(70003, "unsupported_grant_type", "The app requested an unsupported grant type.")
        if form.get("scope") != f"{base_url}/.default":
            return _refused(1002012, "invalid_scope", "The provided value for scope is not valid.")
        if (form.get("client_id"), form.get("client_secret")) != (self.client_id, self.client_secret):
            return _refused(7000215, "invalid_client", "Invalid client secret provided.", status=401)
        self.made += 1
        token = f"eyJ0eXAiOiJKV1QifQ.simulated.{self.made:06d}"
        self.tokens[token] = now + TOKEN_LIFE
        return Reply(200, {
            "token_type": "Bearer", "expires_in": int(TOKEN_LIFE.total_seconds()),
            "ext_expires_in": int(TOKEN_LIFE.total_seconds()), "access_token": token,
        })  # fmt: skip

    def is_open(self, header: str, now: datetime) -> bool:
        """Does this Authorization header carry a living token?"""
        until = self.tokens.get(header.removeprefix("Bearer "))
        return until is not None and now < until


def _refused(number: int, error: str, text: str, status: int = 400) -> Reply:
    body = {"error": error, "error_description": f"AADSTS{number}: {text}", "error_codes": [number]}
    return Reply(status, {**body, "trace_id": "0", "correlation_id": "0"})
