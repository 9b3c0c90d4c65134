"""Feedback as calls: fields and tags many contacts at a time, stages, segments and notes one by one.

Every function takes the writes that one call carries and answers one outcome for each, or raises; `batch` sorts that.
Source: https://devdocs.mautic.org/en/latest/rest_api/contacts.html (batch edit), stages.html, segments.html, notes.html
Quirk:  a batch is answered 200 whatever became of its rows; `statusCodes` and `errors` hold them by place, as a list or
        an object. Every item carries its id: one without would shift all later ones onto the wrong people.
Quirk:  a field that the account lacks is ignored without a word. So is a blank, and everything that PHP reads as a
        number whose whole part is 0, in text fields, too: the older value stands. `overwriteWithBlank` is never sent,
        since it may empty fields that the item does not name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from adapters.mautic.naming import Names
from adapters.mautic.refusals import error_of
from connector.adapter import Client
from connector.errors import RecordError
from connector.model import Json, LeadWrite, Outcome

BATCH_PATH: Final = "/api/contacts/batch/edit"
PLACES: Final = {"stage": "stages", "list": "segments"}


def contact_id(write: LeadWrite) -> str:
    """The contact of this write. Raises RecordError when it names none."""
    if not write.record_id or not write.record_id.isdigit():
        raise RecordError("the write names no contact of Mautic", code="no_contact", place=write.effect)
    return write.record_id


def place_path(names: Names, write: LeadWrite) -> str:
    """The address that puts a contact into a stage or segment, or takes it out."""
    kind = PLACES[write.kind]
    number = names.id_of(kind, write.name, write.effect)
    return f"/api/{kind}/{number}/contact/{contact_id(write)}/{'add' if write.on else 'remove'}"


def send_items(client: Client, writes: Sequence[LeadWrite]) -> list[Outcome]:
    """Fields or tags of many contacts, one item for each contact. A later value wins."""
    items: dict[str, Json] = {}
    for write in writes:
        item = items.setdefault(contact_id(write), {"id": int(contact_id(write))})
        if write.kind == "tag":
            item.setdefault("tags", []).append(write.name if write.on else f"-{write.name}")
        else:
            item |= {name: as_sent(value) for name, value in write.fields.items()}
    answer = client.request("PATCH", BATCH_PATH, json=list(items.values()), reserve=any(one.fresh for one in writes))
    told = _by_contact(answer.json(), list(items))
    return [_outcome(write, told[contact_id(write)]) for write in writes]


def send_place(client: Client, names: Names, writes: Sequence[LeadWrite]) -> list[Outcome]:
    """Move a contact to a stage, or into or out of a segment."""
    (write,) = writes
    client.request("POST", place_path(names, write), reserve=write.fresh)
    return [Outcome(write.effect, "updated", record_id=write.record_id)]


def send_note(client: Client, writes: Sequence[LeadWrite]) -> list[Outcome]:
    """Write a note onto a contact."""
    (write,) = writes
    note = {"lead": int(contact_id(write)), "text": str(write.fields.get("body") or ""), "type": "general"}
    client.request("POST", "/api/notes/new", json=note, reserve=write.fresh)
    return [Outcome(write.effect, "created", record_id=write.record_id)]


def as_sent(value: Any) -> Any:
    """Numbers travel as texts, since the fields that we make are texts."""
    if value is None:
        return ""
    return value if isinstance(value, bool | str | list) else str(value)


def _by_contact(body: Any, ids: Sequence[str]) -> dict[str, Json]:
    """What the answer says of each contact: `status`, `error`, `values`."""
    answer = body if isinstance(body, dict) else {}
    contacts, codes, errors = (_by_place(answer.get(name)) for name in ("contacts", "statusCodes", "errors"))
    told: dict[str, Json] = {}
    for place, id_ in enumerate(ids):
        contact = contacts.get(place)
        fields = contact.get("fields") if isinstance(contact, dict) else None
        values = fields.get("all") if isinstance(fields, dict) else None
        told[id_] = {"status": codes.get(place), "error": errors.get(place), "values": values}
    return told


def _by_place(value: Any) -> dict[int, Any]:
    if isinstance(value, list):
        return dict(enumerate(value))
    return {int(place): one for place, one in value.items()} if isinstance(value, dict) else {}


def _outcome(write: LeadWrite, told: Json) -> Outcome:
    status, error = told["status"], told["error"]
    if error is None and status in (200, 201):
        return _kept(write, told["values"])
    if error is None and status is None:
        return Outcome(write.effect, "unknown", code="contract", text="the answer does not name this contact")
    said = error_of(error if isinstance(error, dict) else {"code": status, "message": str(error or "")})
    return Outcome(
        write.effect, "rejected", record_id=write.record_id, code=said.code or str(status), text=said.text,
        field=said.field, moved=status == 404,
    )  # fmt: skip


def _kept(write: LeadWrite, values: Mapping[str, Any] | None) -> Outcome:
    """Did the contact keep what was written? Only the record in the answer tells."""
    if write.kind == "field" and values is not None:
        for name, value in write.fields.items():
            if name not in values:
                return _lost(write, "unknown_field", name, "the account has no such field, or it is not published")
            if _is_passed_over(value) and not _is_passed_over(values[name]):
                return _lost(
                    write, "not_kept", name, "Mautic takes no blank, no 0 and no 'false': write a word instead"
                )
    return Outcome(write.effect, "updated", record_id=write.record_id)


def _lost(write: LeadWrite, code: str, field: str, why: str) -> Outcome:
    text = f"'{field}': {why}"
    return Outcome(write.effect, "rejected", record_id=write.record_id, code=code, text=text, field=field)


def _is_passed_over(value: Any) -> bool:
    """Does Mautic leave the older value where this one is written?"""
    if value is None or value is False or value == "":
        return True
    try:
        return int(float(value)) == 0
    except (TypeError, ValueError, OverflowError):
        return False
