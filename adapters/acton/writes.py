"""Feedback as calls: columns of one record, custom events one by one.

Source: https://developer.act-on.com/reference/update-a-contact-by-record-id,
        https://developer.act-on.com/hc/en-us/articles/15908726572695 (upload custom event fact)
Quirk:  an unknown column refuses the whole record and is not named, so the list's columns are looked at first.
Quirk:  a custom event goes to an address, tells its day only, and has no key: the contact's history is read before one
        is sent again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from adapters.acton.lists import KEY, Lists, list_of
from adapters.acton.people import path_of
from connector.adapter import Client
from connector.errors import ContractError, RecordError
from connector.model import LeadWrite, Outcome

EVENTS_PATH: Final = "/api/1/customevents/fact"
ACTION: Final = "CUSTOM_GENERAL"
DAY_FORMAT: Final = "yyyy-MM-dd"


def contact_id(write: LeadWrite) -> str:
    """The record of this write. Raises RecordError when it names none."""
    if not write.record_id or ":" not in write.record_id:
        raise RecordError("the write names no record of an Act-On list", code="no_contact", place=write.effect)
    return write.record_id


def check_columns(lists: Lists, write: LeadWrite) -> None:
    """Raises RecordError that names the column which the record's list does not have."""
    list_id = list_of(contact_id(write))
    known = list_id in lists.columns
    missing = _missing(lists, list_id, write)
    if missing and known:  # somebody may have made it since the columns were last seen
        del lists.columns[list_id]
        missing = _missing(lists, list_id, write)
    if missing:
        raise RecordError(
            f"list {list_id} has no column '{missing}'", code="unknown_column", field=missing, place=write.effect,
            hint="add the column to the list in Act-On",
        )  # fmt: skip


def _missing(lists: Lists, list_id: str, write: LeadWrite) -> str | None:
    columns = lists.columns_of(list_id).headings
    return next((name for name in write.fields if name not in columns or name == KEY), None)


def check_event(write: LeadWrite) -> None:
    """Raises RecordError for an event that cannot travel."""
    contact_id(write)
    if not write.email or not write.name:
        raise RecordError("a custom event needs a name and an address", code="no_email", place=write.effect)


def send_fields(client: Client, writes: Sequence[LeadWrite]) -> list[Outcome]:
    """Columns of one record; a later value wins."""
    first = writes[0]
    values = {name: as_sent(value) for write in writes for name, value in write.fields.items()}
    answer = client.request(
        "PUT", path_of(contact_id(first)), json=values, reserve=any(write.fresh for write in writes)
    )
    _check_success(answer.json(), first)
    return [Outcome(write.effect, "updated", record_id=write.record_id) for write in writes]


def send_event(client: Client, writes: Sequence[LeadWrite]) -> list[Outcome]:
    """One custom event of the person."""
    (write,) = writes
    form = {
        "destination": write.name, "createlistingentry": "true", "customeventaction": ACTION, "email": write.email,
        "when": _day(client.now()), "dateformat": DAY_FORMAT, "title": title_of(write), "note": note_of(write.fields),
    }  # fmt: skip
    _check_success(client.request("POST", EVENTS_PATH, form=form, reserve=write.fresh).json(), write)
    return [Outcome(write.effect, "created", record_id=write.record_id)]


def title_of(write: LeadWrite) -> str:
    """What the event is called: its decision or reason, by which segments and scores of Act-On can ask for it."""
    parts = [as_sent(write.fields[name]) for name in ("decision", "reason") if write.fields.get(name)]
    return ": ".join(parts) or write.name


def note_of(fields: Mapping[str, Any]) -> str:
    """All parts of an event in one line."""
    return "; ".join(f"{name}: {as_sent(value)}" for name, value in fields.items())


def as_sent(value: Any) -> str:
    """Values travel as texts, as columns of lists hold them."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"


def _check_success(body: Any, write: LeadWrite) -> None:
    """Raises ContractError for an answer that does not say that it went well: its fate is then unknown."""
    if not isinstance(body, dict) or str(body.get("status", "success")).lower() not in ("success", "ok"):
        raise ContractError(f"the answer to {write.effect} does not say that it was applied")
