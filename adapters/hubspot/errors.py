"""How HubSpot words errors, in a whole answer and in a row of a batch, as one shape.

Shapes: `{"category", "message", "errors": [{"code", "in", "context": {"propertyName": [...]}}]}`; older answers hold a
JSON list inside `message` (`"error": "INVALID_LONG", "name": "closedate"`) or `validationResults`; a 429 says
`policyName`, or as a search does `category` alone. Every part may be missing.
Texts of refused values repeat those values, which may be personal: of these only code and property are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from msgspec import Struct

from connector.adapter import Answer
from connector.errors import LeadloopError, RemoteError
from connector.model import Json

GONE: Final = frozenset({"OBJECT_NOT_FOUND", "NOT_FOUND"})
CONFLICT: Final = frozenset({"CONFLICT", "OBJECT_ALREADY_EXISTS"})
TAKEN: Final = frozenset({"CONFLICTING_UNIQUE_VALUE", "NON_UNIQUE_VALUE"})
"""Another record holds this value of a unique property."""
_EXISTING = re.compile(r"[Ee]xisting ID:\s*(\d+)")
_IN_MESSAGE = re.compile(r'"error":"(?P<code>[A-Z_]+)"[^{}]*?"name":"(?P<name>\w+)"')
_TOLD_STATUSES: Final = frozenset({401, 403, 404, 429})
_QUIET: Final = "VALIDATION_ERROR"


class Fault(Struct, frozen=True):
    """One thing wrong: HubSpot's code, the property that it is about, and the record that stands in the way."""

    code: str
    field: str | None = None
    existing: str | None = None


def remote_errors(answer: Answer) -> Sequence[RemoteError]:
    """The errors of a whole answer, the most telling first."""
    try:
        body = answer.json()
    except (LeadloopError, ValueError):
        return ()  # an error page without JSON is sorted by its status
    if not isinstance(body, dict):
        return ()
    faults = [RemoteError(fault.code, "", fault.field) for fault in _details(body)]
    code = str(body.get("policyName") or body.get("category") or body.get("errorType") or body.get("status") or "")
    told = str(body.get("message") or "") if answer.status in _TOLD_STATUSES or answer.status >= 500 else ""
    return [*faults, RemoteError(code, told)] if code != "error" or not faults else faults


def faults_of(error: Any) -> Fault:
    """What one error of a batch, or the body of a refused request, comes to."""
    body: Json = error if isinstance(error, dict) else {}
    named = _EXISTING.search(str(body.get("message") or ""))
    existing = named[1] if named else None
    detail = next(_details(body), None)
    if detail is None:
        return Fault(str(body.get("category") or body.get("status") or "refused"), None, existing)
    return Fault(detail.code, detail.field, existing)


def usage(answer: Answer) -> tuple[int, int] | None:
    """Calls used and allowed today; searches and OAuth apps are not told."""
    try:
        allowed = int(answer.headers["X-HubSpot-RateLimit-Daily"])
        left = int(answer.headers["X-HubSpot-RateLimit-Daily-Remaining"])
    except (KeyError, ValueError):
        return None
    return allowed - left, allowed


def _details(body: Json) -> Iterator[Fault]:
    """The details that name a code of their own, wherever this answer keeps them."""
    for item in _dicts(body.get("errors")):
        code = item.get("code") or item.get("category") or item.get("subCategory")
        if code and code != _QUIET:
            yield Fault(str(code), _property(item))
    for item in _dicts(body.get("validationResults")):
        yield Fault(str(item.get("error") or "INVALID"), _text(item.get("name")))
    for found in _IN_MESSAGE.finditer(str(body.get("message") or "")):
        yield Fault(found["code"], found["name"])


def _property(item: Json) -> str | None:
    context = item.get("context")
    named = context.get("propertyName") if isinstance(context, dict) else None
    return _text(named[0] if isinstance(named, list) and named else named) or _text(item.get("in"))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _dicts(value: Any) -> list[Json]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
