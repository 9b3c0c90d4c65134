"""Lead fields, activity types and custom activity types of the simulated instance.

Source: https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/lead-database/list-of-standard-fields
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from connector.model import Json

_STANDARD: Final = {
    "id": "integer", "email": "email", "firstName": "string", "lastName": "string", "title": "string",
    "phone": "phone", "mobilePhone": "phone", "city": "string", "state": "string", "country": "string",
    "leadSource": "string", "leadStatus": "string", "leadScore": "integer", "dateOfBirth": "date",
    "unsubscribed": "boolean", "unsubscribedReason": "text", "emailInvalid": "boolean", "marketingSuspended": "boolean",
    "blackListed": "boolean", "doNotCall": "boolean", "createdAt": "datetime", "updatedAt": "datetime",
}  # fmt: skip
COMPANY: Final = {
    "company": "string", "industry": "string", "website": "url", "numberOfEmployees": "integer",
    "annualRevenue": "currency",
}  # fmt: skip
READ_ONLY: Final = ("id", "createdAt", "updatedAt")
TYPES: Final = {
    1: "Visit Webpage", 2: "Fill Out Form", 3: "Click Link", 6: "Send Email", 7: "Email Delivered", 8: "Email Bounced",
    9: "Unsubscribe Email", 10: "Open Email", 11: "Click Email", 12: "New Lead", 13: "Change Data Value",
    22: "Change Score", 24: "Add to List", 25: "Remove from List", 27: "Email Bounced Soft", 32: "Merge Leads",
    37: "Delete Lead", 46: "Interesting Moment", 101: "Change Revenue Stage", 104: "Change Status in Progression",
}  # fmt: skip


class Schema:
    """The lead fields by name; their description, and what fits them."""

    def __init__(self) -> None:
        self.fields = {name: described(name, kind) for name, kind in (_STANDARD | COMPANY).items()}

    def add(self, name: str, data_type: str = "string") -> None:
        """An own field."""
        self.fields[name] = described(name, data_type)

    def is_standard(self, name: str) -> bool:
        return name in _STANDARD or name in COMPANY

    def refusal(self, name: str, value: Any) -> tuple[int, str] | None:
        """Why this value cannot be written; None when it can."""
        if name not in self.fields:
            return 1006, f"Field '{name}' not found"
        if name in COMPANY:
            return 1021, f"Cannot update company field '{name}' through leads"
        kind = self.fields[name]["dataType"]
        wrong = value is not None and (
            (kind == "integer" and not str(value).lstrip("-").isdigit())
            or (kind == "boolean" and str(value).lower() not in ("true", "false", "1", "0"))
        )
        return (1003, f"Invalid value for field '{name}'") if wrong else None


def described(name: str, data_type: str) -> Json:
    """A field as describe2 tells it."""
    length = {"length": 255} if data_type in ("string", "email", "phone", "url") else {}
    label = "".join(f" {letter}" if letter.isupper() else letter for letter in name).strip().capitalize()
    return {
        "name": name, "displayName": label, "dataType": data_type, **length,
        "updateable": name not in READ_ONLY, "crmManaged": False,
    }  # fmt: skip


@dataclass(slots=True)
class CustomTypes:
    """Custom activity types; a draft has no part in anything until it is approved."""

    by_name: dict[str, Json] = field(default_factory=dict)
    numbers: count[int] = field(default_factory=lambda: count(100_001))

    def create(self, body: Json) -> Json:
        """A draft."""
        kind = {**body, "id": next(self.numbers), "status": "draft", "attributes": []}
        self.by_name[body["apiName"]] = kind
        return kind

    def approved(self, type_id: int) -> Json | None:
        """The type of this number, if it is approved."""
        return next(
            (one for one in self.by_name.values() if one["id"] == type_id and one["status"] == "approved"), None
        )
