"""How Zoho wraps what it answers, and how it words its refusals.

Source: zoho/crm-oas v8.0; https://www.zoho.com/crm/developer/docs/api/v8/status-codes.html.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connector.testing.simulator import Reply
from connector.testing.simulators.zoho.users import user

Row = dict[str, Any]


def nothing() -> Reply:
    """Nothing was found: no body at all."""
    return Reply(204)


def listed(rows: Sequence[Any], holds: str = "data", **info: Any) -> Reply:
    """A list; `info` tells of its paging."""
    if not rows:
        return nothing()
    return Reply(200, {holds: list(rows), **({"info": {"count": len(rows), **info}} if info else {})})


def results(rows: Sequence[Row]) -> Reply:
    """What became of each row of a write: 207 when only some were taken, 400 when none was."""
    refused = [row["status"] == "error" for row in rows]
    status = 200 if not any(refused) else 400 if all(refused) else 207
    return Reply(status, {"data": list(rows)})


def saved(row: Mapping[str, Any], action: str, *, field: str | None = None, is_upsert: bool = False) -> Row:
    """A row that was taken."""
    details = {
        "Modified_Time": row["Modified_Time"], "Modified_By": user(row["Modified_By"]["id"]),
        "Created_Time": row["Created_Time"], "id": row["id"], "Created_By": user(row["Modified_By"]["id"]),
    }  # fmt: skip
    message = "record added" if action == "insert" else "record updated"
    told = {"code": "SUCCESS", "details": details, "message": message, "status": "success"}
    return {**told, "action": action, "duplicate_field": field} if is_upsert else told


def fault(code: str, message: str = "invalid data", **details: Any) -> Row:
    """One error, of a row or of a whole request."""
    return {"code": code, "details": details, "message": message, "status": "error"}


def refused(status: int, code: str, message: str = "invalid data", **details: Any) -> Reply:
    """A refused request."""
    return Reply(status, fault(code, message, **details))


def unauthorized() -> Reply:
    return refused(401, "INVALID_TOKEN", "invalid oauth token")


def too_many() -> Reply:
    """Too many calls at once."""
    return refused(429, "TOO_MANY_REQUESTS", "Please try again after some time.")


def day_spent() -> Reply:
    """The credits of the day are spent; nobody says when to come back."""
    return refused(429, "LIMIT_EXCEEDED", "You have exceeded the API limit")
