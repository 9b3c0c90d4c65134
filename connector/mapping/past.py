"""How a CRM record stood before, as its own history tells: the states that it went through, oldest first.

A history keeps the fields that the account tracks, and no others. So a past state has the tracked fields as they were
and of the untracked ones what was seen on the last look; what nobody saw is absent, and no condition on it holds. The
present state is whole and always the last, because what is untracked may have changed after the last line of history.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from msgspec import Struct

from connector.model import CrmRecord, FieldChange, Precision


class State(Struct, frozen=True):
    """A record from one moment on.

    Conditions ask `fields`. Reasons and amounts are read from `beside`, where an untracked field that nobody saw before
    counts as it stands now, as the best that is known. `changed` are the fields whose change by `by` began this state.
    """

    fields: Mapping[str, Any]
    beside: Mapping[str, Any]
    at: datetime
    by: str | None
    precision: Precision
    changed: frozenset[str] = frozenset()


def states(record: CrmRecord, before: CrmRecord | None) -> list[State]:
    """The states since `before`, the record as last seen (None: never), oldest first and the present one last."""
    steps = _steps(record, before.changed_at if before else None)
    past = _past(record, before, steps) if steps else []
    return [*past, _present(record, before)]


def _steps(record: CrmRecord, since: datetime | None) -> list[tuple[datetime, list[FieldChange]]]:
    """The lines of history after `since`, those of one moment together."""
    lines = sorted(record.history, key=lambda change: change.at)
    steps = [(at, list(changes)) for at, changes in groupby(lines, key=lambda change: change.at)]
    return [(at, changes) for at, changes in steps if since is None or at > since]


def _past(record: CrmRecord, before: CrmRecord | None, steps: list[tuple[datetime, list[FieldChange]]]) -> list[State]:
    """Walks back from the present, taking one step of history off at a time."""
    tracked = {change.field for change in record.history}
    fields = {name: value for name, value in record.fields.items() if name in tracked}
    untracked = before.fields if before else {}
    beside = before.fields if before else record.fields
    found: list[State] = []
    for at, changes in reversed(steps):
        last = changes[-1]
        moved = frozenset(change.field for change in changes if change.old != change.new and change.by == last.by)
        found.append(State({**untracked, **fields}, {**beside, **fields}, at, last.by, last.precision, moved))
        fields.update({change.field: change.old for change in reversed(changes)})
    if before is None:
        created_at = record.created_at or steps[0][0]
        found.append(State(dict(fields), {**beside, **fields}, created_at, None, "poll"))
    return found[::-1]


def _present(record: CrmRecord, before: CrmRecord | None) -> State:
    if before is None and record.created_at == record.changed_at:
        precision: Precision = "exact"  # untouched since it was made, so this is how it was made
    else:
        precision = "date" if record.precision == "date" else "poll"
    return State(record.fields, record.fields, record.changed_at, record.changed_by, precision, _untold(record, before))


def _untold(record: CrmRecord, before: CrmRecord | None) -> frozenset[str]:
    """The fields that changed since `before` and of which no history tells."""
    if before is None:
        return frozenset()
    tracked = {change.field for change in record.history}
    return frozenset(
        name
        for name, value in record.fields.items()
        if name not in tracked and name in before.fields and before.fields[name] != value
    )
