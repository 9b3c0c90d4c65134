"""The fields of the simulated company, and what each takes.

Leads have no custom fields of their own: they inherit those of deals. Codes of custom fields are hashes that differ
from company to company. Source: https://developers.pipedrive.com/docs/api/v1/DealFields
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha1
from itertools import count
from typing import Any, Final

TEXTS: Final = ("varchar", "varchar_auto", "text", "phone")
SEARCHABLE: Final = ("address", "varchar", "text", "varchar_auto", "double", "monetary", "phone")
TYPES: Final = (
    *TEXTS, "double", "monetary", "enum", "set", "user", "org", "people", "date", "daterange", "time", "timerange",
    "address",
)  # fmt: skip
VARCHAR: Final = 255
CONTACT_SYNC: Final = ("notes", "im", "birthday", "job_title", "postal_address")
"""Fields of persons that are refused with 403 unless the company syncs contacts."""
WRITABLE: Final[Mapping[str, frozenset[str]]] = {
    "person": frozenset({
        "name", "owner_id", "org_id", "emails", "phones", "visible_to", "label_ids", "marketing_status",
        "custom_fields", *CONTACT_SYNC,
    }),
    "deal": frozenset({
        "title", "owner_id", "person_id", "org_id", "pipeline_id", "stage_id", "value", "currency", "is_archived",
        "status", "probability", "lost_reason", "visible_to", "close_time", "won_time", "lost_time",
        "expected_close_date", "label_ids", "custom_fields", "origin_id", "channel", "channel_id",
    }),
    "lead": frozenset({
        "title", "owner_id", "label_ids", "person_id", "organization_id", "is_archived", "value",
        "expected_close_date", "visible_to", "was_seen", "channel", "channel_id", "origin_id",
    }),
}  # fmt: skip

_ids = count(1000)


@dataclass(slots=True)
class FieldDef:
    """A field. `options` are labels by id; `code` of a custom one is made from its name and the company's secret."""

    name: str
    type: str = "varchar"
    code: str = ""
    options: dict[int, str] = field(default_factory=dict)
    custom: bool = True

    def described(self) -> dict[str, Any]:
        """The field as the list of fields tells it."""
        options = [{"id": one, "label": label, "color": None} for one, label in self.options.items()]
        return {
            "field_name": self.name, "field_code": self.code, "description": None, "field_type": self.type,
            "options": options or None, "subfields": None, "is_custom_field": self.custom,
            "is_optional_response_field": False,
        }  # fmt: skip

    def fault(self, value: Any) -> str | None:
        """Why the field does not take a value; None when it does."""
        if value is None:
            return None
        if self.type in TEXTS:
            return None if isinstance(value, str) else "Expected string"
        if self.type == "double":
            return None if _is_number(value) else "Expected number"
        if self.type == "monetary":
            return None if isinstance(value, dict) and _is_number(value.get("value")) else "Expected object"
        if self.type == "enum":
            return None if _option(value) in self.options else "Option does not exist"
        if self.type == "set":
            fits = isinstance(value, list) and value and all(_option(one) in self.options for one in value)
            return None if fits else "Expected non-empty array of existing options"
        if self.type == "date":
            return None if _is_day(value) else "Expected date"
        return None

    def kept(self, value: Any) -> Any:
        """What is kept of a good value: short texts are cut."""
        if self.type in ("varchar", "varchar_auto", "phone") and isinstance(value, str):
            return value[:VARCHAR]
        return _option(value) if self.type == "enum" and value is not None else value


def code_of(company: str, name: str) -> str:
    """The 40 hexadecimal digits by which this company's API calls a field."""
    return sha1(f"{company}/{name}/{next(_ids)}".encode()).hexdigest()  # noqa: S324 - a name, not a secret


def standard_fields(kind: str) -> list[FieldDef]:
    """Fields that every company has; of them only the labels have options."""
    named = {
        "person": [("Name", "varchar", "name"), ("Email", "varchar", "emails"), ("Phone", "phone", "phones")],
        "deal": [("Title", "varchar", "title"), ("Value", "monetary", "value"), ("Status", "status", "status")],
    }[kind]
    labels = {1: "Customer", 2: "Hot lead", 3: "Warm lead", 4: "Cold lead"}
    fields = [FieldDef(name, type_, code, custom=False) for name, type_, code in named]
    return [*fields, FieldDef("Labels", "set", "label_ids", labels, custom=False)]


def _option(value: Any) -> int | None:
    """An option's id; version 1 also takes it as a text."""
    if isinstance(value, str) and value.isdigit():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_day(value: Any) -> bool:
    try:
        date.fromisoformat(str(value))
    except ValueError:
        return False
    return True
