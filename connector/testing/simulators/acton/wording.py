"""How Act-On words its refusals, and writes its dates.

Source: https://developer.act-on.com/reference (examples of each page); the gateway's words are those that it answers to
        a request without a token. What it says of a broken limit is not documented: 429 in the gateway's shape.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from connector.testing.simulator import Reply

ZONE = ZoneInfo("America/Los_Angeles")


def refusal(code: int | str, message: str, status: int = 400) -> Reply:
    """An error of the API; the code is a number, and once a text."""
    return Reply(status, {"errorCode": code, "message": message})


def gateway(status: int, message: str, more: str = "") -> Reply:
    """An error of the gateway in front of the API."""
    return Reply(status, {"httpCode": str(status), "httpMessage": message, "moreInformation": more})


def sign_in(status: int, error: str, description: str) -> Reply:
    """An error of the token address."""
    return Reply(status, {"error": error, "error_description": description})


def invalid_list() -> Reply:
    return refusal(10004, "Invalid or missing list")


def invalid_contact() -> Reply:
    return refusal(10008, "Invalid contact")


def invalid_column() -> Reply:
    return refusal("10010", "Invalid Column Specified")


def invalid_message() -> Reply:
    return refusal(10030, "Invalid or deleted message", 404)


def invalid_drilldown() -> Reply:
    return refusal(10089, "Invalid drill-down verb")


def unauthorized() -> Reply:
    """No token, or one that is no longer good."""
    return gateway(401, "Unauthorized")


def limited() -> Reply:
    """A limit of the account is broken; nothing says how long to wait."""
    return gateway(429, "Too Many Requests", "Rate Limit exceeded")


def no_resource() -> Reply:
    return gateway(404, "Not Found", "No resources match requested URI")


def date(at: datetime, style: str) -> str:
    """A time in the account's zone: `numbers` as in a single record, `words` as in lists of All Contacts."""
    local = at.astimezone(ZONE)
    if style == "numbers":
        return f"{local:%Y-%m-%d %H:%M:%S %Z}"
    return f"{local:%b %d %Y %H:%M} {ZONE.key}"
