"""What the adapter asks of RD Station CRM, whichever version of the API a connection signs in to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, Self

from msgspec import Struct

from adapters.rdstation.sales.rows import Contact, Deal
from connector.adapter import Client


class Step(Struct, frozen=True):
    """Deals of one page of a walk. `reached`: all that changed until then was told; None: only the walk's end tells."""

    deals: Sequence[Deal]
    reached: datetime | None = None


class FieldRow(Struct, frozen=True):
    """A custom field of deals. `code` is what writes and records call it by, `options` its choices in order."""

    code: str
    label: str
    type: str
    options: tuple[str, ...] = ()
    required: bool = False


class Stage(Struct, frozen=True):
    """A stage of a pipeline; `order` counts from 1 within it."""

    id: str
    name: str
    order: int
    pipeline_id: str
    pipeline: str


class Todo(Struct, frozen=True):
    """A task to be made on a deal. `due_at` is local to the account; `kind` is the platform's word."""

    deal_id: str
    subject: str
    text: str
    kind: str
    owner_id: str | None = None
    due_at: datetime | None = None


class Api(Protocol):
    """One version of the API. Ids are texts; times are aware."""

    @property
    def client(self) -> Client: ...
    def with_reserve(self, reserve: bool) -> Self:
        """The same account, asked with or without the reserve."""

    def sign_in(self) -> None:
        """Raises AuthError when the credentials are refused."""

    def deal(self, deal_id: str) -> Deal | None:
        """A deal, whole; None when it is deleted."""

    def contact(self, contact_id: str) -> Contact | None: ...
    def contacts_with(self, email: str) -> list[Contact]:
        """Contacts that carry this address; what a search found besides is left out."""

    def contacts_of(self, deal: Deal) -> Sequence[Contact]:
        """The contacts of a deal."""

    def deals_with_key(self, code: str, key: str) -> list[Deal] | None:
        """Deals whose custom field holds the key; None: this version cannot be asked."""

    def changed(self, since: datetime) -> Iterator[Step]:
        """Every deal that changed since then, some of them twice."""

    def make_contact(self, values: Mapping[str, Any]) -> Contact:
        """Make a contact from `name`, `job_title`, `email`, `phone`."""

    def change_contact(self, contact: Contact, values: Mapping[str, Any]) -> None:
        """Change the same; addresses and numbers that others added stay, behind ours."""

    def make_deal(self, values: Mapping[str, Any], custom: Mapping[str, Any], stage: Stage, contact: Contact) -> Deal:
        """Make a deal in a stage, on a contact."""

    def change_deal(self, deal_id: str, values: Mapping[str, Any], custom: Mapping[str, Any]) -> None: ...
    def fields(self) -> list[FieldRow]:
        """The custom fields of deals."""

    def make_field(self, label: str, type_: str, options: Sequence[str]) -> None: ...
    def stages(self) -> list[Stage]:
        """The stages of all pipelines, in their order."""

    def lost_reasons(self) -> dict[str, str]:
        """The reasons why deals are lost, by id."""

    def make_task(self, todo: Todo) -> str:
        """Make a task; its id."""

    def make_note(self, deal: Deal, text: str) -> str:
        """Make a note on a deal; its id."""

    def texts_on(self, kind: str, deal_id: str) -> Iterator[tuple[str, str]]:
        """The id and the text of each task, or note, of a deal."""
