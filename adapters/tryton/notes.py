"""Notes on a record, where Tryton's users look for what others left them.

There are no tasks without another module, so a task is a note that says until when. Each carries its effect's key as
its last line, by which a lost one is found again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from adapters.tryton import outcomes
from adapters.tryton.api import Api
from adapters.tryton.changing import read
from adapters.tryton.names import NOTE, OPPORTUNITY
from adapters.tryton.sending import TrytonSending
from connector.model import Json, LeadWrite, Outcome, ReadBack


def send(api: Api, sending: TrytonSending, writes: Sequence[LeadWrite]) -> None:
    """Make these notes in one call."""
    opportunities, parties = read(api, None, writes)
    there: list[LeadWrite] = []
    for write in writes:
        rows = opportunities if write.object == OPPORTUNITY else parties
        if str(write.record_id) in rows:
            there.append(write)
        else:
            sending.outcomes[write.effect] = outcomes.gone(write)

    def make(some: Sequence[LeadWrite]) -> list[Outcome]:
        ids = api.create(NOTE, [_note(write) for write in some])
        return [
            outcomes.done(write, (write.object, str(id_)), created=True) for write, id_ in zip(some, ids, strict=True)
        ]

    if there:
        sending.attempt(make, there)


def seen(api: Api, writes: Sequence[LeadWrite]) -> list[ReadBack]:
    """Are these notes there?"""
    if not writes:
        return []
    resources = sorted({_resource(write) for write in writes})
    # Tryton lets notes be searched by their record alone: any `OR` is a 403.
    rows = api.rows(NOTE, [["resource", "in", resources]], ("message", "resource"))
    found = []
    for write in writes:
        row = next((row for row in rows if _is_of(row, write)), None)
        record_id = None if row is None else str(row["id"])
        found.append(ReadBack(write.effect, row is not None, record_id=record_id, object=write.object))
    return found


def _note(write: LeadWrite) -> Json:
    due = write.fields.get("due_at")
    head = [str(write.fields.get("subject") or ""), f"Until {_shown(due)}" if due else ""]
    parts = ["\n".join(line for line in head if line), str(write.fields.get("body") or "").strip(), _mark(write)]
    return {"resource": _resource(write), "message": "\n\n".join(part for part in parts if part)}


def _shown(due_at: datetime | str) -> str:
    at = due_at if isinstance(due_at, datetime) else datetime.fromisoformat(due_at)
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _is_of(row: Json, write: LeadWrite) -> bool:
    lines = str(row.get("message") or "").splitlines()
    return row.get("resource") == _resource(write) and _mark(write) in [line.strip() for line in lines]


def _resource(write: LeadWrite) -> str:
    return f"{write.object},{write.record_id}"


def _mark(write: LeadWrite) -> str:
    return f"leadloop: {write.effect}"
