"""How ActiveCampaign words its refusals.

Source: https://developers.activecampaign.com/reference/errors, …/rate-limits, …/bulk-import-contacts
"""

from __future__ import annotations

from connector.testing.simulator import Reply


def forbidden() -> Reply:
    """A key that is wrong or was reset."""
    return Reply(403, {"message": "Forbidden"})


def not_found(id_: str, kind: str = "Subscriber") -> Reply:
    """Deleted, merged away, or never there."""
    return Reply(404, {"message": f"No Result found for {kind} with id {id_}"})


def invalid(title: str, code: str, field: str) -> Reply:
    """A value that is not taken."""
    error = {"title": title, "detail": "", "code": code, "source": {"pointer": f"/data/attributes/{field}"}}
    return Reply(422, {"errors": [error]})


def limited(wait_s: int) -> Reply:
    """More than five calls in a second."""
    headers = {"Retry-After": str(wait_s), "RateLimit-Limit": "5", "RateLimit-Remaining": "0"}
    return Reply(429, {"message": "Too Many Requests"}, headers)


def imports_limited() -> Reply:
    """More than a hundred imports in a minute: a 400."""
    reasons = ["Up to 100 imports may be requested per minute."]
    return Reply(400, {"success": 0, "message": "Rate limit exceeded.", "failureReasons": reasons})


def import_refused(reason: str) -> Reply:
    """An import that is refused as a whole."""
    return Reply(400, {"success": 0, "message": "Invalid request.", "failureReasons": [reason]})
