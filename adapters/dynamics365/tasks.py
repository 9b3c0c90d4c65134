"""Tasks and notes on a record: each is made under an id of its own, so that it is there once whatever happens.

The id follows from the effect's key, and is made only where it is not there yet (`If-None-Match: *`).
Source: https://learn.microsoft.com/power-apps/developer/data-platform/use-upsert-insert-update-record
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID, uuid5

from adapters.dynamics365 import odata, outcomes
from adapters.dynamics365.api import ROOT, Api
from adapters.dynamics365.multipart import Part, PartAnswer
from adapters.dynamics365.tables import TABLES
from connector.errors import RecordError
from connector.model import Json, LeadWrite, Outcome, ReadBack

SETS: Final = {"task": ("tasks", "activityid"), "note": ("annotations", "annotationid")}
SUBJECT_CHARACTERS: Final = 200
_NAMESPACE: Final = UUID("6f1c2a52-53c5-5a5e-9d0e-2c6f4f1b7a10")
_OWNERS: Final = {"systemuser": "systemusers", "team": "teams"}
_OURS: Final = ("subject", "body", "due_at")


def id_of(write: LeadWrite) -> str:
    """The id that this task or note has, or will have."""
    return str(uuid5(_NAMESPACE, write.effect))


def part(write: LeadWrite, owner: str | None) -> Part:
    """The request that makes a task or note. Raises RecordError when it hangs on nothing."""
    table = TABLES.get(write.object)
    if table is None or not write.record_id:
        raise RecordError(f"a {write.kind} hangs on a record, and this write names none", code="no_record")
    entity_set, id_column = SETS[write.kind]
    path = f"{ROOT}{odata.by_id(entity_set, id_of(write))}?$select={id_column}"
    regarding = f"/{odata.by_id(table.entity_set, write.record_id)}"
    body = _task(write, owner) if write.kind == "task" else _note(write)
    link = f"regardingobjectid_{table.name}_task" if write.kind == "task" else f"objectid_{table.name}"
    headers = {"If-None-Match": "*", "Prefer": "return=representation"}
    return Part("PATCH", path, {**body, f"{link}@odata.bind": regarding}, headers)


def outcome(write: LeadWrite, answer: PartAnswer | None) -> Outcome:
    """What became of a task or note. One that is there already is as it should be."""
    if answer is None:
        return outcomes.unknown(write)
    if answer.status in (200, 201, 204):
        return outcomes.done(write, write.object, id_of(write), created=True)
    refused = outcomes.of_refusal(write, write.object, answer, write.fields)
    if answer.status == 412 or refused.status == "conflict":
        return Outcome(write.effect, "unchanged", record_id=id_of(write), object=write.object)
    return refused


def owners(api: Api, writes: Sequence[LeadWrite]) -> Mapping[str, str]:
    """Owners of the records that tasks hang on, users or teams, as references; by record id."""
    found: dict[str, str] = {}
    for name, table in TABLES.items():
        ids = [(table.id, str(one.record_id)) for one in writes if one.kind == "task" and one.object == name]
        for row in api.found(table.entity_set, [table.id, "_ownerid_value"], ids):
            entity_set = _OWNERS.get(row.get(f"_ownerid_value@{odata.LOOKUP_TABLE}") or "systemuser")
            if entity_set and row.get("_ownerid_value"):
                found[row[table.id]] = f"/{entity_set}({row['_ownerid_value']})"
    return found


def read_back(api: Api, writes: Sequence[LeadWrite]) -> Iterator[ReadBack]:
    """Which of these tasks and notes are there?"""
    for kind, (entity_set, id_column) in SETS.items():
        wanted = [write for write in writes if write.kind == kind]
        rows = api.found(entity_set, [id_column], [(id_column, id_of(write)) for write in wanted])
        there = {row[id_column] for row in rows}
        for write in wanted:
            is_there = id_of(write) in there
            yield ReadBack(write.effect, is_there, record_id=id_of(write) if is_there else None, object=write.object)


def _task(write: LeadWrite, owner: str | None) -> Json:
    body = {**_others(write), "subject": _subject(write), "description": _body(write)}
    if (due_at := write.fields.get("due_at")) is not None:
        body["scheduledend"] = odata.sendable(due_at)
    return {**body, "ownerid@odata.bind": owner} if owner else body


def _note(write: LeadWrite) -> Json:
    return {**_others(write), "subject": _subject(write), "notetext": _body(write)}


def _subject(write: LeadWrite) -> str:
    return str(write.fields.get("subject") or write.name or "leadloop")[:SUBJECT_CHARACTERS]


def _body(write: LeadWrite) -> str:
    return str(write.fields.get("body") or "")


def _others(write: LeadWrite) -> dict[str, Any]:
    """What the mapping adds under the platform's own names."""
    return {name: odata.sendable(value) for name, value in write.fields.items() if name not in _OURS}
