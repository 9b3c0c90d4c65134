"""How requests are signed, and how a token is kept alive: one renewal at a time, stored before it is used."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Protocol

from connector.adapter.client import Answer
from connector.adapter.declared import StaticAuth
from connector.errors import AuthError, ConfigError, RetryableError, StateError
from connector.http.grants import Grants, TokenRequest, basic
from connector.http.tokens import UNREADABLE, Tokens, TokenStore
from connector.http.world import World

LEASE_S: Final = 60.0
"""A renewal's lease; longer than a request to the token address may take (TOKEN_DEADLINE_S)."""
TOKEN_DEADLINE_S: Final = 30.0
_POLL_S = 0.2
_REFUSED_FOR_S = 600.0
"""A refused grant is not tried again for so long, unless the stored one changes."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What a signed request carries. `base_url`: where the API is, when the sign-in named it."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    base_url: str | None = None
    access: str | None = field(default=None, repr=False)


class Signer(Protocol):
    """Signs requests of one connection."""

    def signature(self) -> Signature:
        """A signature that should be taken. May ask the platform for a token."""

    def renew(self, died: Signature) -> Signature | None:
        """Another signature after the platform refused this one; None when there can be none."""

    def prove(self) -> None:
        """Try the configured credentials themselves, where that spends no grant that a person gave."""

    def exchange(self, code: str, redirect_uri: str) -> None:
        """Finish a person's sign-in. Raises ConfigError where there is none."""


class StaticSigner:
    """A secret that goes with every request, or none at all."""

    def __init__(self, auth: StaticAuth | None, credentials: Mapping[str, str]) -> None:
        self._signature = _static(auth, credentials)

    def signature(self) -> Signature:
        return self._signature

    def renew(self, died: Signature) -> Signature | None:
        return None

    def prove(self) -> None:
        """Every request does."""

    def exchange(self, code: str, redirect_uri: str) -> None:
        raise ConfigError("this connection signs in with a fixed secret", hint="put the secret into leadloop.yaml")


def _static(auth: StaticAuth | None, credentials: Mapping[str, str]) -> Signature:
    if auth is None:
        return Signature()
    also = {header: credentials[name] for header, name in auth.also.items()}
    if auth.basic is not None:
        user, password = (credentials[name] for name in auth.basic)
        return Signature(headers={"Authorization": basic(user, password), **also})
    secret = credentials[auth.credentials[0]]
    if auth.query is not None:
        return Signature(headers=also, params={auth.query: secret})
    return Signature(headers={auth.header: auth.prefix + secret, **also} if auth.header else also)


