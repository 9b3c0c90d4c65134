"""Tasks for a record's owner are activities; notes are notes. Each carries its effect's key as its last line.

Neither has a key of its own, so an unknown outcome is settled by looking for that line. It fails where a person
rewrites the text within those minutes: then the task may be there twice.
Source: https://developers.pipedrive.com/docs/api/v1/Activities, …/Notes
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from typing import Any

from adapters.pipedrive import outcomes
from adapters.pipedrive.account import Account
from adapters.pipedrive.api import Api, saved_row
from adapters.pipedrive.columns import PERSON
from adapters.pipedrive.directory import PATHS
from connector.model import Json, LeadWrite, Outcome, ReadBack

PATH: Mapping[str, str] = {"task": "v2/activities", "note": "v1/notes"}
_TEXT: Mapping[str, str] = {"task": "note", "note": "content"}


def make(account: Account, api: Api, write: LeadWrite) -> Outcome:
    """Make a task or note on a record; a task belongs to the record's owner and is due to the minute, in UTC."""
    row = api.one(f"{PATHS[write.object]}/{write.record_id}")
    if row is None or row.get("is_archived"):
        return outcomes.moved(write, "gone", "the record was deleted or archived")
    body = _note(write) if write.kind == "note" else _activity(account, write, row)
    made = saved_row(api.save("POST", PATH[write.kind], body))
    return outcomes.done(write, write.object, made["id"], created=True)


def seen(account: Account, write: LeadWrite) -> ReadBack:
    """Is the task or note there?"""
    mark = escape(_mark(write.effect))
    rows = account.api.all(PATH[write.kind], {f"{write.object}_id": str(write.record_id)})
    found = next((row for row in rows if mark in str(row.get(_TEXT[write.kind]) or "")), None)
    return ReadBack(write.effect, found is not None, record_id=str(found["id"]) if found else None, object=write.object)


def _activity(account: Account, write: LeadWrite, row: Json) -> dict[str, Any]:
    person = row["id"] if write.object == PERSON else row.get("person_id")
    body: dict[str, Any] = {
        "subject": str(write.fields.get("subject") or "leadloop"),
        "type": account.schema.activity_type(),
        "note": _text(write),
    }
    if row.get("owner_id"):
        body["owner_id"] = row["owner_id"]
    if write.object != PERSON:
        body[f"{write.object}_id"] = row["id"]
    if person is not None:
        body["participants"] = [{"person_id": person, "primary": True}]
    if write.fields.get("due_at") is not None:
        at = _moment(write.fields["due_at"])
        body |= {"due_date": at.strftime("%Y-%m-%d"), "due_time": at.strftime("%H:%M")}
    return body


def _note(write: LeadWrite) -> dict[str, Any]:
    id_ = str(write.record_id)
    return {"content": _text(write), f"{write.object}_id": int(id_) if id_.isdigit() else id_}


def _text(write: LeadWrite) -> str:
    lines = [*str(write.fields.get("body") or "").splitlines(), _mark(write.effect)]
    return "<br>".join(escape(line) for line in lines)


def _mark(effect: str) -> str:
    return f"leadloop: {effect}"


def _moment(due_at: datetime | str) -> datetime:
    at = due_at if isinstance(due_at, datetime) else datetime.fromisoformat(due_at)
    return at.astimezone(UTC)
