"""Version 2 of the API: signed in as an app, `https://api.rd.services/crm/v2`.

Source: https://developers.rdstation.com/reference/crm-v2-introduction, …/crm-v2-rdql-filtering, …/crm-v2-authentication
        and its pages of deals, contacts, tasks and notes, read 2026-11-22.
Quirk:  the links to other pages lead to `/api/v2/`, which nobody routes: pages are asked for by number.
Quirk:  without a sort the order changes from call to call; a list shows 10,000 rows of a filter.
Quirk:  deals cannot be filtered by their contact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from adapters.rdstation.sales.api import FieldRow, Stage, Step, Todo
from adapters.rdstation.sales.calls import Calls, goes_on
from adapters.rdstation.sales.rows import ONGOING, Contact, Deal, id_of, place, with_others
from adapters.rdstation.sales.shapes2 import contact_body, contact_of, deal_of, field_of, quoted
from connector.adapter import Client
from connector.errors import ContractError, UnknownOutcome
from connector.model import Json

MAX_ROWS: Final = 100
MAX_PAGES: Final = 100


class Version2(Struct, frozen=True):
    """One account, as the app's user sees it."""

    calls: Calls

    @property
    def client(self) -> Client:
        return self.calls.client

    def with_reserve(self, reserve: bool) -> Version2:
        return replace(self, calls=replace(self.calls, reserve=reserve))

    def sign_in(self) -> None:
        self._page("pipelines", {}, 1)

    # Deals and contacts.

    def deal(self, deal_id: str) -> Deal | None:
        row = self.calls.one(f"deals/{deal_id}")
        return None if row is None else deal_of(_data(row, "deals"))

    def contact(self, contact_id: str) -> Contact | None:
        row = self.calls.one(f"contacts/{contact_id}")
        return None if row is None else contact_of(_data(row, "contacts"))

    def contacts_with(self, email: str) -> list[Contact]:
        rows = self._all("contacts", {"filter": f"email:{quoted(email)}", "sort[created_at]": "asc"})
        return [contact for contact in map(contact_of, rows) if contact.has_email(email)]

    def contacts_of(self, deal: Deal) -> Sequence[Contact]:
        found = (self.contact(one) for one in deal.contact_ids or ())
        return [contact for contact in found if contact is not None]

    def deals_with_key(self, code: str, key: str) -> list[Deal] | None:
        rows = self._all("deals", {"filter": f"@{code}:{quoted(key)}", "sort[updated_at]": "asc"})
        return [deal for deal in map(deal_of, rows) if deal.custom.get(code) == key]

    def changed(self, since: datetime) -> Iterator[Step]:
        """In the order of changes, asked again from the last one told, so that deals which move are not skipped.

        Only where one second fills a whole page, page numbers lead on within it.
        """
        until, number = self.client.now() + timedelta(seconds=1), 1
        while True:
            params = {"filter": f"updated_at:>={quoted(_told(since))}", "sort[updated_at]": "asc"}
            rows, has_more = self._page("deals", params, number)
            deals = [deal_of(row) for row in rows]
            reached = deals[-1].updated_at if deals else since
            yield Step(deals, reached)
            if not has_more or reached > until:
                return
            if _told(reached) > _told(since):
                since, number = reached, 1
            elif number < MAX_PAGES:
                number += 1
            else:
                raise ContractError(f"more deals than RD Station CRM lists changed in one second: {_told(since)}")

    def make_contact(self, values: Mapping[str, Any]) -> Contact:
        return contact_of(self._save("POST", "contacts", contact_body(values)))

    def change_contact(self, contact: Contact, values: Mapping[str, Any]) -> None:
        self._save("PUT", f"contacts/{contact.id}", with_others(contact.raw, contact_body(values)))

    def make_deal(self, values: Mapping[str, Any], custom: Mapping[str, Any], stage: Stage, contact: Contact) -> Deal:
        body = {
            **values, "status": ONGOING, "pipeline_id": stage.pipeline_id, "stage_id": stage.id,
            "contact_ids": [contact.id], **({"custom_fields": dict(custom)} if custom else {}),
        }  # fmt: skip
        return deal_of(self._save("POST", "deals", body))

    def change_deal(self, deal_id: str, values: Mapping[str, Any], custom: Mapping[str, Any]) -> None:
        self._save("PUT", f"deals/{deal_id}", {**values, **({"custom_fields": dict(custom)} if custom else {})})

    # What describes them.

    def fields(self) -> list[FieldRow]:
        rows = self._all("custom_fields", {"filter": "entity:deal"})
        return [field_of(row) for row in rows if row.get("entity", "deal") == "deal"]

    def make_field(self, label: str, type_: str, options: Sequence[str]) -> None:
        body: Json = {"name": label, "type": type_, "entity": "deal", "required": False}
        if options:
            body["options"] = list(options)
        self._save("POST", "custom_fields", body)

    def stages(self) -> list[Stage]:
        return [
            Stage(str(id_of(row)), str(row.get("name")), order, str(id_of(pipeline)), str(pipeline.get("name")))
            for pipeline in self._all("pipelines", {})
            for order, row in enumerate(sorted(self._all(f"pipelines/{id_of(pipeline)}/stages", {}), key=place), 1)
        ]

    def lost_reasons(self) -> dict[str, str]:
        return {str(id_of(row)): str(row.get("name")) for row in self._all("lost_reasons", {})}

    # What hangs on them.

    def make_task(self, todo: Todo) -> str:
        task: Json = {
            "name": todo.subject, "type": todo.kind, "status": "open", "deal_id": todo.deal_id,
            "description": todo.text,
        }  # fmt: skip
        if todo.owner_id:
            task["owner_ids"] = [todo.owner_id]
        if todo.due_at:
            task["due_date"] = todo.due_at.isoformat()
        return str(id_of(self._save("POST", "tasks", task)))

    def make_note(self, deal: Deal, text: str) -> str:
        return str(id_of(self._save("POST", f"deals/{deal.id}/notes", {"description": text})))

    def texts_on(self, kind: str, deal_id: str) -> Iterator[tuple[str, str]]:
        task = kind == "task"
        rows = self._all("tasks", {"filter": f"deal_id:{deal_id}"}) if task else self._all(f"deals/{deal_id}/notes", {})
        yield from ((str(id_of(row)), str(row.get("description") or "")) for row in rows)

    # Pages.

    def _all(self, path: str, params: Mapping[str, Any]) -> list[Json]:
        """All rows of a short list."""
        found: list[Json] = []
        for number in range(1, MAX_PAGES + 1):
            rows, has_more = self._page(path, params, number)
            found += rows
            if not has_more:
                return found
        raise ContractError(f"RD Station CRM shows no end of '{path}'")

    def _page(self, path: str, params: Mapping[str, Any], number: int) -> tuple[list[Json], bool]:
        body = self.calls.read(path, {**params, "page[number]": number, "page[size]": MAX_ROWS})
        rows = body.get("data") if isinstance(body, dict) else None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise ContractError(f"RD Station CRM answered '{path}' without a list under 'data'")
        return rows, goes_on(path, rows, says_so=bool((body.get("links") or {}).get("next")))

    def _save(self, method: str, path: str, body: Json) -> Json:
        told = self.calls.save(method, path, {"data": body}).get("data")
        if not isinstance(told, dict) or id_of(told) is None:
            raise UnknownOutcome("RD Station CRM took the write and did not say which record stands there")
        return told


def _data(body: Json, path: str) -> Json:
    row = body.get("data")
    if not isinstance(row, dict):
        raise ContractError(f"RD Station CRM answered '{path}' without 'data'")
    return row


def _told(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"
