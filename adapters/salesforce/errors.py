"""How Salesforce words its refusals, for whole requests (`errorCode`) and for rows (`statusCode`).

Source: SOAP API Developer Guide, "Core Data Types: StatusCode"; REST API Developer Guide, "Status Codes and Error
Responses". Texts are localised and often quote the refused value, so none is matched on and few are passed on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from connector.adapter import Answer, ErrorRule
from connector.errors import RemoteError

CONCURRENT: Final = "REQUEST_LIMIT_EXCEEDED_CONCURRENT"
"""Our own code: the platform says REQUEST_LIMIT_EXCEEDED for a spent day and for too many slow requests alike."""
LOGIN_RATE: Final = "LOGIN_RATE_EXCEEDED"

MOVED: Final = frozenset(
    {"ENTITY_IS_DELETED", "CANNOT_UPDATE_CONVERTED_LEAD", "NOT_FOUND", "INVALID_CROSS_REFERENCE_KEY"}
)
CONFLICT: Final = frozenset({"DUPLICATES_DETECTED", "DUPLICATE_VALUE", "DUPLICATE_EXTERNAL_ID"})
BUSY: Final = {
    "UNABLE_TO_LOCK_ROW": 3.0,
    "ALL_OR_NONE_OPERATION_ROLLED_BACK": 3.0,
    "SERVER_UNAVAILABLE": 30.0,
    "QUERY_TIMEOUT": 30.0,
    "REQUEST_RUNNING_TOO_LONG": 30.0,
    "LIMIT_EXCEEDED": 60.0,
}
"""Rows refused for what happens around them: seconds after which they may be sent again."""

RULES: Final = (
    ErrorRule(code="INVALID_SESSION_ID", means="refresh"),
    ErrorRule(code=CONCURRENT, means="retry", wait_s=15),
    ErrorRule(code=LOGIN_RATE, means="retry", wait_s=900),
    # The day is a rolling one and no answer says when calls come free: look again in an hour.
    ErrorRule(code="REQUEST_LIMIT_EXCEEDED", means="quota", wait_s=3600),
    ErrorRule(code="API_DISABLED_FOR_ORG", means="forbidden", hint="this edition or profile has no API access"),
    ErrorRule(
        code="INSUFFICIENT_ACCESS*", means="forbidden", hint="give the integration user's permission set this object"
    ),
    ErrorRule(code="INVALID_FIELD", means="config", hint="run 'leadloop check': the field is missing or hidden"),
    ErrorRule(code="INVALID_TYPE", means="config", hint="the object is missing, hidden or keeps no history"),
    ErrorRule(code="UNABLE_TO_LOCK_ROW", means="retry", wait_s=3),
    ErrorRule(code="INVALID_QUERY_LOCATOR", means="retry", wait_s=1),
    ErrorRule(code="MALFORMED_QUERY", means="contract"),
    ErrorRule(status=414, means="contract"),
    ErrorRule(code="NOT_FOUND", status=404, means="gone"),
    ErrorRule(code="ENTITY_IS_DELETED", means="gone"),
)

ADMIN_TEXTS: Final = frozenset(
    {"FIELD_CUSTOM_VALIDATION_EXCEPTION", "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "CANNOT_EXECUTE_FLOW_TRIGGER"}
)
"""Codes whose text an admin of the account wrote: worth showing, addresses masked."""

_ADDRESS = re.compile(r"\S+@\S+")
_ID = re.compile(r"\b[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?\b")
PREFIXES: Final = {"00Q": "Lead", "003": "Contact", "006": "Opportunity", "001": "Account", "00T": "Task"}
USER_PREFIX: Final = "005"


def remote_errors(answer: Answer) -> Sequence[RemoteError]:
    """The errors of a refused request; sign-in errors come as an object, all others as an array."""
    try:
        body = answer.json()
    except Exception:  # noqa: BLE001 - a page of HTML is still an error of that status
        return ()
    items = body if isinstance(body, list) else [body]
    return [_error(item) for item in items if isinstance(item, dict)]


def _error(item: dict[str, Any]) -> RemoteError:
    code = str(item.get("errorCode") or item.get("error") or "")
    text = str(item.get("message") or item.get("error_description") or "")
    if code == "REQUEST_LIMIT_EXCEEDED" and "oncurrent" in text:
        code = CONCURRENT
    if code == "invalid_grant" and "login rate" in text.lower():
        code = LOGIN_RATE
    return RemoteError(code=code, text=shown(code, text), field=first_field(item))


def shown(code: str, text: str) -> str:
    """The part of a platform's text that may be shown: what an admin wrote, never a refused value."""
    return _ADDRESS.sub("(address)", text)[:200] if code in ADMIN_TEXTS else ""


def first_field(item: dict[str, Any]) -> str | None:
    """The field that an error is about, when it names one."""
    named = item.get("fields")
    return str(named[0]) if isinstance(named, list) and named else None


def records_named(error: dict[str, Any]) -> list[tuple[str, str]]:
    """Records that a duplicate error names: matches of a duplicate rule, else ids standing in its text."""
    duplicate = error.get("duplicateResult") or {}
    found = [
        (str(match["record"]["attributes"]["type"]), str(match["record"]["Id"]))
        for result in duplicate.get("matchResults", ())
        for match in result.get("matchRecords", ())
    ]
    text = str(error.get("message") or "")
    by_text = [(PREFIXES[word[:3]], word) for word in _ID.findall(text) if word[:3] in PREFIXES]
    return list(dict.fromkeys(found or by_text))
