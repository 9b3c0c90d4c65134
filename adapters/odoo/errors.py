"""How Odoo words its refusals: JSON-2 by HTTP status, JSON-RPC in an answer of 200; both name a Python exception.

Every call is one transaction, undone when it ends in an exception. So the exceptions that are Odoo's own leave no
unknown outcome, whatever the status. Texts are localised and often quote values: none is matched on or passed on but
the two of the ORM that are neither and name a field.
Source: https://www.odoo.com/documentation/19.0/developer/reference/external_api.html,
https://github.com/odoo/odoo/blob/19.0/odoo/exceptions.py
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from connector.adapter import Answer, ErrorRule
from connector.errors import RemoteError

MISSING: Final = "odoo.exceptions.MissingError"
DENIED: Final = "odoo.exceptions.AccessError"
NOT_FOUND: Final = "werkzeug.exceptions.NotFound"
BUSY: Final = frozenset({
    "odoo.exceptions.ConcurrencyError", "odoo.exceptions.LockError", "psycopg2.errors.DeadlockDetected",
    "psycopg2.errors.LockNotAvailable", "psycopg2.errors.SerializationFailure",
    "psycopg2.extensions.TransactionRollbackError",
})  # fmt: skip
"""Two transactions wanted one record; the server itself has tried five times by then."""
BUSY_S: Final = 5.0

_KEY = "make a new API key (Preferences > Account Security); keys live three months at most"
_RIGHTS = "give the user 'Sales: All Documents', and Settings rights where fields are to be made"

RULES: Final = (
    ErrorRule(code="odoo.exceptions.AccessDenied", means="auth", hint=_KEY),
    ErrorRule(status=401, means="auth", hint=_KEY),
    ErrorRule(code=DENIED, means="record", rolled_back=True, hint=_RIGHTS),
    ErrorRule(code=MISSING, means="gone", rolled_back=True),
    *(ErrorRule(code=code, means="record", rolled_back=True) for code in sorted(BUSY)),
    ErrorRule(code="odoo.exceptions.*", means="record", rolled_back=True),
    ErrorRule(code="builtins.*", means="record", rolled_back=True),
    ErrorRule(
        code=NOT_FOUND, means="config", hint="check base_url and database, and that the CRM application is installed"
    ),
    ErrorRule(status=200, code="*", means="lost"),
)

_FIELD = re.compile(r"Invalid field (?:crm\.lead\.)?'?([\w.]+)'?|Wrong value for crm\.lead\.(\w+)")


def remote_errors(answer: Answer) -> Sequence[RemoteError]:
    """The error of an answer of 400 or more."""
    body = _body(answer)
    if body is None:
        return ()
    error = body.get("error")
    return [_error(error.get("data") or {} if isinstance(error, dict) else body)]


def hidden_errors(answer: Answer) -> Sequence[RemoteError]:
    """The error that JSON-RPC puts into an answer of 200; its number says 200 or 0 and means nothing."""
    if b'"error"' not in answer.content:
        return ()
    body = _body(answer)
    error = body.get("error") if body and "jsonrpc" in body else None
    return [_error(error.get("data") or {})] if isinstance(error, dict) else ()


def _error(told: dict[str, Any]) -> RemoteError:
    named = _FIELD.search(str(told.get("message") or ""))
    field = next((one for one in named.groups() if one), None) if named else None
    return RemoteError(str(told.get("name") or ""), field=field)


def _body(answer: Answer) -> dict[str, Any] | None:
    try:
        body = answer.json()
    except Exception:  # noqa: BLE001 - a page of HTML is still an error of that status
        return None
    return body if isinstance(body, dict) else None
