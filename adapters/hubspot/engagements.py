"""Tasks and notes on a contact: records of their own, hung on it by an association.

They have no key under which they could be upserted. So the last line of their text carries the effect's own key, and an
unknown outcome is settled by reading the contact's tasks and notes for that line; one whose text a person rewrote
within those minutes would be made twice.
Source: https://developers.hubspot.com/docs/api-reference/latest/crm/activities/tasks (and notes)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Final

from adapters.hubspot import outcomes, survivors
from adapters.hubspot.api import Api
from adapters.hubspot.batches import Route, Row, send
from adapters.hubspot.properties import text_of
from connector.adapter.batching import Told
from connector.model import Json, LeadWrite, ReadBack

CONTACTS: Final = "contacts"
OBJECTS: Final[Mapping[str, str]] = {"task": "tasks", "note": "notes"}
BODIES: Final[Mapping[str, str]] = {"tasks": "hs_task_body", "notes": "hs_note_body"}
LINKS: Final[Mapping[str, int]] = {"tasks": 204, "notes": 202}
"""HubSpot's own types of association to a contact."""
_OURS: Final = frozenset({"subject", "body", "due_at"})


def add(api: Api, writes: Sequence[LeadWrite]) -> Told:
    """Make tasks and notes; one on a contact that was deleted or merged says so and is not made."""
    if not writes:
        return {}
    fresh = any(write.fresh for write in writes)
    ids = [str(write.record_id) for write in writes]
    contacts = survivors.by_id(api, CONTACTS, ids, ["hubspot_owner_id"], reserve=fresh)
    told: Told = {}
    rows: list[Row] = []
    for write in writes:
        contact = contacts[str(write.record_id)]
        if contact is None or contact["id"] != write.record_id:
            told[write.effect] = outcomes.moved(write, CONTACTS)
        else:
            rows.append(_row(write, contact["properties"].get("hubspot_owner_id"), api.client.now()))
    return told | send(api, rows)


def _row(write: LeadWrite, owner: str | None, now: datetime) -> Row:
    object_name = OBJECTS[write.kind]
    kind = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": LINKS[object_name]}
    properties = {name: text_of(value, "text") for name, value in write.fields.items() if name not in _OURS}
    properties[BODIES[object_name]] = body_of(write)
    properties["hs_timestamp"] = text_of(write.fields.get("due_at") or now, "datetime")
    if write.kind == "task":
        properties |= {"hs_task_status": "NOT_STARTED", "hs_task_type": "TODO"}
        properties["hs_task_subject"] = str(write.fields.get("subject") or write.name or "leadloop")
    if owner:
        properties["hubspot_owner_id"] = owner
    body: Json = {"properties": properties, "associations": [{"to": {"id": write.record_id}, "types": [kind]}]}
    return Row(write, Route("create", object_name, BODIES[object_name]), properties[BODIES[object_name]], body)


def body_of(write: LeadWrite) -> str:
    """The text as HubSpot shows it (HTML), with the effect's key as its last line."""
    lines = [*str(write.fields.get("body") or "").splitlines(), mark_of(write.effect)]
    return "<br>".join(escape(line, quote=False) for line in lines)


def mark_of(effect: str) -> str:
    """The line by which a task or note is found again."""
    return f"leadloop: {effect}"


def read_back(api: Api, writes: Sequence[LeadWrite]) -> Iterator[ReadBack]:
    """Which of these tasks and notes are there?"""
    for kind, object_name in OBJECTS.items():
        same = [write for write in writes if write.kind == kind]
        found = _found(api, object_name, same) if same else {}
        for write in same:
            yield ReadBack(write.effect, write.effect in found, record_id=found.get(write.effect), object=object_name)


def _found(api: Api, object_name: str, writes: Sequence[LeadWrite]) -> dict[str, str]:
    marks = {escape(mark_of(write.effect), quote=False): write.effect for write in writes}
    people = list(dict.fromkeys(str(write.record_id) for write in writes))
    ids = [one for ids in api.linked(CONTACTS, object_name, people).values() for one in ids]
    rows = api.read(object_name, ids, [BODIES[object_name]]).rows if ids else ()
    return {marks[mark]: str(row["id"]) for row in rows if (mark := _last_line(row, object_name)) in marks}


def _last_line(row: Json, object_name: str) -> str:
    """The key's line. HubSpot may wrap the text in tags of its own."""
    _, word, rest = str(row["properties"].get(BODIES[object_name]) or "").rpartition("leadloop: ")
    return word + rest.partition("<")[0].strip()
