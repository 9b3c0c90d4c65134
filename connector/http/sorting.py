"""What an answer means: the adapter's error rules first, then the defaults by status.

Sorted by what the engine does next (connector.errors). The platform's own code and text are kept, redacted and capped.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol
from urllib.parse import urlsplit

from msgspec import Struct

from connector.adapter.client import Answer
from connector.adapter.declared import CONNECTION, ErrorRule, Means
from connector.errors import (
    AuthError,
    ContractError,
    ForbiddenError,
    LeadloopError,
    QuotaError,
    RemoteError,
    RemoteRefusal,
    RetryableError,
    UnknownOutcome,
)
from connector.http.redact import Redactor
from connector.http.repeating import seconds_told

QUOTA_WAIT_S: Final = 900.0
"""How long a spent budget is left alone when the platform names no time."""
_DEFAULTS: Final[Mapping[int, Means]] = {
    400: "record", 401: "refresh", 403: "forbidden", 404: "gone", 408: "retry", 409: "conflict", 410: "gone",
    413: "record", 422: "record", 423: "retry", 425: "retry", 429: "retry",
}  # fmt: skip
_CODE_CAP = 80


class ErrorReader(Protocol):
    """How a platform words its errors: an Adapter class is one."""

    def remote_errors(self, answer: Answer) -> Sequence[RemoteError]: ...
    def hidden_errors(self, answer: Answer) -> Sequence[RemoteError]: ...
    def retry_after_s(self, answer: Answer) -> float | None: ...
    def usage(self, answer: Answer) -> tuple[int, int] | None: ...


class Asked(Struct, frozen=True):
    """What was asked, as far as sorting and messages need it. `what` is fit to be shown."""

    what: str
    safe: bool
    bucket: str = "default"
    record: str | None = None
    accept: Collection[int] = ()


class TokenDiedError(AuthError):
    """The access token is no longer taken: one refresh may help."""


class Verdict(Struct, frozen=True):
    """The error that an answer is, and how long its whole bucket is to be left alone, if the platform wants that."""

    error: LeadloopError
    pause_s: float | None = None


class Sorter:
    """Turns a refused answer into one error."""

    def __init__(
        self,
        connection: str,
        rules: Sequence[ErrorRule],
        reader: ErrorReader,
        redactor: Redactor,
        refused_hint: str | None = None,
    ) -> None:
        self._connection = connection
        self._refused_hint = refused_hint
        self._rules = tuple(rules)
        self._reader = reader
        self._redactor = redactor

    def verdict(self, answer: Answer, asked: Asked, now: datetime) -> Verdict | None:
        """What this answer is besides a success; None when it is one."""
        if answer.status in asked.accept:
            return None
        if 300 <= answer.status < 400:
            return Verdict(self._redirect(answer, asked))
        read = self._reader.remote_errors if answer.status >= 400 else self._reader.hidden_errors
        errors = tuple(self._clean(error) for error in read(answer))
        if answer.status < 400 and not errors:
            return None
        rule = next((rule for rule in self._rules if _fits(rule, answer.status, errors)), None)
        means = rule.means if rule else _default(answer.status)
        wait = self._wait(answer, rule, now)
        if means == "quota" and wait is None:
            wait = QUOTA_WAIT_S
        is_shared = means == "quota" or answer.status in (429, 503)
        error = self._error(answer, asked, errors, rule, means, wait)
        return Verdict(error, wait if is_shared and not (rule and rule.scope == "record") else None)

    def _error(
        self,
        answer: Answer,
        asked: Asked,
        errors: tuple[RemoteError, ...],
        rule: ErrorRule | None,
        means: Means,
        wait_s: float | None,
    ) -> LeadloopError:
        message = self._message(answer.status, asked, errors)
        hint = rule.hint.replace(CONNECTION, self._connection) if rule and rule.hint else None
        code = errors[0].code if errors and errors[0].code else f"http_{answer.status}"
        is_undone = means == "quota" or (rule is not None and rule.rolled_back)
        if not asked.safe and (answer.status >= 500 or answer.status == 408) and not is_undone:
            return UnknownOutcome(message, retry_after_s=wait_s)
        match means:
            case "lost" if not asked.safe:
                return UnknownOutcome(message, retry_after_s=wait_s)
            case "retry" | "lost":
                return RetryableError(message, retry_after_s=wait_s, code=code, hint=hint)
            case "quota":
                record = asked.record if rule and rule.scope == "record" else None
                return QuotaError(message, retry_after_s=wait_s, record=record, code=code, hint=hint)
            case "refresh":
                return TokenDiedError(message, code=code, hint=hint or self._refused_hint)
            case "auth":
                return AuthError(message, code=code, hint=hint or self._refused_hint)
            case "forbidden":
                return ForbiddenError(message, code=code, hint=hint or "grant the missing scope or permission")
            case "contract":
                return ContractError(message, code=code, hint=hint)
            case _:
                body = _body(answer)
                return RemoteRefusal(message, status=answer.status, errors=errors, means=means, body=body, hint=hint)

    def _wait(self, answer: Answer, rule: ErrorRule | None, now: datetime) -> float | None:
        told = self._reader.retry_after_s(answer)
        if told is None:
            told = seconds_told(answer.headers.get("Retry-After"), answer.date or now)
        return told if told is not None else (rule.wait_s if rule else None)

    def _redirect(self, answer: Answer, asked: Asked) -> ContractError:
        host = urlsplit(answer.headers.get("Location", "")).hostname or "the same host"
        return ContractError(
            f"{self._connection}: {asked.what} was redirected to {self._redactor(host)}",
            code="redirect",
            hint="check base_url: leadloop follows no redirects",
        )

    def _clean(self, error: RemoteError) -> RemoteError:
        field = self._redactor(error.field, _CODE_CAP) if error.field else error.field
        return RemoteError(self._redactor(error.code, _CODE_CAP), self._redactor(error.text), field)

    def _message(self, status: int, asked: Asked, errors: Sequence[RemoteError]) -> str:
        told = "; ".join(": ".join(part for part in (error.code, error.text) if part) for error in errors[:1])
        return f"{self._connection}: {asked.what} was answered {status}" + (f": {told}" if told else "")


def _fits(rule: ErrorRule, status: int, errors: Sequence[RemoteError]) -> bool:
    if rule.status is not None and rule.status != status:
        return False
    if rule.code is None:
        return rule.status is not None
    if rule.code.endswith("*"):
        return any(error.code.startswith(rule.code[:-1]) for error in errors)
    return any(error.code == rule.code for error in errors)


def _default(status: int) -> Means:
    return "retry" if status >= 500 else _DEFAULTS.get(status, "contract")


def _body(answer: Answer) -> object:
    try:
        return answer.json()
    except RetryableError:
        return None
