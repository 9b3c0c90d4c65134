"""What a decision lacks when it is told, and what comes after it: a reason, an amount, a value that is none.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from msgspec.structs import replace

from connector.errors import RecordError
from connector.model import Decision

T = TypeVar("T")
BAD_NUMBER: Final = "bad_number"
"""Code of an amount that is no number."""


def read_or(read: Callable[[], T], otherwise: T, unread: list[RecordError] | None) -> T:
    """What is read. Where it cannot be, `otherwise`, and `unread` gets the error; without `unread` it is raised."""
    try:
        return read()
    except RecordError as error:
        if unread is None:
            raise
        unread.append(error)
        return otherwise


def still_missing(decision: Decision, unread: Sequence[RecordError]) -> list[RecordError]:
    """What a person is told of values that a decision of the past lacks; nothing of an amount that came later."""
    place = f"{decision.object} {decision.record_id}, {decision.kind} of {decision.at:%Y-%m-%d %H:%M:%S} UTC"
    hint = "the decision counts, and a history cannot be corrected: 'leadloop rejects drop NUMBER' closes this"
    return [
        RecordError(
            f"{place} is told without '{error.field}': what stood there then is none",
            code=error.code, field=error.field, place=place, hint=hint,
        )
        for error in unread
        if error.code != BAD_NUMBER or decision.amount is None
    ]  # fmt: skip


def with_late_parts(found: list[Decision], known: Decision, now: Decision) -> Decision:
    """What came after its decision, which was told by `known`; an amount completes one of this reading alone."""
    if found and known.amount is None and now.amount is not None:
        known = found[-1] = replace(known, amount=now.amount)
    if (now.reason, now.reason_text) != (known.reason, known.reason_text):
        known = _with_late_reason(found, known, now)
    return known


def _with_late_reason(found: list[Decision], known: Decision, now: Decision) -> Decision:
    """A reason that came after its decision: it completes one of this reading, or is told as a decision of its own.

    A reason that is taken away tells nothing.
    """
    if now.reason in (None, "none_given") and now.reason_text is None:
        return known
    if found:
        found[-1] = replace(found[-1], reason=now.reason, reason_text=now.reason_text)
        return found[-1]
    found.append(now)
    return now
