"""How ActiveCampaign words an error, as one list of (code, text, field).

Shapes: `{"message": …}`, `{"errors": [{"title", "detail", "code", "source": {"pointer"}}]}`, and the import's
`{"success": 0, "message": …, "failureReasons": […]}`.
Source: https://developers.activecampaign.com/reference/errors, …/bulk-import-contacts
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.activecampaign.spec import TOO_MANY_IMPORTS
from connector.adapter import Answer
from connector.errors import LeadloopError, RemoteError


def errors_in(answer: Answer) -> list[RemoteError]:
    """Every error that a refusal carries."""
    try:
        body = answer.json()
    except (LeadloopError, ValueError):
        return []  # an error page without JSON is sorted by its status
    if not isinstance(body, dict):
        return []
    if isinstance(body.get("errors"), list):
        return [_error(item) for item in body["errors"] if isinstance(item, dict)]
    return [_message(body)] if body.get("message") else []


def _error(item: Mapping[str, Any]) -> RemoteError:
    source = item.get("source")
    pointer = str(source.get("pointer") or "") if isinstance(source, dict) else ""
    text = ": ".join(str(item[name]) for name in ("title", "detail") if item.get(name))
    return RemoteError(str(item.get("code") or ""), text, pointer.rpartition("/")[2] or None)


def _message(body: Mapping[str, Any]) -> RemoteError:
    text = str(body["message"])
    code = TOO_MANY_IMPORTS if "failureReasons" in body and text.startswith("Rate limit exceeded") else ""
    return RemoteError(code, text)
