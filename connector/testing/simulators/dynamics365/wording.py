"""How the environment words its refusals.

Source: https://learn.microsoft.com/power-apps/developer/data-platform/webapi/compose-http-requests-handle-errors and
https://learn.microsoft.com/power-apps/developer/data-platform/api-limits
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from connector.testing.simulator import Reply

JSON: Final = {"OData-Version": "4.0", "Content-Type": "application/json; odata.metadata=minimal"}
THROTTLES: Final[Mapping[str, tuple[str, str]]] = {
    "requests": (
        "0x80072322",
        "Number of requests exceeded the limit of 6000 over time window of 300 seconds.",
    ),
    "time": (
        "0x80072321",
        "Combined execution time of incoming requests exceeded limit of 1,200,000 milliseconds over 300 seconds.",
    ),
    "concurrency": ("0x80072326", "Number of concurrent requests exceeded the limit of 52."),
}


class Refused(Exception):
    """A request that is refused, with the reply that says so."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(str(reply.status))
        self.reply = reply


def refused(status: int, code: str, text: str, headers: Mapping[str, str] | None = None) -> Reply:
    """An error as the Web API writes it."""
    return Reply(status, {"error": {"code": code, "message": text}}, {**JSON, **(headers or {})})


def throttled(kind: str, retry_after_s: int) -> Reply:
    """One of the three service protection limits."""
    code, text = THROTTLES[kind]
    return refused(429, code, text, {"Retry-After": str(retry_after_s)})


def answered(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """A success."""
    return Reply(status, body, {**JSON, **(headers or {})})


def unknown_property(table: str, name: str) -> Reply:
    """A query names a column that the table does not have."""
    text = f"Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.{table}'."
    return refused(400, "0x80060888", text)


def undeclared(table: str, name: str) -> Reply:
    """A body names a column that the table does not have."""
    text = (
        f"Error identified in Payload provided by the user for Entity :'{table}', --> InnerException : "
        f"The property '{name}' does not exist on type 'Microsoft.Dynamics.CRM.{table}'. "
        "Make sure to only use property names that are defined by the type."
    )
    return refused(400, "0x80048d19", text)


def absent(table: str, record_id: str) -> Reply:
    """No such record."""
    return refused(404, "0x80040217", f"Entity '{table}' With Id = {record_id} Does Not Exist")


NO_SUCH_KEY: Final = refused(
    400, "0x80060891",
    "The key in the request URI is not valid for resource 'Microsoft.Dynamics.CRM.lead'. Ensure that the names and "
    "number of key properties match the declared or alternate key properties for the resource.",
)  # fmt: skip
