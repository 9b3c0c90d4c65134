"""The client that adapters see: signs, limits, sends, checks, sorts and repeats, for one connection."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from msgspec import Struct

from connector.adapter.client import Credential
from connector.adapter.declared import Spec
from connector.errors import ConfigError, ContractError, LeadloopError, RetryableError, UnknownOutcome
from connector.http.answer import HttpAnswer, bad_content, is_html
from connector.http.brake import must_go_out
from connector.http.limiter import Limiter
from connector.http.origins import Origin, Origins, Reach
from connector.http.redact import Redactor
from connector.http.repeating import Repeating
from connector.http.signing import Signature, Signer
from connector.http.sorting import Asked, ErrorReader, Sorter, TokenDiedError
from connector.http.strict_json import encode
from connector.http.wire import Wire, WireError
from connector.http.world import World

ATTEMPTS = 5
WAITING_S = 60.0
"""Attempts of one request and seconds of waiting between them, at most; then the engine schedules."""
MOST_AHEAD = timedelta(minutes=1)
"""A platform's clock further ahead of ours is not believed, for one of the two is wrong: a cursor that it moved would
skip all changes until then, whereas by our own clock they are read later. One that is behind costs a second reading."""


class _Message(Struct, frozen=True):
    """A request ready to be signed."""

    method: str
    path: str
    params: Mapping[str, Any]
    headers: Mapping[str, str]
    body: bytes | None
    deadline_s: float
    reserve: bool
    cost: int
    asked: Asked


class HttpClient:
    """Implements connector.adapter.Client. Threads may share it. `sent` counts requests, repeats included."""

    def __init__(
        self,
        spec: Spec,
        *,
        connection: str,
        base_url: str,
        origins: Origins,
        allow_private: bool,
        signer: Signer,
        wire: Wire,
        limiter: Limiter,
        reader: ErrorReader,
        redactor: Redactor,
        world: World,
        credentials: Mapping[str, str],
        refused_hint: str | None = None,
    ) -> None:
        self.spec = spec
        self.connection = connection
        self.sent = 0
        self._base_url = base_url
        self._origins = origins
        self._allow_private = allow_private
        self._signer = signer
        self._wire = wire
        self._limiter = limiter
        self._reader = reader
        self._redactor = redactor
        self._world = world
        self._credentials = credentials
        self._sorter = Sorter(connection, spec.errors, reader, redactor, refused_hint)
        self._repeating = Repeating(connection, world, ATTEMPTS, WAITING_S)
        self._suffixes = [suffix for auth in spec.auth if auth.kind == "oauth" for suffix in auth.base_suffixes]
        self._clock: tuple[datetime, float] | None = None
        self.clock_ahead = timedelta()
        """How far the platform's clock was ahead of ours in its newest answer; negative: behind."""

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        form: Mapping[str, Any] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        bucket: str = "default",
        record: str | None = None,
        safe: bool | None = None,
        accept: Collection[int] = (),
        reserve: bool = False,
        cost: int = 1,
        deadline_s: float | None = None,
    ) -> HttpAnswer:
        """See connector.adapter.Client."""
        method = method.upper()
        payload, content_type = _payload(json, form, body, self._credential)
        asked = Asked(
            what=f"{method} {self._redactor.path(path)}",
            safe=method in ("GET", "HEAD") if safe is None else safe,
            bucket=bucket,
            record=record,
            accept=accept,
        )
        message = _Message(
            method=method,
            path=path,
            params=params or {},
            headers={**self.spec.headers, **content_type, **(headers or {})},
            body=payload,
            deadline_s=deadline_s or self.spec.deadline_s,
            reserve=reserve,
            cost=cost,
            asked=asked,
        )
        return self._repeating(self._signed, message)

    def now(self) -> datetime:
        """See connector.adapter.Client."""
        if self._clock is None:
            return self._world.now()
        date, at = self._clock
        return date + timedelta(seconds=self._world.monotonic() - at)

    @property
    def workers(self) -> int:
        """See connector.adapter.Client."""
        return self.spec.concurrency

    def sign_in(self, code: str | None = None, redirect_uri: str = "") -> None:
        """Make sure that there is a token (`doctor`), or finish a person's sign-in with its code (`leadloop auth`)."""
        if code is not None:
            self._signer.exchange(code, redirect_uri)
        self._signer.signature()

    def prove_credentials(self) -> None:
        """Sign in anew with what is configured (`check`), where that spends no grant that a person gave."""
        self._signer.prove()

    def close(self) -> None:
        """Close its connections."""
        self._wire.close()

    def _credential(self, named: Any) -> str:
        """What a `Credential` stands for."""
        if not isinstance(named, Credential):
            raise TypeError(f"a {type(named).__name__} cannot be sent as JSON")
        if not self._credentials.get(named.name):
            raise ConfigError(f"connection '{self.connection}' lacks '{named.name}'", code="missing_credential")
        return self._credentials[named.name]

    def _signed(self, message: _Message) -> HttpAnswer:
        """Send with the token at hand; when the platform says that it died, once more with a new one."""
        signature = self._signer.signature()
        try:
            return self._once(message, signature)
        except TokenDiedError:
            renewed = self._signer.renew(signature)
            if renewed is None:
                raise
        return self._once(message, renewed)

    def _once(self, message: _Message, signature: Signature) -> HttpAnswer:
        asked = message.asked
        answer = self._send(message, signature)
        self._learn(answer)
        verdict = self._sorter.verdict(answer, asked, self._world.now())
        if verdict is None:
            return answer
        if verdict.pause_s is not None:
            self._limiter.pause(asked.bucket, verdict.pause_s, verdict.error.code)
        raise verdict.error

    def _send(self, message: _Message, signature: Signature) -> HttpAnswer:
        asked = message.asked
        url, origin = self._locate(message.path, signature)
        failure: LeadloopError
        with self._limiter.slot(asked.bucket, asked.record, reserve=message.reserve, cost=message.cost):
            if message.method not in ("GET", "HEAD"):
                must_go_out()
            self.sent += 1
            try:
                reply = self._wire.send(
                    message.method,
                    url,
                    params={**message.params, **signature.params},
                    headers={**message.headers, **signature.headers},
                    body=message.body,
                    deadline_s=message.deadline_s,
                    max_bytes=self.spec.max_bytes,
                    reach=Reach(loopback=origin.is_loopback, private=self._allow_private),
                )
            except WireError as error:
                failure = lost(f"{self.connection}: {asked.what}", error, safe=asked.safe)
            else:
                if reply.status < 300 and is_html(reply):
                    raise bad_content(f"{self.connection}: {asked.what}", "a web page", safe=asked.safe)
                return HttpAnswer(reply, what=f"{self.connection}: {asked.what}", safe=asked.safe)
        raise failure

    def _locate(self, path: str, signature: Signature) -> tuple[str, Origin]:
        if signature.base_url is None:
            return self._origins.locate(self._base_url, path)
        return self._origins.also(signature.base_url, self._suffixes).locate(signature.base_url, path)

    def _learn(self, answer: HttpAnswer) -> None:
        """The platform's clock and the account's use. A clock learned once would go wrong over a suspended night."""
        if (date := answer.date) is not None:
            self.clock_ahead = date - self._world.now()
            self._clock = (date, self._world.monotonic()) if self.clock_ahead <= MOST_AHEAD else None
        usage = self._reader.usage(answer)
        if usage is not None:
            self._limiter.observe(*usage)


