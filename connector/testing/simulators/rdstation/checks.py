"""What RD Station refuses in a body: of a contact, a tag, a funnel, an event."""

from __future__ import annotations

from typing import Any, Final

from connector.model import Json
from connector.testing.simulator import Reply
from connector.testing.simulators.rdstation import wording
from connector.testing.simulators.rdstation.account import STAGES, Account, SimContact

LISTS: Final = ("tags", "legal_bases", "extra_emails")
EVENTS: Final = ("OPPORTUNITY", "SALE", "OPPORTUNITY_LOST")
_TYPES: Final[dict[str, type | tuple[type, ...]]] = {
    "INTEGER": int, "BOOLEAN": bool, "STRING[]": list, "STRING": (str, int, float),
}  # fmt: skip


def contact(account: Account, body: Any, identified_by: str, target: SimContact | None) -> Reply | None:
    """A PATCH or POST of a contact."""
    if not isinstance(body, dict):
        return wording.several("INVALID_DATA_TYPE", "Invalid data type. Payload should be an object.", "$")
    if identified_by in body:
        return wording.flat("CONFLICTING_FIELD", f"The payload contains the identifying attribute {identified_by}.")
    for name, value in body.items():
        refusal = _attribute(account, name, value)
        if refusal is not None:
            return refusal
    holder = account.find_email(str(body["email"])) if body.get("email") else None
    if holder is not None and holder is not target:
        return wording.by_field("email", "EMAIL_ALREADY_IN_USE", "The email is already in use.")
    return None


def _attribute(account: Account, name: str, value: Any) -> Reply | None:
    if name == "tags":
        return tags(value, ())
    if name in LISTS:
        return None if isinstance(value, list) else wording.by_field(name, "INVALID_DATA_TYPE", "Should be an array.")
    if name not in account.fields:
        return wording.flat("INVALID_FIELDS", f"The field {name} is invalid or cannot be changed.")
    field = account.fields[name]
    fits = value is None or isinstance(value, _TYPES[field["data_type"]])
    if not fits or (field["data_type"] == "INTEGER" and isinstance(value, bool)):
        return wording.by_field(name, "INVALID_DATA_TYPE", f"Invalid data type. Should be {field['data_type']}.")
    options = [one["value"] for one in field["validation_rules"].get("valid_options", [])]
    if options and value is not None and value not in options:
        return wording.by_field(name, "MUST_BE_VALID_OPTION", "Must be a valid option.")
    return None


def tags(value: Any, there: list[str] | tuple[str, ...]) -> Reply | None:
    """Tags to set, or to add to those that are `there`."""
    if not isinstance(value, list) or not all(isinstance(tag, str) for tag in value):
        return wording.several("MUST_BE_STRING_ARRAY", "Must be an array of strings.", "$.tags")
    if any(tag != tag.lower() for tag in value):
        return wording.several("VALUES_MUST_BE_LOWERCASE", "Values must be lowercase.", "$.tags")
    if len(set(value)) != len(value) or set(value) & set(there):
        return wording.several("VALUES_MUST_BE_UNIQUE", "Values must be unique.", "$.tags")
    return None


def funnel(body: Any) -> Reply | None:
    """A PUT of a funnel."""
    if not isinstance(body, dict) or {"fit", "interest"} & set(body):
        return wording.flat("INVALID_FIELDS", "fit and interest cannot be changed.")
    if body.get("lifecycle_stage", "Lead") not in STAGES:
        return wording.by_field("lifecycle_stage", "INCLUSION", f"Must be one of {', '.join(STAGES)}.")
    return None


def event(item: Any, place: str) -> Reply | None:
    """One event of a call."""
    if not isinstance(item, dict) or item.get("event_type") not in EVENTS:
        return wording.bare("INVALID", "Unknown event type.", f"{place}.event_type")
    payload: Json = item.get("payload") or {}
    for name in ("email", "funnel_name"):
        if not payload.get(name):
            return wording.bare("CANNOT_BE_NULL", f"{name} cannot be null.", f"{place}.payload.{name}")
    if not isinstance(payload.get("value", 0), (int, float)):
        return wording.several("INVALID_DATA_TYPE", "Invalid data type. Should be a number.", f"{place}.payload.value")
    if any(name.startswith("cf_") for name in payload):
        return wording.several("INVALID_FIELDS", "Qualification events take no custom fields.", f"{place}.payload")
    return None
