"""How Pipedrive wraps what it answers, and how it words its refusals.

Source: https://pipedrive.readme.io/docs/core-api-concepts-responses and https://pipedrive.readme.io/docs/pipedrive-api-v2-migration-guide
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connector.testing.simulator import Reply


def one(data: Any, status: int = 200) -> Reply:
    """One item."""
    return Reply(status, {"success": True, "data": data})


def page(rows: Sequence[Any], next_cursor: str | None) -> Reply:
    """A page of version 2: an opaque cursor leads on."""
    return Reply(200, {"success": True, "data": list(rows), "additional_data": {"next_cursor": next_cursor}})


def offset_page(rows: Sequence[Any], start: int, limit: int, *, more: bool, empty: Any = None) -> Reply:
    """A page of version 1: an offset leads on. Without rows most lists say null, that of leads `[]`."""
    pagination = {"start": start, "limit": limit, "more_items_in_collection": more}
    if more:
        pagination["next_start"] = start + limit
    data = list(rows) or empty
    return Reply(200, {"success": True, "data": data, "additional_data": {"pagination": pagination}})


def found(items: Sequence[Mapping[str, Any]]) -> Reply:
    """What a search found."""
    scored = [{"result_score": 1.0, "item": dict(item)} for item in items]
    return Reply(200, {"success": True, "data": {"items": scored}, "additional_data": {"next_cursor": None}})


def refused(status: int, error: str, headers: Mapping[str, str] | None = None, **more: Any) -> Reply:
    """An error envelope."""
    info = "Please check developers.pipedrive.com for more information about Pipedrive API."
    body = {"success": False, "error": error, "errorCode": status, "error_info": info, "data": None, **more}
    return Reply(status, body, headers or {})


def bad_field(code: str, what: str) -> Reply:
    """A value that its field does not take; since May 2026 the answer names the field's code."""
    return refused(400, f"Validation failed: custom_fields.{code}: {what}", code="ERR_SCHEMA_VALIDATION_FAILED")


def not_found(what: str) -> Reply:
    return refused(404, f"{what} not found")


def unauthorized() -> Reply:
    body = {
        "success": False, "error": "unauthorized access", "errorCode": 401,
        "error_info": "Please check developers.pipedrive.com",
    }  # fmt: skip
    return Reply(401, body)


def edge_block() -> Reply:
    """What stands before the API when a client went on asking after 429."""
    return Reply(403, b"<!DOCTYPE html><html><title>Just a moment...</title></html>", {"Content-Type": "text/html"})
