"""How Marketo words its answers: errors with HTTP 200, a code as text, a status for each record.

Source: https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/error-codes
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

from connector.model import Json
from connector.testing.simulator import Reply

_numbers = count(0x14272D07D78)


def request_id() -> str:
    """An id of a request in Marketo's spelling."""
    return f"e42b#{next(_numbers):x}"


def result(rows: Sequence[Any] | None, **more: Any) -> Reply:
    """A success; None leaves `result` out, as pages without rows do."""
    listed = {} if rows is None else {"result": list(rows)}
    return Reply(200, {"requestId": request_id(), **listed, "success": True, **more})


def refused(code: str | int, message: str, status: int = 200) -> Reply:
    """A refusal of the whole request."""
    errors = [{"code": str(code), "message": message}]
    return Reply(status, {"requestId": request_id(), "success": False, "errors": errors})


def skipped(code: str | int, message: str, *, under: str = "reasons", id_: int | None = None) -> Json:
    """A record that was refused among others: reasons, or errors for custom activities."""
    known = {} if id_ is None else {"id": id_}
    return {**known, "status": "skipped", under: [{"code": str(code), "message": message}]}


def rate_limited(calls: int = 100, window_s: int = 20) -> Reply:
    return refused(606, f"Max rate limit '{calls}' exceeded with in '{window_s}' secs")


def quota_reached(calls: int = 50_000) -> Reply:
    return refused(607, f"Daily API quota reached '{calls}'")


def too_many_at_once(calls: int = 10) -> Reply:
    return refused(615, f"Concurrent access limit '{calls}' reached")


def token_invalid() -> Reply:
    return refused(601, "Access token invalid")


def token_expired() -> Reply:
    return refused(602, "Access token expired")


def bulk_quota() -> Reply:
    return refused(1029, "Export daily quota 500MB exceeded.")


def bulk_queue() -> Reply:
    return refused(1029, "Too many jobs (10) in queue")


def bulk_queued() -> Reply:
    return refused(1029, "Job already queued")


def as_told(at: datetime) -> str:
    """A time as Marketo writes it."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
