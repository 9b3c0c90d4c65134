"""Version 1 of the API: a user's token in the query, `https://crm.rdstation.com/api/v1`.

Source: https://developers.rdstation.com/reference/crm-v1-introducao-e-requisitos and its pages of deals, contacts,
        tasks, activities and custom fields, read 2026-11-22.
Quirk:  on a PUT `deal_stage_id` inside `deal` is taken and moves nothing; we move no deal.
Quirk:  `contacts` beside a deal makes new contacts; `set_contacts` links the ones that are there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from adapters.rdstation.sales import scanning
from adapters.rdstation.sales.api import FieldRow, Stage, Step, Todo
from adapters.rdstation.sales.calls import Calls, goes_on, listed
from adapters.rdstation.sales.rows import Contact, Deal, id_of, place, with_others
from adapters.rdstation.sales.shapes1 import bare, contact_body, contact_of, custom_body, deal_of, made
from connector.adapter import Client
from connector.errors import ContractError, LeadloopError
from connector.model import Json

MAX_ROWS: Final = 200
MAX_PAGES: Final = scanning.CEILING // MAX_ROWS
_WRAPPED: Final = ("contacts", "deals")
"""Lists that never come bare: an answer of another shape proves nothing."""
_TEXTS: Final = {"task": ("tasks", "notes"), "note": ("activities", "text")}


class Version1(Struct, frozen=True):
    """One account, seen with the eyes of the token's user."""

    calls: Calls

    @property
    def client(self) -> Client:
        return self.calls.client

    def with_reserve(self, reserve: bool) -> Version1:
        return replace(self, calls=replace(self.calls, reserve=reserve))

    def sign_in(self) -> None:
        self.calls.read("token/check")

    # Deals and contacts.

    def deal(self, deal_id: str) -> Deal | None:
        row = self.calls.one(f"deals/{deal_id}")
        return None if row is None else deal_of(bare(row, "deal"))

    def contact(self, contact_id: str) -> Contact | None:
        row = self.calls.one(f"contacts/{contact_id}")
        return None if row is None else contact_of(bare(row, "contact"))

    def contacts_with(self, email: str) -> list[Contact]:
        """A search may bring others besides, and on further pages: only a list that ended proves an absence."""
        rows = self._all("contacts", {"email": email})
        if len(rows) >= scanning.CEILING:
            raise ContractError("RD Station CRM found more contacts for one address than it lists")
        return [contact for contact in map(contact_of, rows) if contact.has_email(email)]

    def contacts_of(self, deal: Deal) -> Sequence[Contact]:
        if deal.contacts is not None:
            return deal.contacts
        body = self.calls.one(f"deals/{deal.id}/contacts")
        return [] if body is None else [contact_of(row) for row in listed(body, "contacts")]

    def deals_with_key(self, code: str, key: str) -> list[Deal] | None:
        return None

    def changed(self, since: datetime) -> Iterator[Step]:
        return scanning.changed(self.deal_page, since, self.client.now())

    def deal_page(self, params: Mapping[str, Any], page: int) -> scanning.DealPage:
        """One page of the list of deals. `next_page` may stand beside `has_more: false`, and means nothing then."""
        body = self.calls.read("deals", {**params, "limit": MAX_ROWS, "page": page})
        deals = [deal_of(row) for row in listed(body, "deals")]
        has_more = goes_on("deals", deals, says_so=body.get("has_more") is True)
        return scanning.DealPage(deals, int(body.get("total") or 0), has_more=has_more)

    def make_contact(self, values: Mapping[str, Any]) -> Contact:
        told = bare(self.calls.save("POST", "contacts", {"contact": contact_body(values)}), "contact")
        return contact_of(made(told))

    def change_contact(self, contact: Contact, values: Mapping[str, Any]) -> None:
        body = with_others(contact.raw, contact_body(values))
        self.calls.save("PUT", f"contacts/{contact.id}", {"contact": body})

    def make_deal(self, values: Mapping[str, Any], custom: Mapping[str, Any], stage: Stage, contact: Contact) -> Deal:
        body = {
            "deal": {**values, "deal_stage_id": stage.id, **custom_body(custom)},
            "set_contacts": [{"_id": contact.id}],
        }
        deal = deal_of(made(bare(self.calls.save("POST", "deals", body), "deal")))
        if deal.contacts is not None and contact.id not in {one.id for one in deal.contacts}:
            with suppress(LeadloopError):  # the deal stands: a link that failed is no reason to make another
                self._link(deal.id, contact.id)
        return deal

    def _link(self, deal_id: str, contact_id: str) -> None:
        """Put a deal on a contact from the contact's side, where the list given replaces the one that stands.

        Where the contact does not tell its deals, that would take them away: then the deal stays without a contact.
        """
        whole = self.contact(contact_id)
        if whole is not None and whole.deals is not None:
            deals = [*whole.deals, deal_id]
            self.calls.save("PUT", f"contacts/{contact_id}", {"contact": {"deal_ids": deals}})

    def change_deal(self, deal_id: str, values: Mapping[str, Any], custom: Mapping[str, Any]) -> None:
        self.calls.save("PUT", f"deals/{deal_id}", {"deal": {**values, **custom_body(custom)}})

    # What describes them.

    def fields(self) -> list[FieldRow]:
        rows = listed(self.calls.read("custom_fields", {"for": "deal"}), "custom_fields", may_be_bare=True)
        return [
            FieldRow(
                code=str(id_of(row)), label=str(row.get("label")), type=str(row.get("type")),
                options=tuple(str(one) for one in row.get("opts") or ()), required=row.get("required") is True,
            )
            for row in rows
            if row.get("for", "deal") == "deal"
        ]  # fmt: skip

    def make_field(self, label: str, type_: str, options: Sequence[str]) -> None:
        field: Json = {"label": label, "type": type_, "for": "deal", "required": False, "unique": False}
        if options:
            field["opts"] = list(options)
        self.calls.save("POST", "custom_fields", {"custom_field": field})

    def stages(self) -> list[Stage]:
        pipelines = listed(self.calls.read("deal_pipelines"), "deal_pipelines", may_be_bare=True)
        return [
            Stage(str(id_of(row)), str(row.get("name")), order, str(id_of(pipeline)), str(pipeline.get("name")))
            for pipeline in sorted(pipelines, key=place)
            for order, row in enumerate(sorted(pipeline.get("deal_stages") or (), key=place), 1)
        ]

    def lost_reasons(self) -> dict[str, str]:
        return {str(id_of(row)): str(row.get("name")) for row in self._all("deal_lost_reasons", {})}

    # What hangs on them.

    def make_task(self, todo: Todo) -> str:
        task: Json = {"deal_id": todo.deal_id, "subject": todo.subject, "type": todo.kind, "notes": todo.text}
        if todo.owner_id:
            task["user_ids"] = [todo.owner_id]
        if todo.due_at:
            task |= {"date": f"{todo.due_at:%Y-%m-%d}", "hour": f"{todo.due_at:%H:%M}"}
        return str(id_of(made(bare(self.calls.save("POST", "tasks", {"task": task}), "task"))))

    def make_note(self, deal: Deal, text: str) -> str:
        note = {"deal_id": deal.id, "user_id": deal.owner_id, "text": text}
        return str(id_of(made(bare(self.calls.save("POST", "activities", {"activity": note}), "activity"))))

    def texts_on(self, kind: str, deal_id: str) -> Iterator[tuple[str, str]]:
        path, part = _TEXTS[kind]
        yield from ((str(id_of(row)), str(row.get(part) or "")) for row in self._all(path, {"deal_id": deal_id}))

    def _all(self, path: str, params: Mapping[str, Any]) -> list[Json]:
        """All rows of a list, which is called like its path; it ends where it says so."""
        found: list[Json] = []
        for page in range(1, MAX_PAGES + 1):
            body = self.calls.read(path, {**params, "limit": MAX_ROWS, "page": page})
            rows = listed(body, path, may_be_bare=path not in _WRAPPED)
            found += rows
            if not goes_on(path, rows, says_so=isinstance(body, Mapping) and body.get("has_more") is True):
                return found
        raise ContractError(f"RD Station CRM shows no end of '{path}'")
