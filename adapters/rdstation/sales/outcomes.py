"""What became of one write, in our words; no value and no address ever stands in a text."""

from __future__ import annotations

from adapters.rdstation.sales.columns import DEAL
from connector.model import LeadWrite, Outcome


def done(write: LeadWrite, record_id: str, *, created: bool = False) -> Outcome:
    """It stands there now."""
    return Outcome(write.effect, "created" if created else "updated", record_id=record_id, object=DEAL)


def moved(write: LeadWrite) -> Outcome:
    """The deal is there no more."""
    return Outcome(
        write.effect, "rejected", record_id=write.record_id, object=DEAL, code="gone",
        text="the deal was deleted, or this user may not see it any more", moved=True,
    )  # fmt: skip


def conflict(write: LeadWrite, deal_id: str) -> Outcome:
    """The person has a deal already."""
    return Outcome(
        write.effect, "conflict", object=DEAL, code="exists", text="the person has a deal already",
        existing=[(DEAL, deal_id)],
    )  # fmt: skip
