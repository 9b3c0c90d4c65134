"""How EspoCRM words its refusals: a status, a reason in a header, and for some a JSON body.

Source: espocrm/espocrm, application/Espo/Core/Api/ErrorOutput.php, …/Core/FieldValidation/Exceptions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connector.testing.simulator import Reply

Row = dict[str, Any]


class RefusedError(Exception):
    """A request ends here, with this reply."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


def refused(status: int, reason: str = "", body: Any = None) -> Reply:
    """A refusal; most have an empty body."""
    return Reply(status, b"" if body is None else body, {"X-Status-Reason": reason} if reason else {})


def invalid(field: str, kind: str) -> Reply:
    """A value that its field does not take."""
    told = {"label": "validationFailure", "scope": None, "data": {"field": field, "type": kind}}
    reason = f"Field validation failure; entityType: Lead, field: {field}, type: {kind}."
    return refused(400, reason, {"messageTranslation": told})


def duplicate(rows: Sequence[Row]) -> Reply:
    """A creation that met records which look the same."""
    return refused(409, "duplicate", list(rows))


def unauthorized() -> Reply:
    return refused(401, "error")


def forbidden() -> Reply:
    return refused(403, "No access.")


def missing(id_: str) -> Reply:
    return refused(404, f"Record {id_} does not exist.")
