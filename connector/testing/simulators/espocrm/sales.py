"""What people do in the installation: sales decide, an admin makes fields, records are merged and deleted.

`by` is a user's id, `at` the moment it happens (default: now). Nothing here goes over the network.
"""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any

from connector.testing.simulators.espocrm.schema import attributes
from connector.testing.simulators.espocrm.store import Ref, Store
from connector.testing.simulators.espocrm.users import SALES_USERS
from connector.testing.simulators.espocrm.wording import Row


class Sales:
    """The hands of people on the installation's records."""

    store: Store
    lock: threading.RLock
    held: set[str]

    def add(self, entity: str, by: str = SALES_USERS[0], at: datetime | None = None, **values: Any) -> str:
        """Sales makes a record; its id."""
        with self.lock:
            return str(self.store.make(entity, {"assignedUserId": by, **values}, by, at)["id"])

    def add_lead(self, name: str, email: str, **values: Any) -> str:
        """A lead by last name and address."""
        return self.add("Lead", lastName=name, emailAddress=email, **values)

    def add_contact(self, name: str, email: str, **values: Any) -> str:
        """A contact by last name and address."""
        return self.add("Contact", lastName=name, emailAddress=email, **values)

    def edit(self, ref: Ref, by: str = SALES_USERS[0], at: datetime | None = None, **values: Any) -> None:
        """Sales changes fields of a record."""
        with self.lock:
            self.store.change(ref[0], self.record(ref), values, by, at)

    def convert(
        self, lead: str, by: str = SALES_USERS[0], *, deal: bool = True, **values: Any
    ) -> tuple[str, str | None]:
        """A lead becomes a contact, and an opportunity where one is wanted; fields of one name are carried over."""
        with self.lock:
            row = self.record(("Lead", lead))
            contact = self.add("Contact", by, **self._carried(row, "Contact"))
            made = self.add_deal(contact, by, **values) if deal else None
            signs = {"status": "Converted", "createdContactId": contact, "createdOpportunityId": made}
            self.store.change("Lead", row, {**signs, "convertedAt": self.store.stamp()}, by)
            return contact, made

    def add_deal(self, contact: str, by: str = SALES_USERS[0], **values: Any) -> str:
        """An opportunity of a contact."""
        return self.add(
            "Opportunity", by, **{"name": "A deal", "contactId": contact, "closeDate": "2026-12-31", **values}
        )

    def close(self, deal: str, by: str = SALES_USERS[0], *, won: bool, **values: Any) -> None:
        """An opportunity is won or lost."""
        self.edit(("Opportunity", deal), by, stage="Closed Won" if won else "Closed Lost", **values)

    def delete(self, ref: Ref) -> None:
        """A record is deleted."""
        with self.lock:
            del self.store.rows[ref[0]][ref[1]]

    def merge(self, loser: Ref, winner: Ref) -> None:
        """Two records become one; nobody is told which."""
        with self.lock:
            kept, lost = self.record(winner), self.record(loser)
            filled = {name: value for name, value in lost.items() if value and not kept.get(name)}
            more = self.store.addresses(loser[0], lost)
            self.store.further_addresses.setdefault(winner, []).extend(more)
            self.delete(loser)
            self.store.change(winner[0], kept, filled, SALES_USERS[0])

    def hold(self, ref: Ref) -> None:
        """The next change finds the record locked."""
        self.held.add(ref[1])

    def remove_field(self, entity: str, name: str) -> None:
        """An admin removes a field."""
        with self.lock:
            del self.store.fields[entity][name]

    # Looking.

    def record(self, ref: Ref) -> Row:
        """A record as it stands; do not change it."""
        return self.store.rows[ref[0]][ref[1]]

    def live(self, entity: str) -> list[Row]:
        """Records that could stand for somebody: converted leads do not."""
        return [row for row in self.store.rows[entity].values() if row.get("status") != "Converted"]

    def _carried(self, row: Row, entity: str) -> Row:
        own = self.store.fields[entity]
        same = {
            name: one for name, one in self.store.fields["Lead"].items() if one["type"] == own.get(name, {}).get("type")
        }
        skipped = ("id", "createdAt", "modifiedAt", "createdById", "modifiedById", "assignedUserId")
        return {name: row[name] for name in attributes(same) if name in row and name not in skipped}
