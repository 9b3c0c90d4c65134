"""What the answer to one part of a batch means for the write that it came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from adapters.dynamics365 import errors
from adapters.dynamics365.multipart import PartAnswer
from connector.model import LeadWrite, Outcome

FIELD_MISSING: Final = "field_missing"
FORBIDDEN: Final = "forbidden"
KEY_MISSING: Final = "key_missing"
LEAD_CLOSED: Final = "lead_closed"
PAUSE_S: Final = 30.0
"""How long a row waits that was refused for now, when the answer names no time."""

_MEANING: Final[Mapping[str, str]] = {
    "0x80044331": "is longer than the column takes: set max_length in the mapping",
    "0x8004431a": "holds a number that the choice does not have",
    "0x80048408": "holds a number that the choice does not have",
    errors.NO_SUCH_PROPERTY[0]: "does not exist in this environment",
    errors.NO_SUCH_PROPERTY[1]: "does not exist in this environment, or takes another type",
    "0x80040265": "was refused by a plug-in of the environment",
}


def done(write: LeadWrite, table: str, record_id: str, *, created: bool) -> Outcome:
    """The outcome of a row that stands."""
    return Outcome(write.effect, "created" if created else "updated", record_id=record_id, object=table)


def of_refusal(write: LeadWrite, table: str, answer: PartAnswer, sent: Iterable[str]) -> Outcome:
    """The outcome of a row whose part was answered with an error."""
    code = errors.code_of(answer.body) or f"http_{answer.status}"
    wait_s = errors.BUSY.get(code)
    if wait_s is None and answer.status in (429, 503):
        wait_s = _retry_after_s(answer)
    if wait_s is not None:
        return _rejected(write, table, code, "Dynamics is busy: it is sent again", wait_s=wait_s)
    if answer.status >= 500 or answer.status == 408:
        return unknown(write)
    if code in errors.CONFLICT:
        text = "another record stands in the way"
        return Outcome(write.effect, "conflict", object=table, code=code, text=text)
    if answer.status in (404, 410, 412):
        return moved(write, table, code, "the record is there no more")
    if answer.status == 403:
        return _rejected(write, table, FORBIDDEN, f"the application user may not write this {table}")
    field = errors.field_of(answer.body, sent)
    meaning = _MEANING.get(code, f"was refused ({code})")
    return _rejected(write, table, code, f"{field or 'the row'} {meaning}", field=field)


def moved(write: LeadWrite, table: str, code: str, text: str) -> Outcome:
    """The outcome of a row whose person is to be looked for again."""
    return Outcome(
        write.effect, "rejected", record_id=write.record_id, object=table, code=code, text=text, moved=True
    )  # fmt: skip


def closed(write: LeadWrite, table: str) -> Outcome:
    """The outcome of a row for a lead that sales has closed, and that takes no changes until it is opened again."""
    return _rejected(write, table, LEAD_CLOSED, "the lead is closed and takes no changes: reactivate it in Dynamics")


def missing_key(write: LeadWrite, table: str, key: str) -> Outcome:
    """The outcome of a row that was to be made under a key which the environment does not have, or not yet."""
    return _rejected(write, table, KEY_MISSING, f"{table} has no active alternate key on '{key}'", field=key)


def unknown(write: LeadWrite) -> Outcome:
    """The outcome of a row whose fate nobody told."""
    text = "Dynamics did not tell what became of it"
    return Outcome(write.effect, "unknown", record_id=write.record_id, code="unknown_outcome", text=text)


def _rejected(
    write: LeadWrite, table: str, code: str, text: str, *, field: str | None = None, wait_s: float | None = None
) -> Outcome:
    return Outcome(
        write.effect, "rejected", record_id=write.record_id, object=table, code=code, text=text, field=field,
        retry_after_s=wait_s,
    )  # fmt: skip


def _retry_after_s(answer: PartAnswer) -> float:
    told = answer.headers.get("retry-after", "")
    return float(told) if told.isdigit() else PAUSE_S
