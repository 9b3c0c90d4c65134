"""How RD Station words an error, in all of its shapes, as one list of (code, text, field).

Shapes (mensagens-de-erro-rdsm): `{"error": …}`; flat `{"errors": {…}}`; `{"errors": […]}`; by field
`{"errors": {"email": […]}}`, with a language between for texts in several; mixed; and a bare array.
Quirk: expiry of a token is told by a header, beside the same body as any other 401.
Quirk: the gateway that all APIs of the vendor stand behind says 404, too, while it knows no such route. Only a 404 in
       RD Station's own words tells that nobody has an id: believed, any other takes contacts for deleted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from connector.adapter import Answer, Client
from connector.errors import LeadloopError, RemoteError, RemoteRefusal

NOT_ROUTED: Final = "not_routed"
"""Our own code: a 404 that RD Station did not word."""
LONGEST_WAIT_S: Final = 86_400.0
_LIMITER = re.compile(r"'(?P<name>\w+)' rate limit exceeded(?P<period> for \d+ second\(s\) period)?")
_CHALLENGES: Final = ("www-authenticate", "x-amzn-remapped-www-authenticate")


def errors_in(answer: Answer) -> list[RemoteError]:
    """Every error that the answer carries; what the headers say of the token comes first."""
    expired = any("expired_token" in answer.headers.get(name, "") for name in _CHALLENGES)
    told = [RemoteError("expired_token", "the access token has expired")] if expired else []
    told += _in_body(_body(answer))
    return [RemoteError(NOT_ROUTED)] if answer.status == 404 and not told else told


def found(client: Client, path: str, **asked: Any) -> Answer | None:
    """What stands at an address; None when RD Station says that nothing does."""
    try:
        return client.request("GET", path, **asked)
    except RemoteRefusal as refusal:
        if refusal.means != "gone":
            raise
        return None


def wait_in(answer: Answer) -> float | None:
    """Seconds to wait: `remaining_time` of a limiter, or the header that the vendor's own client reads.

    The documentation calls the unit milliseconds, its examples fit seconds: taken as seconds, at most a day.
    """
    body = _body(answer)
    told = body.get("remaining_time") if isinstance(body, dict) else None
    try:
        wait_s = float(told if told is not None else answer.headers.get("retry-after-quotas", ""))
    except (TypeError, ValueError):
        return None
    return min(wait_s, LONGEST_WAIT_S) if wait_s >= 0 else None


def _body(answer: Answer) -> Any:
    try:
        return answer.json()
    except (LeadloopError, ValueError):
        return None  # an error page without JSON is sorted by its status


def _in_body(body: Any) -> Iterator[RemoteError]:
    if isinstance(body, list):
        yield from _walk(body, None)
    elif isinstance(body, dict) and "errors" in body:
        yield from _walk(body["errors"], None)
    elif isinstance(body, dict) and "error_type" in body:
        yield _error(body, None)
    elif isinstance(body, dict) and isinstance(body.get("error"), str):
        yield _plain(body)


def _walk(node: Any, field: str | None) -> Iterator[RemoteError]:
    """Errors below `node`; `field` is the outermost key on the way, since languages are keys too."""
    if isinstance(node, list):
        for item in node:
            yield from _walk(item, field)
    elif isinstance(node, dict) and isinstance(node.get("error_type"), str):
        yield _error(node, field)
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _walk(value, field or str(key))


def _error(item: Mapping[str, Any], field: str | None) -> RemoteError:
    path = item.get("path")
    named = path.rpartition(".")[2].strip("$") if isinstance(path, str) else None
    return RemoteError(str(item["error_type"]), str(item.get("error_message") or ""), field or named or None)


def _plain(body: Mapping[str, Any]) -> RemoteError:
    """`{"error": …}`. A limiter's sentence holds the lead's e-mail as its key: only its name and period are kept."""
    limiter = _LIMITER.search(body["error"])
    if limiter:
        return RemoteError(limiter["name"], f"rate limit exceeded{limiter['period'] or ''}")
    return RemoteError(str(body["error"]), str(body.get("error_description") or body.get("message") or ""))
