"""Feedback one contact at a time: fields, tags and notes.

Every function takes the writes that one call carries and answers one outcome for each, or raises; `batch` sorts that.
Source: https://developers.activecampaign.com/reference/update-a-contact-new, …/create-contact-tag, …/create-a-note
Quirk:  a tag is taken off by the id of its association with the contact, which has to be looked up.
Quirk:  a value that a choice does not offer may be passed over without a word: the answer shows what is held.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from adapters.activecampaign.asking import API, everything, table
from adapters.activecampaign.fields import Fields, is_same
from adapters.activecampaign.naming import Names
from adapters.activecampaign.people import PATH
from connector.adapter import Client
from connector.errors import RecordError, RemoteRefusal
from connector.model import Json, LeadWrite, Outcome

NOTES_OF: Final = "Subscriber"
"""What the API still calls a contact."""


def contact_id(write: LeadWrite) -> str:
    """The contact of this write. Raises RecordError when it names none."""
    if not write.record_id or not write.record_id.isdigit():
        raise RecordError("the write names no contact of ActiveCampaign", code="no_contact", place=write.effect)
    return write.record_id


def send_fields(client: Client, fields: Fields, writes: Sequence[LeadWrite]) -> list[Outcome]:
    """Update one contact by its id, so that nobody is ever made anew."""
    (write,) = writes
    standard, custom = fields.body_of(write.fields)
    contact = {**standard, **({"fieldValues": custom} if custom else {})}
    answer = client.request(
        "PUT", f"{PATH}/{contact_id(write)}", json={"contact": contact}, reserve=write.fresh, safe=False
    )
    return [_kept(write, fields, table(answer))]


def send_tag(client: Client, names: Names, writes: Sequence[LeadWrite]) -> list[Outcome]:
    """Put a tag onto a contact, or take it off."""
    (write,) = writes
    tag = names.tag_id(write.name, make=write.on)
    if write.on:
        body = {"contactTag": {"contact": contact_id(write), "tag": tag}}
        try:
            client.request("POST", f"{API}/contactTags", json=body, reserve=write.fresh)
        except RemoteRefusal:
            names.forget_tag(write.name)
            raise
        return [Outcome(write.effect, "updated", record_id=write.record_id)]
    ids = [str(one["id"]) for one in tags_of(client, contact_id(write)) if str(one.get("tag")) == tag]
    for id_ in ids:
        client.request("DELETE", f"{API}/contactTags/{id_}", reserve=write.fresh, accept={404}, safe=True)
    return [Outcome(write.effect, "updated" if ids else "unchanged", record_id=write.record_id)]


def send_note(client: Client, writes: Sequence[LeadWrite]) -> list[Outcome]:
    """Write a note onto a contact."""
    (write,) = writes
    note = {"note": body_of(write), "relid": contact_id(write), "reltype": NOTES_OF}
    client.request("POST", f"{API}/notes", json={"note": note}, reserve=write.fresh)
    return [Outcome(write.effect, "created", record_id=write.record_id)]


def tags_of(client: Client, id_: str) -> list[Json]:
    """A contact's associations with tags."""
    return list(everything(client, f"contacts/{id_}/contactTags", "contactTags"))


def body_of(write: LeadWrite) -> str:
    """The text of a note. Raises RecordError when there is none."""
    text = str(write.fields.get("body") or "")
    if not text:
        raise RecordError("the note is empty", code="empty_note", place=write.effect)
    return text


def _kept(write: LeadWrite, fields: Fields, body: Json) -> Outcome:
    """Did the contact keep what was written? The answer shows the values that it names."""
    told = body.get("fieldValues")
    held = {fields.name_of(str(one.get("field"))): one.get("value") for one in told} if isinstance(told, list) else {}
    for name, value in write.fields.items():
        if name.upper() in held and not is_same(value, held[name.upper()], fields.kind_of(name)):
            text = f"'{name}' holds another value than was written: is it one of the field's options?"
            return Outcome(
                write.effect, "rejected", record_id=write.record_id, code="not_kept", text=text, field=name
            )  # fmt: skip
    return Outcome(write.effect, "updated", record_id=write.record_id)
