"""How an access token is asked for, and how the token address' answer is read."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from string import Formatter
from typing import Any
from urllib.parse import quote, urlencode

from msgspec import Struct

from connector.adapter.client import Answer
from connector.adapter.declared import Auth, OAuth
from connector.errors import AuthError, ConfigError, ContractError, LeadloopError, RemoteError, RetryableError
from connector.http.redact import Redactor
from connector.http.repeating import seconds_told
from connector.http.sorting import ErrorReader
from connector.http.strict_json import BadJson, decode, encode
from connector.http.tokens import Tokens, fresh_until

_JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_JWT_LIFE_S = 180
_PASSING = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
"""Refusals that say nothing about the grant. Source: RFC 6749, section 4.1.2.1; RFC 8628, section 3.5."""


def refused_hint(auth: Auth | None, connection: str) -> str:
    """What a person does about refused credentials: signs in where the platform has a page for it, or corrects them."""
    if isinstance(auth, OAuth) and auth.grant == "refresh_token" and auth.authorize_url:
        return f"run 'leadloop auth {connection}'"
    return f"correct the credentials in leadloop.yaml, then run 'leadloop check {connection}'"


class TokenRequest(Struct, frozen=True):
    """What is posted to the token address."""

    url: str
    headers: Mapping[str, str]
    body: bytes


class Grants(Struct, frozen=True):
    """Asks for tokens as one OAuth declaration says, with one connection's credentials."""

    auth: OAuth
    connection: str
    credentials: Mapping[str, str]
    base_url: str
    auth_url: str
    redactor: Redactor
    reader: ErrorReader

    def renewal(self, tokens: Tokens, now: datetime) -> TokenRequest:
        """The request for a new access token. Raises AuthError when a person must sign in first."""
        return self._request(self.auth.token_url, self._grant(tokens, now))

    def exchange(self, code: str, redirect_uri: str) -> TokenRequest:
        """The request that turns the code of a sign-in (`leadloop auth`) into tokens."""
        fields = {**self._typed("authorization_code"), "code": code, "redirect_uri": redirect_uri}
        return self._request(self.auth.code_url or self.auth.token_url, fields)

    def read(self, answer: Answer, used: Tokens, now: datetime) -> Tokens:
        """What was granted; a refresh token that is not renewed stays.

        Raises AuthError when the grant is refused for good, RetryableError when the address is out of order (the grant
        is kept), ContractError for a success without a token.
        """
        body = _object(answer)
        if answer.status != 200 or "access_token" not in body:
            raise self._refusal(answer, body, now)
        access, refresh = body["access_token"], body.get("refresh_token")
        if not isinstance(access, str) or not access:
            raise ContractError(f"{self.connection}: the token address gave no access token", code="no_token")
        base_url = body.get(self.auth.base_from) if self.auth.base_from else None
        granted = replace(
            used,
            access=access,
            refresh=refresh if isinstance(refresh, str) and refresh else used.refresh,
            fresh_until=fresh_until(now, _lifetime_s(body.get("expires_in"), self.auth.expires_in_s)),
            base_url=base_url if isinstance(base_url, str) and base_url else used.base_url,
        )
        self.redactor.add(granted.access, granted.refresh)
        return granted

    def filled(self, template: str, *, quoted: bool = True) -> str:
        """A template of the declaration with `{base}`, `{auth}` and credentials (`{tenant_id}`) put in."""
        values = {name: quote(value, safe="") if quoted else value for name, value in self.credentials.items()}
        values |= {"base": self.base_url.rstrip("/"), "auth": self.auth_url.rstrip("/")}
        names = [name for _, name, _, _ in Formatter().parse(template) if name]
        missing = [name for name in names if not values.get(name)]
        if missing:
            wanted = {"base": "base_url", "auth": "auth_url"}.get(missing[0], missing[0])
            raise ConfigError(f"connection '{self.connection}' needs '{wanted}' to sign in", code="missing_credential")
        return template.format_map(values)

    def _grant(self, tokens: Tokens, now: datetime) -> dict[str, str]:
        match self.auth.grant:
            case "refresh_token":
                if not tokens.refresh:
                    raise self.needs_person("nobody has signed in yet")
                return {**self._typed("refresh_token"), "refresh_token": tokens.refresh}
            case "password":
                user = {"username": self.credentials["username"], "password": self.credentials["password"]}
                return {**self._typed("password"), **user}
            case "client_credentials":
                return self._typed("client_credentials")
            case "jwt_bearer":
                return {**self._typed(_JWT_GRANT), "assertion": self._assertion(now)}

    def needs_person(self, why: str, code: str = "sign_in") -> AuthError:
        """The error that only a person's sign-in cures."""
        return AuthError(f"{self.connection}: {why}", code=code, hint=refused_hint(self.auth, self.connection))

    def _typed(self, grant_type: str) -> dict[str, str]:
        return {"grant_type": grant_type} if self.auth.grant_type_sent else {}

    def _request(self, template: str, fields: Mapping[str, str]) -> TokenRequest:
        headers = {"Accept": "application/json"}
        form = dict(fields)
        client = (self.credentials.get("client_id", ""), self.credentials.get("client_secret", ""))
        if self.auth.basic:
            headers["Authorization"] = basic(*client)
        elif "assertion" not in form:
            form |= {name: value for name, value in zip(("client_id", "client_secret"), client, strict=True) if value}
        form |= {name: self.filled(value, quoted=False) for name, value in self.auth.extra.items()}
        if self.auth.send == "query":
            return TokenRequest(f"{self.filled(template)}?{urlencode(form)}", headers, b"")
        as_json = self.auth.send == "json"
        headers["Content-Type"] = "application/json" if as_json else "application/x-www-form-urlencoded"
        return TokenRequest(self.filled(template), headers, encode(form) if as_json else urlencode(form).encode())

    def _assertion(self, now: datetime) -> str:
        audience = self.auth.audience or "{auth}"
        claims = {
            "iss": self.credentials["client_id"],
            "sub": self.credentials["username"],
            "aud": self.filled(audience, quoted=False),
            "exp": int(now.timestamp()) + _JWT_LIFE_S,
        }
        return signed_jwt(claims, self.credentials["private_key"])

    def _worded(self, answer: Answer, body: Mapping[str, Any]) -> RemoteError:
        """What a refusal says: in the words of OAuth, else as the platform words its other refusals."""
        code = body.get("error") or body.get("error_type") or body.get("code")
        if code:
            return RemoteError(str(code), str(body.get("error_description") or body.get("message") or ""))
        told = [one for one in self.reader.remote_errors(answer) if one.code]
        return told[0] if told else RemoteError(f"http_{answer.status}", str(body.get("message") or ""))

    def _refusal(self, answer: Answer, body: Mapping[str, Any], now: datetime) -> LeadloopError:
        worded = self._worded(answer, body)
        code, text = self.redactor(worded.code, 80), self.redactor(worded.text)
        said = f"{code}: {text}" if text else code
        is_blocked = answer.status == 403 and not body  # a firewall's page, not the platform's word on the grant
        if answer.status == 429 or answer.status >= 500 or code in (*_PASSING, *self.auth.busy) or is_blocked:
            wait = seconds_told(answer.headers.get("Retry-After"), answer.date or now)
            told = f"{self.connection}: the token address was out of order ({said})"
            return RetryableError(told, retry_after_s=wait, code="sign_in_unavailable")
        if answer.status in (400, 401, 403) or "error" in body:
            return self.needs_person(f"the sign-in was refused ({said})", code=code)
        return ContractError(f"{self.connection}: the token address answered {answer.status} ({said})", code="no_token")


