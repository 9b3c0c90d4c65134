"""Where a person signs in at a platform, as its declaration says."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode, urlsplit

from msgspec import Struct

from connector.adapter import OAuth
from connector.errors import ConfigError
from connector.loop.context import Crm, Marketing

HERE = ("127.0.0.1", "localhost", "::1")


class Door(Struct, frozen=True):
    """A sign-in by a person: the declaration, and what fills its addresses."""

    auth: OAuth
    values: Mapping[str, str]

    def address(self, redirect_uri: str, state: str) -> str:
        """The address to open. `state` comes back with the code, so that no other page can hand us one."""
        template = self.auth.authorize_url or ""
        try:
            page = template.format_map(self.values)
        except KeyError as error:
            raise ConfigError(f"the sign-in address needs '{error.args[0]}'", code="missing_credential") from None
        asked = {
            "client_id": self.values.get("client_id", ""),
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "state": state,
        }
        return f"{page}{'&' if '?' in page else '?'}{urlencode({**asked, **self.auth.authorize_params})}"

    @staticmethod
    def leads_here(redirect_uri: str) -> bool:
        """Does the platform lead the browser back to this machine, in plain http?"""
        parts = urlsplit(redirect_uri)
        return parts.scheme == "http" and parts.hostname in HERE


def door_of(one: Marketing | Crm) -> Door | None:
    """The sign-in that a person does for this connection; None when the configuration holds all that it takes."""
    given = {name: secret.get_secret_value() for name, secret in one.config.credentials.given().items()}
    for auth in one.spec.auth:
        if isinstance(auth, OAuth) and auth.grant == "refresh_token" and auth.authorize_url and _fits(auth, given):
            base, door = one.config.base_url or one.spec.base_url, one.config.auth_url or one.spec.auth_url
            names = {name: value if name == "client_id" else quote(value, safe="") for name, value in given.items()}
            return Door(auth, {**names, "base": base.rstrip("/"), "auth": door.rstrip("/")})
    return None


def _fits(auth: OAuth, given: Mapping[str, str]) -> bool:
    return all(given.get(name) for name in auth.credentials if name != "refresh_token")
