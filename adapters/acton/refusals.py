"""How Act-On words an error, in each of its layers, as one list of (code, text).

Shapes: `{"errorCode": 10004, "message": …}` of the API, where the code may be a text; the gateway's
`{"httpCode", "httpMessage", "moreInformation"}`; OAuth's `{"error", "error_description"}`.
Quirk:  no limit is documented as an answer; the gateway's words tell it from a missing right.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from adapters.acton.spec import THROTTLED
from connector.adapter import Answer
from connector.errors import LeadloopError, RemoteError

LIMIT_WORDS: Final = ("rate limit", "too many", "quota", "throttl")


def errors_in(answer: Answer) -> list[RemoteError]:
    """Every error that a refusal carries."""
    body = _body(answer)
    if not isinstance(body, dict):
        return []
    if "errorCode" in body:
        return [RemoteError(str(body["errorCode"]), str(body.get("message") or ""))]
    if "httpCode" in body:
        return [_of_gateway(body)]
    if isinstance(body.get("error"), str):
        return [RemoteError(body["error"], str(body.get("error_description") or ""))]
    return []


def hidden_in(answer: Answer) -> list[RemoteError]:
    """An error of the API in an answer that claims success: never rows, so it is not taken for an empty list."""
    if b'"errorCode"' not in answer.content[:200]:
        return []  # every page of rows would be decoded twice
    return errors_in(answer)


def _of_gateway(body: Mapping[str, Any]) -> RemoteError:
    text = f"{body.get('httpMessage') or ''} {body.get('moreInformation') or ''}".strip()
    is_limit = any(word in text.lower() for word in LIMIT_WORDS)
    return RemoteError(THROTTLED if is_limit else f"http_{body['httpCode']}", text)


def _body(answer: Answer) -> Any:
    try:
        return answer.json()
    except (LeadloopError, ValueError):
        return None  # an error page without JSON is sorted by its status
