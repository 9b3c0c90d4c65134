"""What one row's answer means for the write that it came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.salesforce import errors
from connector.errors import RemoteRefusal
from connector.model import LeadWrite, Outcome

_MEANING: Mapping[str, str] = {
    "STRING_TOO_LONG": "is longer than the field takes: set max_length in the mapping",
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": "holds a value that the picklist does not have",
    "REQUIRED_FIELD_MISSING": "is required and was not sent",
    "INVALID_EMAIL_ADDRESS": "is no address that Salesforce accepts",
    "INVALID_FIELD_FOR_INSERT_UPDATE": "may not be written by this user",
    "INVALID_FIELD": "does not exist or is hidden from this user",
    "NUMBER_OUTSIDE_VALID_RANGE": "is outside the field's range",
}


def of_result(write: LeadWrite, object_name: str, result: Any, *, is_creation: bool) -> Outcome:
    """The outcome of one row by its result; a result without the documented shape leaves the row unknown."""
    if not isinstance(result, dict) or not isinstance(result.get("success"), bool):
        return unknown(write)
    if not result["success"]:
        return of_errors(write, object_name, result.get("errors"))
    record_id = str(result.get("id") or write.record_id or "")
    if not record_id or (write.kind == "record" and write.record_id and record_id[:15] != write.record_id[:15]):
        return unknown(write)
    created = result.get("created", is_creation)
    return Outcome(write.effect, "created" if created else "updated", record_id=record_id, object=object_name)


def of_errors(write: LeadWrite, object_name: str, listed: Any) -> Outcome:
    """The outcome of a refused row: a conflict, a record that moved, a busy record, or a value that is not taken."""
    first = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], dict) else {}
    code = str(first.get("statusCode") or first.get("errorCode") or "UNKNOWN_EXCEPTION")
    if code in errors.CONFLICT:
        text = "another record stands in the way"
        existing = errors.records_named(first)
        return Outcome(write.effect, "conflict", object=object_name, code=code, text=text, existing=existing)
    field = errors.first_field(first)
    moved = code in errors.MOVED and field in (None, "Id", "id", "WhoId")
    return Outcome(
        write.effect, "rejected", record_id=write.record_id, object=object_name, code=code, field=field,
        text=_sentence(code, field, str(first.get("message") or "")), moved=moved, retry_after_s=errors.BUSY.get(code),
    )  # fmt: skip


def of_refusal(write: LeadWrite, object_name: str, refusal: RemoteRefusal) -> Outcome:
    """The outcome of a row that was refused with its whole request, standing alone in it."""
    first = refusal.errors[0] if refusal.errors else None
    text = _sentence(refusal.code, refusal.field, first.text if first else "")
    return Outcome(
        write.effect, "rejected", record_id=write.record_id, object=object_name, code=refusal.code, text=text,
        field=refusal.field, hint=refusal.hint,
    )  # fmt: skip


def missing_field(write: LeadWrite, object_name: str, field: str) -> Outcome:
    """The outcome of a row that names a field which the account does not have."""
    return Outcome(
        write.effect, "rejected", record_id=write.record_id, object=object_name, code="INVALID_FIELD", field=field,
        text=_sentence("INVALID_FIELD", f"{object_name}.{field}", ""),
    )  # fmt: skip


def unknown(write: LeadWrite) -> Outcome:
    """The outcome of a row whose fate nobody told."""
    text = "Salesforce did not tell what became of it"
    return Outcome(write.effect, "unknown", record_id=write.record_id, code="unknown_outcome", text=text)


def _sentence(code: str, field: str | None, message: str) -> str:
    by_admin = errors.shown(code, message)
    if by_admin:
        return by_admin
    meaning = _MEANING.get(code, f"was refused ({code})")
    return f"{field or 'the row'} {meaning}"
