"""What became of one write, in our words; no value and no address ever stands in a text."""

from __future__ import annotations

from adapters.pipedrive.values import UnfitError
from connector.errors import RemoteRefusal
from connector.model import LeadWrite, Outcome


def done(write: LeadWrite, object_name: str, record_id: object, *, created: bool = False) -> Outcome:
    """It stands there now."""
    return Outcome(write.effect, "created" if created else "updated", record_id=str(record_id), object=object_name)


def unchanged(write: LeadWrite) -> Outcome:
    """It stood there already."""
    return Outcome(write.effect, "unchanged", record_id=write.record_id, object=write.object)


def unknown(write: LeadWrite) -> Outcome:
    """Nobody told what became of it."""
    text = "Pipedrive did not tell what became of it"
    return Outcome(write.effect, "unknown", record_id=write.record_id, code="unknown_outcome", text=text)


def moved(write: LeadWrite, code: str, text: str) -> Outcome:
    """The record is not where it was: deleted, converted, or archived by sales."""
    return Outcome(
        write.effect, "rejected", record_id=write.record_id, object=write.object, code=code, text=text, moved=True
    )


def refused(write: LeadWrite, code: str, text: str, field: str | None = None) -> Outcome:
    """It cannot be written as it is."""
    return Outcome(
        write.effect, "rejected", record_id=write.record_id, object=write.object, code=code, text=text, field=field
    )


def unfit(write: LeadWrite, error: UnfitError) -> Outcome:
    """One of its values does not fit its field."""
    return refused(write, error.code, error.text, error.column.name)


def of_refusal(write: LeadWrite, refusal: RemoteRefusal, field: str | None) -> Outcome:
    """Pipedrive refused it."""
    about = f"'{field}'" if field else "the values"
    text = refusal.hint or f"Pipedrive refused {about} ({refusal.status})"
    return refused(write, refusal.code, text, field)


def conflict(write: LeadWrite, object_name: str, record_id: str) -> Outcome:
    """The person has a record already."""
    return Outcome(
        write.effect, "conflict", object=object_name, code="exists", text="the person has a record already",
        existing=[(object_name, record_id)],
    )  # fmt: skip
