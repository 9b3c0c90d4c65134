"""How Mautic words its refusals.

Source: https://github.com/mautic/mautic (ApiBundle/EventListener/ApiSubscriber.php, CommonApiController.php), 5.1.
"""

from __future__ import annotations

from typing import Any

from connector.model import Json
from connector.testing.simulator import Reply


def error(code: int, message: str, details: Any = (), type_: str | None = None) -> Json:
    """One error as it stands in every list of them."""
    return {"code": code, "message": message, "details": details or [], "type": type_}


def refusal(code: int, message: str, details: Any = (), type_: str | None = None) -> Reply:
    """An answer that is one error."""
    return Reply(code, {"errors": [error(code, message, details, type_)]})


def not_found() -> Reply:
    """Deleted, merged away, or never there."""
    return refusal(404, "Item was not found.")


def invalid(field: str, message: str) -> Json:
    """What a form of Mautic says of a value that it does not take."""
    return error(400, f"{field}: {message}", {field: [message]})


def disabled() -> Reply:
    """Nobody enabled the API."""
    return refusal(403, "API disabled. You need to enable the API in Mautic's API settings.", type_="api_disabled")


def denied() -> Reply:
    """The role lacks a permission."""
    return refusal(403, "You do not have access to the requested area/action.")


def expired() -> Reply:
    """The access token is older than an hour; OAuth's words, rewritten to Mautic's list."""
    return refusal(401, "The access token provided has expired.", type_="invalid_grant")


def limited(calls: int) -> Reply:
    """The administrator's limit; nothing says how long to wait."""
    return refusal(429, f"You exceeded the rate limit of {calls} API calls per hour.")


def bad_column(column: str) -> Reply:
    """The statistics' way to refuse: 200, and errors instead of rows."""
    message = f"An exception occurred while executing a query: Unknown column '{column}' in 'where clause'"
    return Reply(200, {"errors": [{"message": message, "code": 1054}]})


def table_denied() -> Reply:
    """A table that the role may not read, as newer versions say it: in a 200."""
    message = "You do not have the view permission to load data from the lead table"
    return Reply(200, {"errors": [{"message": message, "code": 403}]})
