"""A write's fields, sorted by where they stand: on the record, in our lines, on the party, among its contacts."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from adapters.tryton import block
from adapters.tryton.names import KEY_NAME, OPPORTUNITY, PARTY
from adapters.tryton.schema import CONTACTS, Schema
from adapters.tryton.values import encoded
from connector.adapter.usable import FIELD_MISSING
from connector.errors import RecordError
from connector.model import Json, LeadWrite


class Parts(Struct):
    """One write, ready to be sent to the records that it concerns."""

    own: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, Any] = field(default_factory=dict)
    party: dict[str, Any] = field(default_factory=dict)
    contacts: dict[str, str] = field(default_factory=dict)


def parts_of(schema: Schema, write: LeadWrite) -> Parts:
    """Raises RecordError for a field that nobody has, one that is not ours to write, or a value that does not fit."""
    parts = Parts()
    object_name = write.object or OPPORTUNITY
    for name, value in write.fields.items():
        column = schema.find(object_name, name)
        if column is None:
            raise RecordError(f"Tryton has no field '{name}' for {object_name}", code=FIELD_MISSING, field=name)
        if column.part == "key":
            continue  # it goes with every write of a record
        is_of_party = column.part == "party" or object_name == PARTY
        if column.part == "line":
            parts.lines[column.code] = value
        elif is_of_party and column.code in CONTACTS:
            parts.contacts[column.code] = "" if value is None else str(encoded(column, value) or "")
        elif not column.writable:
            raise RecordError(f"'{name}' is not written by programs", code="read_only", field=name)
        else:
            (parts.party if is_of_party else parts.own)[column.code] = encoded(column, value)
    return parts


def new_party(write: LeadWrite, parts: Parts) -> Json:
    """A party with the person's name, contacts and our key; the empty address is what Tryton's own client adds."""
    contacts = {"email": write.email or "", **parts.contacts}
    entries = [{"type": kind, "value": value} for kind, value in contacts.items() if value]
    return {
        **parts.party,
        "contact_mechanisms": [["create", [*entries, key_mechanism(write.key)]]],
        "addresses": [["create", [{}]]],
    }


def key_mechanism(key: str, lines: str = "") -> Json:
    """The contact mechanism that holds our key, and our lines where the party itself stands for the person."""
    entry = {"type": "other", "name": KEY_NAME, "value": key}
    return {**entry, "comment": lines} if lines else entry


def missing_contacts(parts: Parts, row: Json) -> list[Json]:
    """Addresses and numbers that a party does not have yet: those that sales entered stay, and ours come beside."""
    rows = row.get("contact_mechanisms.") or ()
    there = {(one.get("type"), str(one.get("value") or "").casefold()) for one in rows}
    return [
        {"type": kind, "value": value}
        for kind, value in parts.contacts.items()
        if value and (kind, value.casefold()) not in there
    ]


def comment_with(text: str | None, parts: Parts) -> str | None:
    """The text with our lines in it; None when they say so already."""
    wanted = block.with_lines(text, parts.lines)
    return None if not parts.lines or wanted == (text or "") else wanted
