"""Tasks for a record's owner, due at a moment, and posts in its stream. Each carries its effect's key as its last line.

Neither has a key of its own, so an unknown outcome is settled by looking for that line among the record's own. It fails
where a person rewrites the text within those minutes: then the task may be there twice.
Source: https://docs.espocrm.com/development/api/stream/; espocrm/espocrm, Modules/Crm/…/entityDefs/Task.json.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from adapters.espocrm.account import Account
from adapters.espocrm.api import condition, moment_text
from adapters.espocrm.directory import Ref
from adapters.espocrm.reading import ref_of
from connector.model import Json, LeadWrite, ReadBack

TASK: Final = "Task"
NOTE: Final = "Note"
SUBJECT_LENGTH: Final = 150
TEXT_LENGTH: Final = 32_000
OWNER: Final = "assignedUserId"


def body(account: Account, write: LeadWrite, row: Json) -> tuple[str, Json]:
    """The entity type that is made, and with what; `row` is the record that it hangs on."""
    entity, record_id = ref_of(account, write)
    parent: Json = {"parentType": entity, "parentId": record_id}
    if write.kind == "note":
        return NOTE, {"type": "Post", "post": _text(write), **parent}
    task: Json = {
        "name": str(write.fields.get("subject") or "leadloop")[:SUBJECT_LENGTH], "status": "Not Started",
        "description": _text(write), **parent,
    }  # fmt: skip
    if row.get(OWNER):
        task[OWNER] = row[OWNER]
    if write.fields.get("due_at") is not None:
        task["dateEnd"] = moment_text(_moment(write.fields["due_at"]))
    return TASK, task


def read_back(account: Account, write: LeadWrite) -> ReadBack:
    """Is the task or post there?"""
    ref = ref_of(account, write)
    rows = _tasks(account, ref) if write.kind == "task" else account.api.stream(*ref)
    column = "description" if write.kind == "task" else "post"
    found = next((row for row in rows if _mark(write.effect) in str(row.get(column) or "").splitlines()), None)
    record_id = str(found["id"]) if found else None
    return ReadBack(write.effect, found is not None, record_id=record_id, object=ref[0])


def _tasks(account: Account, ref: Ref) -> list[Json]:
    """The newest tasks of a record."""
    where = [condition("equals", "parentType", ref[0]), condition("equals", "parentId", ref[1])]
    return account.api.rows(TASK, where, ("id", "description"), order_by="createdAt", newest_first=True)


def _text(write: LeadWrite) -> str:
    text = str(write.fields.get("body") or "")[:TEXT_LENGTH]
    return "\n".join(line for line in (text, _mark(write.effect)) if line)


def _mark(effect: str) -> str:
    return f"leadloop: {effect}"


def _moment(due_at: Any) -> datetime:
    return due_at if isinstance(due_at, datetime) else datetime.fromisoformat(str(due_at))
