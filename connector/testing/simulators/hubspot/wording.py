"""How HubSpot words its refusals, in a whole answer and in a row of a batch.

Source: https://developers.hubspot.com/docs/api-reference/error-handling and recorded answers; the codes of an unknown
        property, of a value that another record holds and of a text that is too long are not documented.
"""

from __future__ import annotations

from typing import Any

from connector.testing.simulator import Reply

CORRELATION = "aeb5f871-7f07-4993-9211-075dc63e7cbf"
_STATUSES = {"CONFLICT": 409, "OBJECT_NOT_FOUND": 404}


class RowError(Exception):
    """One row of a batch that HubSpot refuses."""

    def __init__(self, category: str, message: str, code: str = "", field: str = "") -> None:
        super().__init__(message)
        self.category = category
        self.message = message
        self.code = code
        self.field = field

    def as_row(self, context: dict[str, list[str]]) -> dict[str, Any]:
        """As an entry of `errors` in an answer with several outcomes."""
        return {
            "status": "error", "category": self.category, "message": self.message, "context": context,
            "errors": self._details(), "links": {},
        }  # fmt: skip

    def as_reply(self) -> Reply:
        """As the refusal of the whole request."""
        body = refusal_body(self.message, self.category)
        return Reply(_STATUSES.get(self.category, 400), {**body, "errors": self._details(), "links": {}})

    def _details(self) -> list[dict[str, Any]]:
        if not self.code:
            return []
        context = {"propertyName": [self.field]}
        return [{"message": self.message, "code": self.code, "in": self.field, "context": context}]


def refusal_body(message: str, category: str) -> dict[str, Any]:
    """The body that all refusals share."""
    return {"status": "error", "message": message, "correlationId": CORRELATION, "category": category}


def refused(status: int, category: str, message: str) -> Reply:
    """A refusal of a request."""
    return Reply(status, refusal_body(message, category))


def invalid(field: str, code: str, value: str) -> RowError:
    """A value that a property does not take; the sentence repeats it."""
    return RowError("VALIDATION_ERROR", f"Property values were not valid: {field}={value!r}", code, field)


def unknown_property(field: str) -> RowError:
    return RowError("VALIDATION_ERROR", f'Property "{field}" does not exist', "PROPERTY_DOESNT_EXIST", field)


def exists(record_id: str) -> RowError:
    """A contact with this address is there already."""
    return RowError("CONFLICT", f"Contact already exists. Existing ID: {record_id}")


def not_found() -> RowError:
    text = "Could not get some objects, they may be deleted or not exist. Check that ids are valid."
    return RowError("OBJECT_NOT_FOUND", text)


def missing_scope(scope: str) -> Reply:
    text = f"This app hasn't been granted all required scopes to make this call: {scope}"
    details = [{"message": "missing scopes", "context": {"requiredGranularScopes": [scope]}}]
    return Reply(403, {**refusal_body(text, "MISSING_SCOPES"), "errors": details})


def unsigned(category: str = "INVALID_AUTHENTICATION") -> Reply:
    return refused(401, category, "Authentication credentials not found or no longer good.")


def too_many(policy: str) -> Reply:
    """A limit of the account: its policy is named."""
    text = f"You have reached your {'daily' if policy == 'DAILY' else 'ten_secondly_rolling'} limit."
    body = {"status": "error", "message": text, "errorType": "RATE_LIMIT", "correlationId": CORRELATION}
    return Reply(429, {**body, "policyName": policy, "requestId": CORRELATION})


def too_many_searches() -> Reply:
    """The limit of searches: no policy is named."""
    return refused(429, "RATE_LIMITS", "You have reached your secondly limit.")
