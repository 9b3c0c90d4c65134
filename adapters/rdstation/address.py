"""How a contact is addressed: `uuid:…` where its id is known, else `email:…`, encoded for a path."""

from __future__ import annotations

from urllib.parse import quote

from connector.errors import RecordError
from connector.model import LeadWrite


def identifier(write: LeadWrite) -> str:
    """The attribute that addresses this write's contact; a PATCH must not carry it."""
    if write.record_id:
        return "uuid"
    if write.email:
        return "email"
    raise RecordError("the write names no contact: neither an id nor an e-mail", code="no_contact", place=write.effect)


def contact_path(write: LeadWrite) -> str:
    """The path of the contact (`+` of an e-mail and the like encoded)."""
    kind = identifier(write)
    value = write.record_id if kind == "uuid" else write.email
    return f"/platform/contacts/{kind}:{quote(str(value), safe='')}"


def funnel_path(write: LeadWrite) -> str:
    """The path of the contact's place in the one funnel there is."""
    return f"{contact_path(write)}/funnels/default"


def limited(write: LeadWrite) -> str:
    """What the limits per contact count by."""
    return write.record_id or write.key
