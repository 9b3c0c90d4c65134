"""The token address: client credentials, or a JWT signed with a registered key; sessions that end when told to."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from connector.testing.simulator import Reply, Request

AUDIENCES: Final = ("https://login.salesforce.com", "https://test.salesforce.com")
JWT_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LONGEST = timedelta(minutes=5)


class SignIn:
    """One app of the org: who may sign in and which sessions live."""

    def __init__(self, client_id: str, client_secret: str, username: str) -> None:
        self.client_id = client_id
        self.client_secret = client_secret
        self.username = username
        self.public_key: str | bytes | None = None
        self.sessions: dict[str, datetime] = {}
        self.session_life = timedelta(hours=2)
        self._made = 0

    def token(self, request: Request, now: datetime, base_url: str) -> Reply:
        """The answer to a sign-in."""
        form = request.form()
        grant = form.get("grant_type")
        if grant == "client_credentials":
            refused = self._refuse_secret(request.headers, form)
        elif grant == JWT_GRANT:
            refused = self._refuse_jwt(form.get("assertion", ""), now, base_url)
        else:
            refused = _refusal("unsupported_grant_type", "grant type not supported")
        return refused or Reply(200, self._open(now, base_url))

    def is_open(self, header: str, now: datetime) -> bool:
        """Does this Authorization header name a living session?"""
        until = self.sessions.get(header.removeprefix("Bearer "))
        return until is not None and now < until

    def _open(self, now: datetime, base_url: str) -> dict[str, str]:
        self._made += 1
        token = f"00D5g000000simu!AR8A.{self._made:06d}"
        self.sessions[token] = now + self.session_life
        return {
            "access_token": token, "scope": "id api", "instance_url": base_url, "token_type": "Bearer",
            "id": f"{base_url}/id/00D5g000000simuEAA/0055g0000000001AAA", "signature": "c2ltdWxhdGVk",
            "issued_at": str(int(now.timestamp() * 1000)),
        }  # fmt: skip

    def _refuse_secret(self, headers: Mapping[str, str], form: Mapping[str, str]) -> Reply | None:
        given = (form.get("client_id", ""), form.get("client_secret", ""))
        basic = headers.get("authorization", "")
        if basic.startswith("Basic "):
            user, _, secret = base64.b64decode(basic[6:]).decode().partition(":")
            given = (user, secret)
        if given[0] != self.client_id:
            return _refusal("invalid_client_id", "client identifier invalid")
        return None if given[1] == self.client_secret else _refusal("invalid_client", "invalid client credentials")

    def _refuse_jwt(self, assertion: str, now: datetime, base_url: str) -> Reply | None:
        parts = assertion.split(".")
        if len(parts) != 3 or self.public_key is None:
            return _refusal("invalid_grant", "invalid assertion")
        key = self.public_key if isinstance(self.public_key, bytes) else self.public_key.encode()
        public = load_pem_public_key(key)
        claims: dict[str, Any] = json.loads(_decoded(parts[1]))
        if not isinstance(public, RSAPublicKey) or json.loads(_decoded(parts[0])).get("alg") != "RS256":
            return _refusal("invalid_grant", "algorithm not supported")
        try:
            public.verify(_decoded(parts[2]), f"{parts[0]}.{parts[1]}".encode(), PKCS1v15(), SHA256())
        except InvalidSignature:
            return _refusal("invalid_grant", "invalid assertion")
        if claims.get("aud") not in (*AUDIENCES, base_url):
            return _refusal("invalid_grant", "audience is invalid")
        if not now.timestamp() < float(claims.get("exp", 0)) <= (now + _LONGEST).timestamp():
            return _refusal("invalid_grant", "expired authorization code")
        if (claims.get("iss"), claims.get("sub")) != (self.client_id, self.username):
            return _refusal("invalid_grant", "user hasn't approved this consumer")
        return None


def _refusal(code: str, text: str) -> Reply:
    return Reply(400, {"error": code, "error_description": text})


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
