"""From a connection's settings to its client: which sign-in, which origins, whose limits."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import quote

from connector.adapter.base import Adapter
from connector.adapter.declared import Auth, OAuth, Spec
from connector.errors import ConfigError, LeadloopError
from connector.http.answer import HttpAnswer
from connector.http.budgets import BudgetStore
from connector.http.client import HttpClient, lost
from connector.http.grants import Grants, TokenRequest, refused_hint
from connector.http.limiter import Limiter, limits_with, raised
from connector.http.origins import Origins, Reach
from connector.http.redact import Redactor
from connector.http.signing import TOKEN_DEADLINE_S, OAuthSigner, Signer, StaticSigner
from connector.http.sorting import ErrorReader
from connector.http.tokens import TokenStore
from connector.http.wire import Wire, WireError
from connector.http.world import World

_TOKEN_ANSWER_BYTES = 1024 * 1024
_SHOWN = frozenset({"username", "database", "tenant_id", "client_id"})
"""Credentials that are names, not secrets: they may stand in a message."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What leadloop.yaml says of one connection, as far as the network needs it.

    `options` are the connection's further keys; they may be part of whose account it is (Spec.account).
    """

    connection: str
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    base_url: str = ""
    auth_url: str = ""
    allow_private: bool = False
    limits: Mapping[str, int] = field(default_factory=dict)
    daily_share: float = 1.0
    options: Mapping[str, object] = field(default_factory=dict)
    ca_file: str | None = None


@dataclass(slots=True)
class Network:
    """Opens clients; keeps one limiter per account, whichever connections share it."""

    tokens: TokenStore
    budgets: BudgetStore
    world: World = field(default_factory=World)
    limiters: dict[str, Limiter] = field(default_factory=dict)
    factor: float = 1.0
    """Raises every declared limit alike, as a simulator's factor does: for the demo and tests, never for a platform."""

    def client(self, spec: Spec, settings: Settings, reader: ErrorReader = Adapter) -> HttpClient:
        """The client of one connection. `reader` is its adapter's class. Raises ConfigError before any request."""
        auth = choose_auth(spec, settings)
        declared = auth.base_url if isinstance(auth, OAuth) and auth.base_url else spec.base_url
        base_url = _below(settings.base_url or declared, spec.base_path, settings.credentials)
        auth_url = settings.auth_url or spec.auth_url
        redactor = Redactor(value for name, value in settings.credentials.items() if name not in _SHOWN)
        origins = Origins.of((base_url, auth_url))
        limiter = self._limiter(spec, settings)
        wire = Wire(pool=spec.concurrency + 1, ca_file=settings.ca_file)
        signer: Signer
        if isinstance(auth, OAuth):
            if settings.base_url:  # what a person wrote wins over what the sign-in tells: a sandbox, a proxy
                auth = auth.model_copy(update={"base_from": None})
            grants = Grants(auth, settings.connection, settings.credentials, base_url, auth_url, redactor, reader)
            door = _TokenDoor(settings, wire, limiter)
            holder = f"{os.getpid()}.{secrets.token_hex(8)}"
            signer = OAuthSigner(grants, store=self.tokens, post=door.post, world=self.world, holder=holder)
        else:
            signer = StaticSigner(auth, settings.credentials)
        return HttpClient(
            spec,
            connection=settings.connection,
            base_url=base_url,
            origins=origins,
            allow_private=settings.allow_private,
            signer=signer,
            wire=wire,
            limiter=limiter,
            reader=reader,
            redactor=redactor,
            world=self.world,
            credentials=settings.credentials,
            refused_hint=refused_hint(auth, settings.connection),
        )

    def close(self) -> None:
        """Give back what the limiters claimed and did not use."""
        for limiter in self.limiters.values():
            limiter.close()
        self.limiters.clear()

    def _limiter(self, spec: Spec, settings: Settings) -> Limiter:
        account = account_of(spec, settings)
        if account not in self.limiters:
            self.limiters[account] = Limiter(
                account,
                raised(limits_with(spec.limits, settings.limits), self.factor),
                store=self.budgets,
                world=self.world,
                concurrency=spec.concurrency,
                daily_share=settings.daily_share,
            )
        return self.limiters[account]


@dataclass(frozen=True, slots=True)
class _TokenDoor:
    """Posts to the token address: counted as a sign-in, never repeated by itself."""

    settings: Settings
    wire: Wire
    limiter: Limiter

    def post(self, request: TokenRequest) -> HttpAnswer:
        (origin,) = Origins.of([request.url]).pinned
        failure: LeadloopError
        with self.limiter.slot(login=True):
            try:
                reply = self.wire.send(
                    "POST",
                    request.url,
                    params=None,
                    headers=request.headers,
                    body=request.body,
                    deadline_s=TOKEN_DEADLINE_S,
                    max_bytes=_TOKEN_ANSWER_BYTES,
                    reach=Reach(loopback=origin.is_loopback, private=self.settings.allow_private),
                )
            except WireError as error:
                failure = lost(f"{self.settings.connection}: the sign-in", error, safe=True)
            else:
                return HttpAnswer(reply, what=f"{self.settings.connection}: the sign-in")
        raise failure


def _below(base_url: str, path: str, credentials: Mapping[str, str]) -> str:
    """The base address with a declared path below it, in which credentials that are names may stand."""
    if not path:
        return base_url
    names = {name: quote(value, safe="") for name, value in credentials.items() if name in _SHOWN}
    return f"{base_url.rstrip('/')}/{path.format_map(names)}"


def choose_auth(spec: Spec, settings: Settings) -> Auth | None:
    """The first way to sign in whose credentials are all given; a refresh token may still be missing (`leadloop auth`).

    None when the platform needs none. Raises ConfigError that names what is missing.
    """
    if not spec.auth:
        return None
    for optional in (frozenset[str](), frozenset({"refresh_token"})):
        for auth in spec.auth:
            if all(settings.credentials.get(name) for name in _wanted(auth) if name not in optional):
                return auth
    ways = " or ".join(", ".join(_wanted(auth)) for auth in spec.auth)
    raise ConfigError(
        f"connection '{settings.connection}' lacks credentials", code="missing_credential", hint=f"give {ways}"
    )


def _wanted(auth: Auth) -> tuple[str, ...]:
    return auth.basic if not isinstance(auth, OAuth) and auth.basic else auth.credentials


def account_of(spec: Spec, settings: Settings) -> str:
    """Whose account a connection is, as the key of its limits: the platform's name and a hash."""
    known = {**settings.options, **settings.credentials}
    parts = [str(known.get(name, "")) for name in spec.account]
    parts = parts if any(parts) else sorted(settings.credentials.values())
    told = "\n".join([settings.base_url or spec.base_url, *parts])
    return f"{spec.name}:{sha256(told.encode()).hexdigest()[:16]}"