def _object(answer: Answer) -> Mapping[str, Any]:
    """The answer's JSON object; a page or a list is none, and a success that is unreadable is out of order."""
    try:
        body = decode(answer.content)
    except BadJson:
        body = None
    if body is None and answer.status < 300:
        raise RetryableError("the token address gave no JSON", code="bad_content")
    return body if isinstance(body, dict) else {}


def _lifetime_s(told: Any, assumed_s: int | None) -> float | None:
    """Seconds that a token lives. Missing, zero, negative or garbage: what the adapter assumes, else unknown."""
    try:
        seconds = float(told)
    except (TypeError, ValueError):
        seconds = math.nan
    return seconds if math.isfinite(seconds) and seconds > 0 else assumed_s


def basic(user: str, password: str) -> str:
    """The value of an HTTP Basic header. Source: RFC 7617."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def signed_jwt(claims: Mapping[str, Any], private_key: str) -> str:
    """A JWT signed with RS256. Raises ConfigError when the key is no RSA key in PEM. Source: RFC 7515, RFC 7523."""
    parts = [_b64(encode(part)) for part in ({"alg": "RS256", "typ": "JWT"}, claims)]
    signature = _rs256(".".join(parts).encode(), private_key)
    return ".".join([*parts, _b64(signature)])


def _rs256(message: bytes, private_key: str) -> bytes:
    # Imported here: reading keys takes 40 ms to load at every start, and few connections sign with one.
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415

    try:
        key = serialization.load_pem_private_key(private_key.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ConfigError("credential 'private_key' is no RSA private key in PEM without a password", code="bad_key")
    return key.sign(message, padding.PKCS1v15(), hashes.SHA256())


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
