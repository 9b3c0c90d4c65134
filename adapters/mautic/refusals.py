"""How Mautic words an error, in all of its shapes, as one list of (code, text, field).

Shapes: `{"errors": [{"code", "message", "details", "type"}]}`, the older `{"error": {…}}`, OAuth's
`{"error": "invalid_grant", "error_description": …}`, and the statistics' `{"errors": [{"message", "code"}]}` in a 200.
Quirk:  a batch carries `errors` by place in a 200 as well; those belong to its rows (see `writes`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from adapters.mautic.spec import DENIED, REFUSED
from connector.adapter import Answer
from connector.errors import LeadloopError, RemoteError

FORBIDDEN: Final = 403


def errors_in(answer: Answer) -> list[RemoteError]:
    """Every error that a refusal carries."""
    body = _body(answer)
    if not isinstance(body, dict):
        return []
    if isinstance(body.get("error"), str):
        return [RemoteError(body["error"], str(body.get("error_description") or ""))]
    told = body.get("errors") or body.get("error")
    return [error_of(item) for item in listed(told) if isinstance(item, dict)]


def hidden_in(answer: Answer) -> list[RemoteError]:
    """A 200 that holds errors and nothing else: the statistics' way to refuse."""
    if b'"errors"' not in answer.content[:200]:
        return []  # every page of rows would be decoded twice
    body = _body(answer)
    if not isinstance(body, dict) or body.keys() != {"errors"}:
        return []
    return [
        RemoteError(DENIED if item.get("code") == FORBIDDEN else REFUSED, str(item.get("message") or ""))
        for item in listed(body["errors"])
    ]


def error_of(item: Mapping[str, Any]) -> RemoteError:
    """One error; the field that it is about is the first key of its details."""
    details = item.get("details")
    field = next(iter(details), None) if isinstance(details, dict) else None
    return RemoteError(str(item.get("type") or item.get("code") or ""), str(item.get("message") or ""), field)


def listed(value: Any) -> list[Any]:
    """PHP writes a list with gaps as an object, and one error as itself."""
    if isinstance(value, dict):
        return [value] if "message" in value else list(value.values())
    return value if isinstance(value, list) else []


def _body(answer: Answer) -> Any:
    try:
        return answer.json()
    except (LeadloopError, ValueError):
        return None  # an error page without JSON is sorted by its status
