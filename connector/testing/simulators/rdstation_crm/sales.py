"""What people do in the account: sales decide, an admin makes fields, records are deleted.

`at` is the moment it happens (default: now). Nothing here goes over the network.
"""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any

from connector.testing.simulators.rdstation_crm.store import SELLER, Row, Store


class Sales:
    """The hands of people on the account's records. A deal is named by its id."""

    store: Store
    lock: threading.RLock

    def add_contact(self, name: str, *emails: str) -> str:
        """A contact made by hand; the id."""
        with self.lock:
            row = self.store.make_contact({"name": name, "emails": [{"email": one} for one in emails]}, checked=False)
            row["visible_at"] = row["created_at"]
            return str(row["id"])

    def add_deal(self, contact_id: str, name: str = "Negociação", at: datetime | None = None) -> str:
        """A deal made by hand, in the first stage; the id."""
        with self.lock:
            return str(self.store.make_deal({"name": name, "contact_ids": [contact_id]}, SELLER, at)["id"])

    def edit(self, deal_id: str, at: datetime | None = None, **values: Any) -> None:
        """Fields of a deal changed by a person; custom ones by what people call them, underlined for blanks."""
        with self.lock:
            named = {one.slug: one.id for one in self.store.fields.values()}
            custom = {named[name]: value for name, value in values.items() if name in named}
            own = {name: value for name, value in values.items() if name not in named}
            self.store.change_deal(self.store.deals[deal_id], {**own, "custom": custom}, at)

    def move(self, deal_id: str, order: int, at: datetime | None = None) -> None:
        """A deal moved to the stage of this order in its pipeline."""
        pipeline = self.store.stage(self.store.deals[deal_id]["stage_id"])["pipeline_id"]
        stages = {one["order"]: one["id"] for one in self.store.stages if one["pipeline_id"] == pipeline}
        self.edit(deal_id, at, stage_id=stages[order])

    def win(self, deal_id: str, amount: float = 0, at: datetime | None = None) -> None:
        closed_at = at or self.store.clock()
        self.edit(deal_id, at, status="won", closed_at=closed_at, total_price=amount)

    def lose(
        self, deal_id: str, reason: str | None = None, note: str | None = None, at: datetime | None = None
    ) -> None:
        """A deal lost, for one of the account's reasons."""
        reasons = {wording: id_ for id_, wording in self.store.reasons.items()}
        self.edit(
            deal_id, at, status="lost", closed_at=at or self.store.clock(), lost_note=note,
            lost_reason_id=None if reason is None else reasons[reason],
        )  # fmt: skip

    def pause(self, deal_id: str) -> None:
        self.edit(deal_id, status="paused")

    def reopen(self, deal_id: str) -> None:
        """A closed or paused deal goes on."""
        self.edit(deal_id, status="ongoing", closed_at=None, lost_reason_id=None)

    def delete(self, deal_id: str) -> None:
        """A deal deleted: nothing tells of it."""
        with self.lock:
            del self.store.deals[deal_id]

    def remove_field(self, label: str) -> None:
        """An admin removes a field."""
        with self.lock:
            del self.store.fields[self.store.field_named(label).id]

    def deals_of(self, email: str) -> list[Row]:
        """The deals of everybody who has an address; do not change them."""
        with self.lock:
            contacts = {
                row["id"]
                for row in self.store.contacts.values()
                if any(one["email"].lower() == email.lower() for one in row["emails"])
            }
            return [deal for deal in self.store.deals.values() if contacts & set(deal["contact_ids"])]

    def value(self, deal_id: str, label: str) -> Any:
        """What a custom field of a deal holds; None when nobody set it."""
        return self.store.deals[deal_id]["custom"].get(self.store.field_named(label).id)