_IF_IT_LASTS: Final[Mapping[str, str]] = {
    "dns": "nobody knows the host: check base_url, auth_url, and that this machine can look names up",
    "unreachable": "nobody answers there: check base_url, auth_url, and this machine's network and firewall",
    "timeout": "if it lasts, check this machine's network, and whether the platform reports trouble",
    "broken_off": "if it lasts, check this machine's network, and whether the platform reports trouble",
    "tls": "check the platform's certificate",
}


def lost(what: str, error: WireError, *, safe: bool) -> LeadloopError:
    """The error for a request that brought no whole answer."""
    told = f"{what} brought no whole answer ({error.code})"
    if error.code == "address_refused":
        told = f"{what} was not sent: its host has a private address"
        return ConfigError(told, code=error.code, hint="set allow_private: true if that is meant")
    if error.sent and not safe:
        return UnknownOutcome(told)
    if error.code == "too_large":
        return ContractError(told, code=error.code)
    return RetryableError(told, code=error.code, hint=_IF_IT_LASTS.get(error.code))


def _payload(
    json: Any, form: Mapping[str, Any] | None, body: bytes | None, stands_for: Callable[[Any], str]
) -> tuple[bytes | None, dict[str, str]]:
    if json is not None:
        return encode(json, stands_for), {"Content-Type": "application/json"}
    if form is not None:
        return urlencode(form, doseq=True).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
    return body, {}
