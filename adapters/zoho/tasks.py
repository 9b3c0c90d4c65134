"""Tasks for a record's owner, due on a day, and notes. Each carries its effect's key as its last line.

Neither has a key of its own, so an unknown outcome is settled by looking for that line among the record's own. It fails
where a person rewrites the text within those minutes: then the task may be there twice.
Source: https://www.zoho.com/crm/developer/docs/api/v8/insert-records.html (Tasks), …/create-notes.html.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from adapters.zoho import outcomes
from adapters.zoho.account import Account
from adapters.zoho.api import CONTACTS, MAX_ROWS, Api, row_cost
from adapters.zoho.directory import reference
from connector.model import Json, LeadWrite, Outcome, ReadBack

LISTS: Final[Mapping[str, str]] = {"task": "Tasks", "note": "Notes"}
_TEXT: Final[Mapping[str, str]] = {"task": "Description", "note": "Note_Content"}
SUBJECT_LENGTH: Final = 255
TEXT_LENGTH: Final = 32_000

Owners = Mapping[str, str]


def send(account: Account, api: Api, writes: Sequence[LeadWrite]) -> list[Outcome]:
    """One call: tasks, or notes, on records of one object."""
    kind, object_name = writes[0].kind, writes[0].object or account.main
    owners = _owners(api, object_name, writes) if kind == "task" else {}
    rows = [
        _task(account, object_name, write, owners) if kind == "task" else _note(object_name, write) for write in writes
    ]
    body: Json = {"data": rows, "trigger": []}
    results = api.save("POST", LISTS[kind], body, cost=row_cost(len(rows)))
    return outcomes.of_rows(object_name, writes, results)


def read_back(account: Account, write: LeadWrite) -> ReadBack:
    """Is the task or note there?"""
    object_name, column = write.object or account.main, _TEXT[write.kind]
    path = f"{object_name}/{write.record_id}/{LISTS[write.kind]}"
    rows = account.api.page(path, {"fields": f"id,{column}", "per_page": MAX_ROWS}).rows
    found = next((row for row in rows if _mark(write.effect) in str(row.get(column) or "").splitlines()), None)
    record_id = str(found["id"]) if found else None
    return ReadBack(write.effect, found is not None, record_id=record_id, object=object_name)


def _owners(api: Api, object_name: str, writes: Sequence[LeadWrite]) -> Owners:
    """Owners of the records, by record id: without one a task would be leadloop's own."""
    rows = api.by_ids(object_name, [str(write.record_id) for write in writes], ("id", "Owner"))
    return {id_: owner for id_, row in rows.items() if (owner := reference(row.get("Owner"))) is not None}


def _task(account: Account, object_name: str, write: LeadWrite, owners: Owners) -> Json:
    record_id = str(write.record_id)
    row: Json = {
        "Subject": str(write.fields.get("subject") or "leadloop")[:SUBJECT_LENGTH],
        "Description": _text(write),
        "Status": "Not Started",
    }
    if object_name == CONTACTS:
        row["Who_Id"] = {"id": record_id}
    else:
        row |= {"What_Id": {"id": record_id}, "$se_module": object_name}
    if record_id in owners:
        row["Owner"] = {"id": owners[record_id]}
    if write.fields.get("due_at") is not None:
        row["Due_Date"] = _day(write.fields["due_at"], ZoneInfo(account.options.time_zone))
    return row


def _note(object_name: str, write: LeadWrite) -> Json:
    parent = {"module": {"api_name": object_name}, "id": str(write.record_id)}
    return {"Note_Content": _text(write), "Parent_Id": parent}


def _text(write: LeadWrite) -> str:
    body = str(write.fields.get("body") or "")[:TEXT_LENGTH]
    return "\n".join(line for line in (body, _mark(write.effect)) if line)


def _mark(effect: str) -> str:
    return f"leadloop: {effect}"


def _day(due_at: Any, zone: ZoneInfo) -> str:
    """The day, where the company works, on which a task is due: Zoho keeps no time of day for tasks."""
    at = due_at if isinstance(due_at, datetime) else datetime.fromisoformat(str(due_at))
    return at.astimezone(zone).date().isoformat()
