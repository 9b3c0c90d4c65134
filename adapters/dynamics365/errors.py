"""How Dataverse words its refusals, and what each means for what we do next.

Source: https://learn.microsoft.com/power-apps/developer/data-platform/webapi/compose-http-requests-handle-errors and
https://learn.microsoft.com/power-apps/developer/data-platform/api-limits. Texts are localised, quote what was sent and
tell of plug-ins: none is shown. A code may be empty; then the status alone counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from connector.adapter import Answer, ErrorRule
from connector.errors import RemoteError

TOO_MANY_REQUESTS: Final = "0x80072322"
TOO_MUCH_TIME: Final = "0x80072321"
TOO_MANY_AT_ONCE: Final = "0x80072326"
NO_SUCH_PROPERTY: Final = ("0x80060888", "0x80048d19")
"""A column that a query names and the table does not have, and one that a body names."""

CONFLICT: Final = frozenset({"0x80060892", "0x80040333", "0x80040237"})
"""A value of an alternate key that another record has; a hit of a duplicate rule; a primary key that is taken."""
BUSY: Final = {"0x80044151": 5.0, "0x80048306": 30.0}
"""Rows refused for what happens around them (time out in SQL, server busy): seconds after which they may go again."""

RULES: Final = (
    # The five minutes are spent, and asking on makes the wait longer: nothing is sent until then.
    ErrorRule(code=TOO_MANY_REQUESTS, means="quota", wait_s=300),
    ErrorRule(code=TOO_MUCH_TIME, means="quota", wait_s=300),
    ErrorRule(code=TOO_MANY_AT_ONCE, means="retry", wait_s=5),
    ErrorRule(
        code="0x80072560", means="forbidden",
        hint="make the app an application user of this environment, with a security role",
    ),
    ErrorRule(status=403, means="forbidden", hint="give the application user's security role this privilege"),
    ErrorRule(code=NO_SUCH_PROPERTY[0], means="config", hint="run 'leadloop check': a column is missing"),
    ErrorRule(code=NO_SUCH_PROPERTY[1], means="config", hint="run 'leadloop check': a column is missing"),
    ErrorRule(status=412, means="conflict"),
)  # fmt: skip


def remote_errors(answer: Answer) -> Sequence[RemoteError]:
    """The error of a refused request; a 401 has no body at all, a sign-in words its own."""
    try:
        body = answer.json()
    except Exception:  # noqa: BLE001 - an empty body, a page of HTML or a multipart is still an error of that status
        return ()
    return [RemoteError(code_of(body))] if isinstance(body, dict) else ()


def code_of(body: Any) -> str:
    """The code of an error's body; '' when it has none."""
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, dict):
        return str(error.get("code") or "").lower()
    return str(error or "")


def field_of(body: Any, sent: Iterable[str]) -> str | None:
    """The column that an error is about: the one of those sent that its text names. Names are never translated."""
    error = body.get("error") if isinstance(body, dict) else None
    told = str(error.get("message") or "") if isinstance(error, dict) else ""
    quoted, words = set(re.findall(r"['\"](\w+)['\"]", told)), set(re.findall(r"\w+", told))
    names = sorted(sent)
    return next((name for told_names in (quoted, words) for name in names if name in told_names), None)
