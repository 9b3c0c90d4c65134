"""What became of one write, in our words; no value and no address ever stands in a text."""

from __future__ import annotations

from adapters.tryton.names import Ref
from connector.model import LeadWrite, Outcome


def done(write: LeadWrite, ref: Ref, *, created: bool = False) -> Outcome:
    """It stands there now."""
    return Outcome(write.effect, "created" if created else "updated", record_id=ref[1], object=ref[0])


def unchanged(write: LeadWrite, ref: Ref) -> Outcome:
    """It stood there already."""
    return Outcome(write.effect, "unchanged", record_id=ref[1], object=ref[0])


def gone(write: LeadWrite) -> Outcome:
    """The record is there no more."""
    return _moved(write, "gone", "the record was deleted or merged")


def closed(write: LeadWrite) -> Outcome:
    """Sales closed the opportunity, which then refuses changes."""
    return _moved(write, "closed", "the opportunity was converted, won, lost or cancelled: it takes no changes")


def _moved(write: LeadWrite, code: str, text: str) -> Outcome:
    return Outcome(
        write.effect, "rejected", record_id=write.record_id, object=write.object, code=code, text=text, moved=True
    )
