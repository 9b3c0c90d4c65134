"""Every error of leadloop, sorted by what the engine does next.

    LeadloopError
    ├── ConfigError          stop before the first request; a person edits a file
    ├── AuthError            pause this connection, keep the others; a person renews it
    │   └── ForbiddenError   the credentials are good, and may not do this
    ├── RetryableError       try again after retry_after_s
    │   ├── QuotaError       the account's budget is spent: this connection waits until then
    │   └── UnknownOutcome   a write may or may not have been applied: read back before sending again
    ├── RecordError          park this record as a reject, go on with the batch
    ├── ContractError        stop this stream, hold its cursor; the remote changed shape
    ├── StateError           stop the process; the state database cannot be trusted
    └── LockedError          another process holds the state

Messages carry ids and names, never personal data or secrets. `hint` says what to do next, as an
instruction a person can follow. `code` is stable: scripts and the reject store rely on it.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct


class LeadloopError(Exception):
    """Base of all. `exit_code` is what a command ends with when this error ends it."""

    exit_code = 1
    default_code = "error"

    def __init__(self, message: str, *, code: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.hint = hint


class Problem(Struct, frozen=True):
    """One mistake in a file that a person edits: where it is, what stands there, what to do.

    `line` and `column` count from 1. `path` is the dotted place in the document
    (`marketing.rd.limits`). `value` is what was found (secrets masked), `remedy` what is allowed.
    """

    file: str
    line: int
    column: int
    path: str
    message: str
    value: str | None = None
    remedy: str | None = None

    def __str__(self) -> str:
        found = f" (found {self.value})" if self.value is not None else ""
        remedy = f"; {self.remedy}" if self.remedy else ""
        place = f"{self.file}:{self.line}:{self.column}"
        return f"{place}: {self.path}: {self.message}{found}{remedy}"


class ConfigError(LeadloopError):
    """A file is wrong, or the account lacks what it names. Nothing was sent."""

    exit_code = 2
    default_code = "config"

    def __init__(
        self,
        message: str,
        *,
        problems: Sequence[Problem] = (),
        code: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, code=code, hint=hint)
        self.problems = tuple(problems)


class AuthError(LeadloopError):
    """The platform refuses our credentials or scopes; waiting does not help."""

    exit_code = 3
    default_code = "auth"


class ForbiddenError(AuthError):
    """The credentials are good and may not do this: one record's own trouble where they may do it with others."""


class RetryableError(LeadloopError):
    """It may go through later. `retry_after_s` is what the remote asked for, if it did."""

    exit_code = 4
    default_code = "unavailable"

    def __init__(
        self,
        message: str,
        *,
        retry_after_s: float | None = None,
        code: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, code=code, hint=hint)
        self.retry_after_s = retry_after_s


class QuotaError(RetryableError):
    """A budget of the account, or of one record (`record`), is spent; others may go on."""

    default_code = "quota"

    def __init__(
        self,
        message: str,
        *,
        retry_after_s: float | None = None,
        record: str | None = None,
        code: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, retry_after_s=retry_after_s, code=code, hint=hint)
        self.record = record


class UnknownOutcome(RetryableError):
    """The request may have been applied. Never send it again before reading back."""

    default_code = "unknown_outcome"


class RecordError(LeadloopError):
    """This one record cannot be used. `place` is where it stood (line, id) and `field` what is wrong in it."""

    default_code = "record"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        field: str | None = None,
        place: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, code=code, hint=hint)
        self.field = field
        self.place = place


class ContractError(LeadloopError):
    """The remote answered in a shape or with a status that its documentation does not have."""

    default_code = "contract"


class StateError(LeadloopError):
    """The state database cannot be used or trusted."""

    exit_code = 5
    default_code = "state"


class LockedError(LeadloopError):
    """Another process holds the state; the message names it."""

    exit_code = 6
    default_code = "locked"


class RemoteError(Struct, frozen=True):
    """One error as a platform words it: its code, its text (redacted, capped), the field it is about."""

    code: str
    text: str = ""
    field: str | None = None


class RemoteRefusal(RecordError):
    """The platform refused this request for what it says (a 4xx that is nobody's credentials or quota).

    `means` is `record`, `gone`, `conflict` or `config`, as the adapter's error rules sort it; `body` is the decoded
    answer for adapters that find more in it (ids of existing records), never printed.
    """

    default_code = "refused"

    def __init__(
        self,
        message: str,
        *,
        status: int,
        errors: Sequence[RemoteError] = (),
        means: str = "record",
        body: object = None,
        hint: str | None = None,
    ) -> None:
        first = errors[0] if errors else RemoteError(f"http_{status}")
        super().__init__(message, code=first.code, field=first.field, hint=hint)
        self.status = status
        self.errors = tuple(errors)
        self.means = means
        self.body = body
