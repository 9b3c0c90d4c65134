"""Deals and contacts as either version of the API tells them, in one shape: version 2's words, texts for ids.

Version 1 knows no status: `win` is true, false or null, where null is open and not lost, and `hold` is anything that
is not blank once a deal is paused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Final, TypeVar

from msgspec import Struct, field

from connector.errors import ContractError
from connector.model import Json

T = TypeVar("T")

ONGOING: Final = "ongoing"
PAUSED: Final = "paused"
WON: Final = "won"
LOST: Final = "lost"


class Contact(Struct, frozen=True):
    """A person. `deals` are the ids of their deals; None: this answer does not tell."""

    id: str
    name: str | None = None
    job_title: str | None = None
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    deals: tuple[str, ...] | None = None
    raw: Json = field(default_factory=dict)

    @property
    def email(self) -> str | None:
        """The first address."""
        return self.emails[0] if self.emails else None

    @property
    def phone(self) -> str | None:
        """The first number."""
        return self.phones[0] if self.phones else None

    def has_email(self, email: str) -> bool:
        """Is this one of their addresses, in any case?"""
        return email.strip().lower() in {one.strip().lower() for one in self.emails}


class Move(Struct, frozen=True):
    """A deal came to a stage."""

    stage_id: str
    at: datetime


class Deal(Struct, frozen=True):
    """A negotiation. `custom` holds custom fields by the code that this version calls them by.

    `contact_ids`, `contacts`: None where this answer does not tell. `moves` are oldest first, where they are told.
    """

    id: str
    name: str
    status: str
    created_at: datetime
    updated_at: datetime
    stage_id: str | None = None
    pipeline_id: str | None = None
    owner_id: str | None = None
    lost_reason_id: str | None = None
    lost_reason: str | None = None
    lost_note: str | None = None
    total_price: float | None = None
    rating: int | None = None
    closed_at: str | None = None
    custom: Mapping[str, Any] = field(default_factory=dict)
    contact_ids: tuple[str, ...] | None = None
    contacts: tuple[Contact, ...] | None = None
    moves: tuple[Move, ...] = ()

    @property
    def is_open(self) -> bool:
        """May leadloop take it over? What was won or lost in other times may not."""
        return self.status in (ONGOING, PAUSED)


def moment(text: Any) -> datetime:
    """A time as either version writes it; without an offset it is UTC."""
    at = datetime.fromisoformat(str(text))
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def readable(what: str) -> Callable[[Callable[[Json], T]], Callable[[Json], T]]:
    """Around a reader of rows: one that comes in another shape raises ContractError, which names it."""

    def named(read: Callable[[Json], T]) -> Callable[[Json], T]:
        @wraps(read)
        def reads(row: Json) -> T:
            try:
                return read(row)
            except (AttributeError, OverflowError, TypeError, ValueError) as error:
                told = f"RD Station CRM told of {what} {id_of(row)} in a shape that it does not document"
                raise ContractError(told) from error

        return reads

    return named


def told_at(row: Json, name: str) -> datetime:
    """A time that every record has. Raises ContractError when this one does not."""
    try:
        return moment(row[name])
    except (KeyError, ValueError) as error:
        raise ContractError(f"RD Station CRM told of a record without a readable '{name}'") from error


def id_of(row: Any) -> str | None:
    """The id of a row, or of what a row points to; version 1 says `_id`, `id` or both."""
    if not isinstance(row, Mapping):
        return None
    told = row.get("id") or row.get("_id")
    return str(told) if told else None


def text_of(value: Any) -> str | None:
    """A text; blank is None."""
    return str(value) if value not in (None, "") else None


def entries(listed: Any, name: str) -> tuple[str, ...]:
    """The values of a list of addresses or numbers."""
    return tuple(str(one[name]) for one in listed or () if isinstance(one, Mapping) and one.get(name))


def place(row: Json) -> int:
    """Where a row stands among its like."""
    return int(row.get("order") or 0)


def with_others(row: Json, body: Json) -> Json:
    """Lists of addresses and numbers are taken as a whole: those that others added stay, behind ours."""
    for name, part in (("emails", "email"), ("phones", "phone")):
        if body.get(name):
            ours = {str(one[part]).strip().lower() for one in body[name]}
            others = [one for one in row.get(name) or () if str(one.get(part)).strip().lower() not in ours]
            body[name] = [*body[name], *({key: one[key] for key in _ENTRY if one.get(key)} for one in others)]
    return body


_ENTRY: Final = ("email", "phone", "type", "whatsapp")
"""What an entry of such a list is made of; the rest is the platform's own."""