class OAuthSigner:
    """Keeps one connection's access token alive, across threads and processes.

    `post` sends a token request (it counts sign-ins) and returns the answer of any status.
    """

    def __init__(
        self, grants: Grants, *, store: TokenStore, post: Callable[[TokenRequest], Answer], world: World, holder: str
    ) -> None:
        self._grants = grants
        self._store = store
        self._post = post
        self._world = world
        self._holder = holder
        self._lock = threading.Lock()
        self._tokens = Tokens()
        self._refused: tuple[Tokens, AuthError, float] | None = None
        self._seed = Tokens(refresh=grants.credentials.get("refresh_token"))
        self._configured = _fingerprint(grants)

    def signature(self) -> Signature:
        tokens = self._tokens
        return self._sign(tokens if tokens.is_usable(self._world.now()) else self._fresh(None))

    def renew(self, died: Signature) -> Signature | None:
        return self._sign(self._fresh(died.access))

    def prove(self) -> None:
        """A stored token works on for an hour or a day after its secret was changed, or written wrong."""
        if self._grants.auth.grant == "refresh_token":
            return
        with self._lock:
            stored = self._load()
            self._await_lease(lambda _: False)
            try:
                self._renew_by(self._grants.renewal(stored, self._world.now()), stored)
            finally:
                self._store.release(self._grants.connection, self._holder)

    def exchange(self, code: str, redirect_uri: str) -> None:
        """Finish a person's sign-in: what the code grants replaces what was stored, also what no key opens any more."""
        with self._lock:
            self._load(is_replaced=True)
            self._await_lease(lambda _: False)
            try:
                self._renew_by(self._grants.exchange(code, redirect_uri), Tokens())
            finally:
                self._store.release(self._grants.connection, self._holder)

    def _sign(self, tokens: Tokens) -> Signature:
        auth = self._grants.auth
        headers = {auth.header: f"{auth.prefix}{tokens.access}"}
        base_url = tokens.base_url if auth.base_from else None
        return Signature(headers=headers, base_url=base_url, access=tokens.access)

    def _fresh(self, died: str | None) -> Tokens:
        """Usable tokens that are not the dead ones: the stored ones if somebody renewed them, else new ones."""
        with self._lock:
            if not self._tokens.is_usable(self._world.now(), died):
                self._tokens = self._stored_or_renewed(died)
            return self._tokens

    def _stored_or_renewed(self, died: str | None) -> Tokens:
        stored = self._load()
        if stored.is_usable(self._world.now(), died):
            return stored
        self._refuse_again(stored)
        renewed = self._await_lease(lambda tokens: tokens.is_usable(self._world.now(), died))
        if renewed is not None:
            return renewed
        try:
            stored = self._load()
            if stored.is_usable(self._world.now(), died):
                return stored
            return self._renew_by(self._grants.renewal(stored, self._world.now()), stored)
        finally:
            self._store.release(self._grants.connection, self._holder)

    def _renew_by(self, request: TokenRequest, used: Tokens) -> Tokens:
        """Send the request and store what it grants before anybody uses it."""
        try:
            granted = self._grants.read(self._post(request), used, self._world.now())
        except AuthError as error:
            self._refused = (used, error, self._world.monotonic() + _REFUSED_FOR_S)
            raise
        if not self._store.save(self._grants.connection, self._holder, granted, self._configured):
            raise RetryableError(f"{self._grants.connection}: another process renewed the token", code="lease_lost")
        self._tokens = granted
        return granted

    def _await_lease(self, is_enough: Callable[[Tokens], bool]) -> Tokens | None:
        """None once we hold the lease; or the tokens that its holder stored meanwhile, if they are enough."""
        ends_at = self._world.monotonic() + LEASE_S + TOKEN_DEADLINE_S
        while not self._store.lease(self._grants.connection, self._holder, LEASE_S):
            if self._world.monotonic() > ends_at:
                raise RetryableError(f"{self._grants.connection}: another process is signing in", code="lease_held")
            self._world.sleep(_POLL_S)
            stored = self._load()
            if is_enough(stored):
                return stored
        return None

    def _load(self, *, is_replaced: bool = False) -> Tokens:
        """What is stored. Where its key was lost, only a grant that a person gave is worth an error."""
        try:
            stored = self._store.load(self._grants.connection, self._configured, self._seed)
        except StateError as error:
            if error.code != UNREADABLE or (self._grants.auth.grant == "refresh_token" and not is_replaced):
                raise
            stored = self._seed
        self._grants.redactor.add(stored.access, stored.refresh)
        return stored

    def _refuse_again(self, stored: Tokens) -> None:
        """The platform refused this very grant a moment ago: asking again is hammering."""
        if self._refused is not None:
            refused, error, until = self._refused
            if refused == stored and self._world.monotonic() < until:
                raise AuthError(error.message, code=error.code, hint=error.hint)


def _fingerprint(grants: Grants) -> str:
    """Which configuration tokens belong to: account, client, and the refresh token that a person put there.

    A changed one wins over what is stored. Passwords and client secrets stay out: they may be renewed without a new
    grant, and a hash of a password could be guessed.
    """
    names = ("client_id", "username", "refresh_token")
    parts = [grants.auth.grant, grants.base_url, grants.auth_url]
    parts += [grants.credentials.get(name, "") for name in names]
    return sha256(json.dumps(parts).encode()).hexdigest()
