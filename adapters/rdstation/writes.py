"""Feedback as single calls: fields, tags and stage of one contact.

Every function takes the writes that one call carries and answers one outcome for each, or raises; `batch` sorts that.
Source: https://developers.rdstation.com/reference/contatos
Quirk:  PATCH replaces the whole list of tags, and no call removes one: a removal reads, edits and writes the list.
Quirk:  a contact that was merged answers under its survivor's id; the outcome names that one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from adapters.rdstation.address import contact_path, funnel_path, identifier, limited
from connector.adapter import Answer, Client
from connector.errors import RemoteRefusal
from connector.model import LeadWrite, Outcome

Status = Literal["updated", "unchanged"]


def send_fields(client: Client, writes: Sequence[LeadWrite]) -> list[Outcome]:
    """One PATCH for all field writes of one contact, since a contact takes 24 of them a day. A later value wins."""
    first = writes[0]
    values: dict[str, Any] = {}
    for write in writes:
        values.update(write.fields)
    values.pop(identifier(first), None)
    if not values:
        return [_outcome(write, "unchanged", write.record_id) for write in writes]
    answer = client.request(
        "PATCH", contact_path(first), json=values, record=limited(first), reserve=any(write.fresh for write in writes)
    )
    return [_outcome(write, "updated", _uuid(answer) or write.record_id) for write in writes]


def send_tag(client: Client, writes: Sequence[LeadWrite]) -> list[Outcome]:
    """Put one tag on a contact, or take it off."""
    (write,) = writes
    return [_add_tag(client, write) if write.on else _remove_tag(client, write)]


def send_stage(client: Client, writes: Sequence[LeadWrite]) -> list[Outcome]:
    """Move a contact to a lifecycle stage. Owner and opportunity are not sent: they belong to sales."""
    (write,) = writes
    body = {**write.fields, "lifecycle_stage": write.name}
    client.request("PUT", funnel_path(write), json=body, bucket="funnels", record=limited(write), reserve=write.fresh)
    return [_outcome(write, "updated", write.record_id)]


def tag_name(write: LeadWrite) -> str:
    """RD Station takes tags in lower case only."""
    return write.name.lower()


def _add_tag(client: Client, write: LeadWrite) -> Outcome:
    try:
        client.request(
            "POST", f"{contact_path(write)}/tag", json={"tags": [tag_name(write)]},
            bucket="tags", record=limited(write), reserve=write.fresh,
        )  # fmt: skip
    except RemoteRefusal as refusal:
        if refusal.code != "VALUES_MUST_BE_UNIQUE":
            raise
        contact = client.request("GET", contact_path(write), reserve=write.fresh)
        if tag_name(write) not in _tags(contact):
            raise
        return _outcome(write, "unchanged", _uuid(contact))
    return _outcome(write, "updated", write.record_id)


def _remove_tag(client: Client, write: LeadWrite) -> Outcome:
    contact = client.request("GET", contact_path(write), reserve=write.fresh)
    tags = _tags(contact)
    if tag_name(write) not in tags:
        return _outcome(write, "unchanged", _uuid(contact))
    kept = [tag for tag in tags if tag != tag_name(write)]
    client.request("PATCH", contact_path(write), json={"tags": kept}, record=limited(write), reserve=write.fresh)
    return _outcome(write, "updated", _uuid(contact))


def _outcome(write: LeadWrite, status: Status, record_id: str | None) -> Outcome:
    return Outcome(write.effect, status, record_id=record_id)


def _uuid(answer: Answer) -> str | None:
    body = answer.json()
    return str(body["uuid"]) if isinstance(body, dict) and body.get("uuid") else None


def _tags(answer: Answer) -> list[str]:
    body = answer.json()
    return [str(tag) for tag in (body.get("tags") or [])] if isinstance(body, dict) else []
