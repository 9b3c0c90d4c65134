"""The people of a company in Tryton: they make, move, lose and win leads by its own interface, with their own key."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from tests.adapters.tryton.running import DATABASE, TrytonServer

OPPORTUNITY = "sale.opportunity"
COUNTED = ("state", "party", "reference", "comment", "lost_reason", "amount", "description", "conversion_probability")


class Office:
    """`now` is the moment that all its acts are stamped with; None leaves the server its own clock."""

    def __init__(self, server: TrytonServer, now: Callable[[], datetime] | None) -> None:
        self.server = server
        self.now = now
        self.me = server.people["sales"]
        self.context = {"company": server.people["company"], "employee": self.me["employee"]}

    # How they speak.

    def ask(self, method: str, path: str, body: Any = None, *, at: datetime | None = None, who: str = "sales") -> Any:
        """One request with a person's key; its decoded answer. Anything but success fails the test."""
        context = base64.urlsafe_b64encode(json.dumps(self.context).encode()).decode()
        status, _, told = self.server.request(
            method, f"/{DATABASE}/rest/model/{path}", key=self.server.key(who),
            body=b"" if body is None else json.dumps(body).encode(), headers={"X-Tryton-Context": context},
            at=at or (self.now() if self.now else None),
        )  # fmt: skip
        assert status in (200, 204), f"{method} {path}: {status} {told.decode()}"
        return json.loads(told) if told else None

    def create(self, model: str, **values: Any) -> int:
        return int(self.ask("POST", f"{model}/create", {"vlist": [values]})[0])

    def search(self, model: str, domain: Sequence[Any], *names: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask(
            "POST", f"{model}/search_read", {"domain": list(domain), "fields_names": list(names)}
        )
        return found

    # What they see.

    def opportunity(self, id_: int) -> Mapping[str, Any]:
        [row] = self.search(OPPORTUNITY, [["id", "=", id_]], *COUNTED, "sales", "employee", "party.categories.name")
        return row

    def of_email(self, email: str) -> list[int]:
        """The opportunities of an address, closed ones too."""
        rows = self.search(OPPORTUNITY, [["party.contact_mechanisms.value", "ilike", email]], "id")
        return sorted(int(row["id"]) for row in rows)

    def categories(self, party: int) -> list[str]:
        rows = self.search("party.category", [], "name")
        names = {row["id"]: row["name"] for row in rows}
        [row] = self.search("party.party", [["id", "=", party]], "categories")
        return [names[one] for one in row["categories"]]

    def notes(self, id_: int) -> list[str]:
        rows = self.search("ir.note", [["resource", "=", f"{OPPORTUNITY},{id_}"]], "message")
        return [str(row["message"]) for row in rows]

    # What they do.

    def add_party(self, name: str, email: str | None) -> int:
        contacts = [["create", [{"type": "email", "value": email}]]] if email else []
        return self.create("party.party", name=name, contact_mechanisms=contacts, addresses=[["create", [{}]]])

    def add_lead(self, name: str, email: str | None, **values: Any) -> int:
        return self.create(OPPORTUNITY, party=self.add_party(name, email), description=name, **values)

    def edit(self, id_: int, *, at: datetime | None = None, **values: Any) -> None:
        self.ask("PUT", f"{OPPORTUNITY}/{id_}", values, at=at)

    def press(self, id_: int, button: str, *, model: str = OPPORTUNITY, at: datetime | None = None) -> Any:
        return self.ask("POST", f"{model}/{id_}/{button}", {}, at=at)

    def accept(self, id_: int, *, at: datetime | None = None) -> None:
        """A lead becomes an opportunity, which somebody must own."""
        self.edit(id_, at=at, employee=self.me["employee"])
        self.press(id_, "opportunity", at=at)

    def convert(self, id_: int) -> int:
        """A quotation is made; its id."""
        if self.opportunity(id_)["state"] == "lead":
            self.accept(id_)
        self.press(id_, "convert")
        return int(self.opportunity(id_)["sales"][0])

    def lose(self, id_: int, reason: str | None) -> None:
        """Lost, then why: Tryton's client asks in this order."""
        self.press(id_, "lost")
        if reason:
            self.edit(id_, lost_reason=reason)

    def win(self, id_: int, amount: float) -> None:
        """The quotation gets a line, is sent and confirmed."""
        row = self.opportunity(id_)
        sale = int(row["sales"][0]) if row["sales"] else self.convert(id_)
        price = {"__class__": "Decimal", "decimal": str(amount)}
        line = {"type": "line", "quantity": 1, "unit_price": price, "description": "What we sell"}
        self.ask("PUT", f"sale.sale/{sale}", {"lines": [["create", [line]]]})
        self.press(sale, "quote", model="sale.sale")
        self.press(sale, "confirm", model="sale.sale")

    def drop(self, id_: int, reason: str) -> None:
        """The quotation is cancelled, and with it the opportunity lost."""
        sale = int(self.opportunity(id_)["sales"][0])
        self.press(sale, "cancel", model="sale.sale")
        self.edit(id_, lost_reason=reason)

    def delete(self, id_: int) -> None:
        """Tryton deletes only what was cancelled."""
        self.press(id_, "cancel")
        self.ask("DELETE", f"{OPPORTUNITY}/{id_}")
