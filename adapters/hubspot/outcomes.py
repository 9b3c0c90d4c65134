"""What one row's answer means for the write that it came from. Values never stand in a text: they may be personal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from adapters.hubspot.errors import CONFLICT, GONE, TAKEN, Fault, faults_of
from adapters.hubspot.platform import LOCKED_S
from connector.errors import RemoteRefusal
from connector.model import LeadWrite, Outcome

_MEANING: Final[Mapping[str, str]] = {
    "PROPERTY_DOESNT_EXIST": "does not exist: 'leadloop check' says what makes it; or take it out of the mapping",
    "READ_ONLY_VALUE": "is read-only",
    "INVALID_OPTION": "holds a value that is none of its options",
    "INVALID_EMAIL": "is no address that HubSpot accepts",
    "INVALID_DATE": "is no day: HubSpot wants midnight UTC",
    "INVALID_INTEGER": "is no whole number",
    "INVALID_LONG": "is no whole number",
    "INVALID_NUMBER": "is no number",
    "INVALID_BOOLEAN": "is neither true nor false",
    "REQUIRED_FIELD": "is required and was not sent",
}


def done(write: LeadWrite, object_name: str, record_id: str, *, created: bool) -> Outcome:
    """The outcome of a row that was saved."""
    return Outcome(write.effect, "created" if created else "updated", record_id=record_id, object=object_name)


def of_error(write: LeadWrite, object_name: str, error: object) -> Outcome:
    """The outcome of a row that an error of the batch is about."""
    return _of_fault(write, object_name, faults_of(error))


def of_refusal(write: LeadWrite, object_name: str, refusal: RemoteRefusal) -> Outcome:
    """The outcome of a row that was refused with its whole request, standing alone in it."""
    fault = faults_of(refusal.body)
    if refusal.means == "gone":
        fault = Fault("OBJECT_NOT_FOUND")
    elif refusal.means == "conflict" and fault.code not in CONFLICT | TAKEN:
        fault = Fault("CONFLICT", fault.field, fault.existing)
    if refusal.status == 423:
        text = "somebody else is saving this record"
        return Outcome(
            write.effect, "rejected", record_id=write.record_id, object=object_name, code="LOCKED", text=text,
            retry_after_s=LOCKED_S,
        )  # fmt: skip
    return _of_fault(write, object_name, fault)


def _of_fault(write: LeadWrite, object_name: str, fault: Fault) -> Outcome:
    if fault.code in GONE:
        return moved(write, object_name)
    if fault.code in CONFLICT or fault.code in TAKEN:
        existing = [(object_name, fault.existing)] if fault.existing else []
        return Outcome(
            write.effect, "conflict", record_id=write.record_id, object=object_name, code=fault.code, field=fault.field,
            text="another record stands in the way", existing=existing,
        )  # fmt: skip
    meaning = _MEANING.get(fault.code, f"was refused ({fault.code})")
    return Outcome(
        write.effect, "rejected", record_id=write.record_id, object=object_name, code=fault.code, field=fault.field,
        text=f"{fault.field or 'the row'} {meaning}",
    )  # fmt: skip


def moved(write: LeadWrite, object_name: str) -> Outcome:
    """The outcome of a write to a record that is not there any more, or goes by another id since a merge."""
    return Outcome(
        write.effect, "rejected", record_id=write.record_id, object=object_name, code="OBJECT_NOT_FOUND",
        text="the record was deleted or merged into another", moved=True,
    )  # fmt: skip


def unchanged(write: LeadWrite, object_name: str) -> Outcome:
    """The outcome of a write that found everything as it should be."""
    return Outcome(write.effect, "unchanged", record_id=write.record_id, object=object_name)


def unusable(write: LeadWrite, code: str, text: str) -> Outcome:
    """The outcome of a write that was never sent, because it cannot be."""
    return Outcome(write.effect, "rejected", record_id=write.record_id, object=write.object, code=code, text=text)


def unknown(write: LeadWrite) -> Outcome:
    """The outcome of a write whose fate nobody told."""
    text = "HubSpot did not tell what became of it"
    return Outcome(write.effect, "unknown", record_id=write.record_id, code="unknown_outcome", text=text)
