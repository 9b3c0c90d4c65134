"""How Zoho words its refusals, for whole calls and for single rows, and what each means for what we do next.

Source: https://www.zoho.com/crm/developer/docs/api/v8/status-codes.html; crm-oas v8.0, record.json `API_Exception`.
Messages are localised and may quote what was sent, so none is passed on: codes and names of fields are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from connector.adapter import Answer, ErrorRule
from connector.errors import RemoteError

SEVERAL: Final = "MULTIPLE_OR_MULTI_ERRORS"
MOVED: Final = frozenset({"CONVERTED_RECORD", "ID_ALREADY_CONVERTED", "ALREADY_CONVERTED", "NO_RECORDS_FOUND"})
PARENTS: Final = frozenset({"id", "ids", "What_Id", "Who_Id", "Parent_Id"})
"""Fields that name the record itself: one that is refused there is no more."""
BUSY: Final[Mapping[str, float]] = {
    "RECORD_LOCKED": 300.0,
    "RECORD_IN_BLUEPRINT": 3600.0,
    "NOT_APPROVED": 3600.0,
    "INTERNAL_ERROR": 60.0,
    "TOO_MANY_REQUESTS": 60.0,
    "LIMIT_EXCEEDED": 3600.0,
}
"""Rows refused for what happens around them: seconds after which they may be sent again."""
PAGE_ENDED: Final = frozenset({"EXPIRED_VALUE", "DISCRETE_PAGINATION_LIMIT_EXCEEDED"})
"""A walk whose token died, or that came to the end of what paging reaches: it goes on from the last time it saw."""
SCOPE_MISSING: Final = "OAUTH_SCOPE_MISMATCH"

RULES: Final = (
    ErrorRule(code=SCOPE_MISSING, means="forbidden", hint="sign in again with the scopes of docs/adapters/zoho.md"),
    ErrorRule(code="INVALID_TOKEN", means="refresh"),
    ErrorRule(code="INVALID_OAUTHTOKEN", means="refresh"),
    ErrorRule(code="AUTHENTICATION_FAILURE", means="refresh"),
    ErrorRule(code="NO_PERMISSION", means="forbidden", hint="give the profile of leadloop's user this permission"),
    # The same status for too many calls at once and for a spent day; the latter is a rolling one.
    ErrorRule(code="TOO_MANY_REQUESTS", means="retry", wait_s=10),
    ErrorRule(code="LIMIT_EXCEEDED", status=429, means="quota", wait_s=3600),
    ErrorRule(code="INVALID_MODULE", means="config", hint="the module is missing, or hidden from leadloop's user"),
    ErrorRule(code="INVALID_QUERY", means="config", hint="run 'leadloop check': a field is missing or hidden"),
    ErrorRule(code="FEATURE_NOT_SUPPORTED", means="config", hint="the account's edition does not have this"),
    ErrorRule(code="SYNTAX_ERROR", means="contract"),
    ErrorRule(code="INVALID_URL_PATTERN", means="contract", hint="is api_version one that Zoho still serves?"),
    ErrorRule(code="INVALID_REQUEST_METHOD", means="contract"),
    *(ErrorRule(status=status, means="record") for status in (200, 201, 202, 207)),
)


def remote_errors(answer: Answer) -> Sequence[RemoteError]:
    """The error of a call that was refused as a whole; errors of single rows are none."""
    try:
        body = answer.json()
    except Exception:  # noqa: BLE001 - a page of HTML is still an error of that status
        return ()
    if not isinstance(body, dict) or not isinstance(body.get("code"), str):
        return ()
    return (RemoteError(body["code"], field=field_of(body)),)


def hidden_errors(answer: Answer) -> Sequence[RemoteError]:
    """A refusal under a status that is none: conversions are known for it, and nobody says which others."""
    if not answer.content:
        return ()
    try:
        body = answer.json()
    except Exception:  # noqa: BLE001 - whoever reads the answer says what is wrong with it
        return ()
    is_error = isinstance(body, dict) and body.get("status") == "error" and isinstance(body.get("code"), str)
    return (RemoteError(body["code"], field=field_of(body)),) if is_error else ()


def first_of(error: Mapping[str, Any]) -> Mapping[str, Any]:
    """The error of a row, or the first where it has several."""
    listed = details_of(error).get("errors")
    if error.get("code") == SEVERAL and isinstance(listed, list) and listed and isinstance(listed[0], dict):
        return dict(listed[0])
    return error


def field_of(error: Mapping[str, Any]) -> str | None:
    """The field (or parameter) that an error is about, when it names one."""
    details = details_of(error)
    named = details.get("api_name") or details.get("param_name")
    if named is None and str(details.get("json_path") or "").startswith("$.ids"):
        return "ids"
    return str(named) if named else None


def details_of(error: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an error tells besides its code."""
    details = error.get("details")
    return details if isinstance(details, dict) else {}
