"""What Zoho's word on one row means for the write that it came from; no value ever stands in a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from adapters.zoho import errors
from connector.model import LeadWrite, Outcome

_MEANING: Final[Mapping[str, str]] = {
    "MANDATORY_NOT_FOUND": "is required and was not sent",
    "INVALID_DATA": "holds a value that the field does not take",
    "DEPENDENT_FIELD_MISSING": "needs another field that was not sent",
    "EXPECTED_FIELD_MISSING": "is one of several of which one is required",
    "RECORD_LOCKED": "was not written: the record is locked",
    "RECORD_IN_BLUEPRINT": "was not written: the record is in a blueprint",
    "NOT_APPROVED": "was not written: the record waits for an approval",
    "NO_PERMISSION": "may not be written by leadloop's user",
}


def of_rows(object_name: str, writes: Sequence[LeadWrite], results: Sequence[Any]) -> list[Outcome]:
    """One outcome per write of a call. Results stand in the order sent; a list of another length tells nothing."""
    told = results if len(results) == len(writes) else [None] * len(writes)
    return [of_row(write, object_name, result) for write, result in zip(writes, told, strict=True)]


def of_row(write: LeadWrite, object_name: str, told: Any) -> Outcome:
    """The outcome of one row; a word without the documented shape leaves it unknown."""
    if not isinstance(told, dict) or told.get("status") not in ("success", "error"):
        return unknown(write)
    if told["status"] == "error":
        return _of_error(write, object_name, errors.first_of(told))
    record_id = str(errors.details_of(told).get("id") or write.record_id or "")
    is_known = write.record_id is not None and write.kind in ("record", "tag")
    if not record_id or (is_known and record_id != write.record_id):
        return unknown(write)
    is_new = not is_known and told.get("action") != "update"
    return Outcome(write.effect, "created" if is_new else "updated", record_id=record_id, object=object_name)


def _of_error(write: LeadWrite, object_name: str, error: Mapping[str, Any]) -> Outcome:
    code, field = str(error.get("code") or "UNKNOWN_ERROR"), errors.field_of(error)
    if code == "DUPLICATE_DATA":
        existing = _existing(object_name, errors.details_of(error))
        text = "another record stands in the way"
        return Outcome(
            write.effect, "conflict", object=object_name, code=code, text=text, field=field, existing=existing
        )
    moved = code in errors.MOVED or (code == "INVALID_DATA" and field in errors.PARENTS)
    text = "the record was deleted or converted" if moved else _sentence(code, field)
    return Outcome(
        write.effect, "rejected", record_id=write.record_id, object=object_name, code=code, field=field, text=text,
        moved=moved, retry_after_s=errors.BUSY.get(code),
    )  # fmt: skip


def _existing(object_name: str, details: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The record that holds the value already; versions of the API name it in one of two places."""
    named = details.get("duplicate_record")
    record: Mapping[str, Any] = named if isinstance(named, dict) else details
    module = record.get("module")
    name = module.get("api_name") if isinstance(module, dict) else None
    return [(str(name or object_name), str(record["id"]))] if record.get("id") else []


def unchanged(write: LeadWrite) -> Outcome:
    """It stood there already."""
    return Outcome(write.effect, "unchanged", record_id=write.record_id, object=write.object)


def unknown(write: LeadWrite) -> Outcome:
    """Nobody told what became of it."""
    text = "Zoho did not tell what became of it"
    return Outcome(write.effect, "unknown", record_id=write.record_id, code="unknown_outcome", text=text)


def _sentence(code: str, field: str | None) -> str:
    return f"{field or 'the row'} {_MEANING.get(code, f'was refused ({code})')}"
