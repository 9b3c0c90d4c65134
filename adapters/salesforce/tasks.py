"""Tasks and notes for the owner of a record: both are Task records, a note is one that is done already.

Exactly once: with a Task field that is an External ID (option `task_key`) a task is upserted under its effect's key.
Without one it is inserted with the key as the last line of its description, and an unknown outcome is settled by
reading that line back; a task whose description a person rewrote within those minutes would be made twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from adapters.salesforce import soql
from adapters.salesforce.api import Api
from adapters.salesforce.errors import PREFIXES, USER_PREFIX
from adapters.salesforce.resolving import PEOPLE, Keys, Records
from adapters.salesforce.writing import Route, Row, sendable
from connector.model import Json, LeadWrite, ReadBack

TASK = "Task"
_OURS = ("subject", "body", "due_at")


def task_row(write: LeadWrite, owner: str | None, zone: ZoneInfo, task_key: str) -> Row:
    """The row of a task or note on `write.record_id`.

    Of `write.fields`, `subject`, `body` and `due_at` (a moment) are our words; all else is sent under its own name.
    """
    body = _body(write, owner, zone, with_mark=not task_key)
    if task_key:
        return Row(write, Route("upsert", TASK, task_key), write.effect, {**body, task_key: write.effect})
    return Row(write, Route("insert", TASK), write.effect, body)


def _body(write: LeadWrite, owner: str | None, zone: ZoneInfo, *, with_mark: bool) -> Json:
    fields = write.fields
    lines = [str(fields.get("body") or ""), _mark(write.effect) if with_mark else ""]
    body: Json = {
        "attributes": {"type": TASK},
        "WhoId": write.record_id,
        "Subject": str(fields.get("subject") or write.name or "leadloop")[:255],
        "Description": "\n\n".join(line for line in lines if line),
    }
    if write.kind == "note":
        body["Status"] = "Completed"
    due_at = fields.get("due_at")
    if due_at is not None:
        body["ActivityDate"] = _day(due_at, zone)
    if owner is not None:
        body["OwnerId"] = owner
    return {**body, **sendable({name: value for name, value in fields.items() if name not in _OURS})}


def _mark(effect: str) -> str:
    return f"leadloop: {effect}"


def _day(due_at: datetime | str, zone: ZoneInfo) -> str:
    """The day, where the company works, on which a task is due: Salesforce keeps no time of day for tasks."""
    at = due_at if isinstance(due_at, datetime) else datetime.fromisoformat(due_at)
    return at.astimezone(zone).date().isoformat()


def owners(api: Api, writes: Sequence[LeadWrite]) -> Mapping[str, str]:
    """Owners of the records that tasks hang on, by record id; queues are left out, since they own no tasks."""
    by_object: dict[str, list[str]] = {}
    for write in writes:
        object_name = write.object or PREFIXES.get(str(write.record_id)[:3])
        if write.record_id and object_name:
            by_object.setdefault(object_name, []).append(write.record_id)
    return {
        row["Id"]: row["OwnerId"]
        for object_name, ids in by_object.items()
        for query in soql.where_in(soql.select(("Id", "OwnerId"), object_name), [("Id", one) for one in ids])
        for row in api.rows(query)
        if str(row["OwnerId"]).startswith(USER_PREFIX)
    }


def read_back(api: Api, writes: Sequence[LeadWrite], task_key: str) -> list[ReadBack]:
    """Which of these tasks are there?"""
    found = _by_key(api, writes, task_key) if task_key else _by_mark(api, writes)
    return [
        ReadBack(write.effect, write.effect in found, record_id=found.get(write.effect), object=TASK)
        for write in writes
    ]


def _by_key(api: Api, writes: Sequence[LeadWrite], task_key: str) -> dict[str, str]:
    head = soql.select(("Id", task_key), TASK)
    queries = soql.where_in(head, [(task_key, write.effect) for write in writes])
    return {row[task_key]: row["Id"] for query in queries for row in api.rows(query)}


def _with_successors(api: Api, writes: Sequence[LeadWrite]) -> list[str]:
    """The records on which these tasks were to be, and where they went."""
    planned = {write.record_id for write in writes if write.record_id}
    records = Records(api, Keys(None, (), ()))
    for object_name in PEOPLE:
        records.read(object_name, [("Id", one) for one in sorted(planned) if PREFIXES.get(one[:3]) == object_name])
    records.follow()
    return sorted(planned | {record_id for _, record_id in records.rows})


def _by_mark(api: Api, writes: Sequence[LeadWrite]) -> dict[str, str]:
    """By the line that we left: a description cannot be asked for, so all tasks of the records are looked through.

    Tasks go with a record that is merged or converted, so those of what it became are, too.
    """
    marks = {_mark(write.effect): write.effect for write in writes}
    wanted = [("WhoId", record_id) for record_id in _with_successors(api, writes)]
    queries = soql.where_in(soql.select(("Id", "Description"), TASK), wanted)
    return {
        marks[line]: row["Id"]
        for query in queries
        for row in api.rows(query)
        for line in str(row["Description"] or "").splitlines()
        if line in marks
    }
