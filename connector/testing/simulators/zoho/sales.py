"""What people do in the account: sales decide, an admin makes fields, records are merged and deleted.

`by` is a user's id, `at` the moment it happens (default: now). Nothing here goes over the network or costs a credit.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from connector.testing.simulators.zoho.rows import Rows
from connector.testing.simulators.zoho.store import Ref, Store
from connector.testing.simulators.zoho.users import SALES_USERS, user
from connector.testing.simulators.zoho.wording import Row

CARRIED: Final = ("Last_Name", "First_Name", "Email", "Phone", "Email_Opt_Out", "Owner")


class Sales:
    """The hands of people on the account's records. `maps_fields`: an admin mapped our fields of leads to contacts."""

    store: Store
    rows: Rows
    lock: threading.RLock
    maps_fields: bool = True

    def add(self, module: str, by: str = SALES_USERS[0], at: datetime | None = None, **values: Any) -> str:
        """Sales makes a record; its id."""
        with self.lock:
            row: Row = {"id": self.store.new_id(), "Owner": user(by), "Tag": []}
            if module == "Leads":
                row |= {"Converted__s": False, "Lead_Status": "Not Contacted"}
            return str(self.store.put(module, row, values, by, at)["id"])

    def add_lead(self, name: str, email: str, **values: Any) -> str:
        """A lead by name and address."""
        return self.add("Leads", Last_Name=name, Company="Acme", Email=email, **values)

    def add_contact(self, name: str, email: str, **values: Any) -> str:
        """A contact by name and address."""
        return self.add("Contacts", Last_Name=name, Email=email, **values)

    def add_deal(self, contact: str, stage: str = "Qualification", **values: Any) -> str:
        """A deal of a contact."""
        named = {"name": "Somebody", "id": contact}
        return self.add("Deals", Deal_Name="A deal", Stage=stage, Contact_Name=named, **values)

    def edit(self, ref: Ref, by: str = SALES_USERS[0], at: datetime | None = None, **values: Any) -> None:
        """Sales changes fields of a record."""
        with self.lock:
            self.store.put(ref[0], self.record(ref), values, by, at)

    def convert(
        self, lead: str, by: str = SALES_USERS[0], *, deal: bool = True, with_tags: bool = False
    ) -> tuple[str, str | None]:
        """A lead becomes a contact, and a deal where one is wanted; their ids."""
        with self.lock:
            row = self.record(("Leads", lead))
            carried = [*CARRIED, *(self._custom() if self.maps_fields else ())]
            contact = self.add("Contacts", by, **{name: row.get(name) for name in carried})
            if with_tags:
                tags = [self.store.tag("Contacts", tag["name"]) for tag in row["Tag"]]
                self.record(("Contacts", contact))["Tag"] = tags
            made = self.add_deal(contact, by=by) if deal else None
            now = self.store.stamp()
            signs = {
                "Converted__s": True, "Converted_Date_Time": now,
                "Converted_Contact": {"name": "Somebody", "id": contact},
                "Converted_Deal": {"name": "A deal", "id": made} if made else None,
            }  # fmt: skip
            self.store.put("Leads", row, signs, by)
            return contact, made

    def close(
        self, deal: str, by: str = SALES_USERS[0], *, won: bool, reason: str | None = None, **values: Any
    ) -> None:
        """A deal is won, or lost with a reason."""
        stage = "Closed Won" if won else "Closed Lost"
        self.edit(("Deals", deal), by, Stage=stage, Reason_For_Loss__s=reason, **values)

    def delete(self, ref: Ref, by: str = SALES_USERS[0]) -> None:
        """A record goes into the recycle bin."""
        with self.lock:
            self.store.remove(*ref, by)

    def merge(self, loser: Ref, winner: Ref) -> None:
        """Two records become one; nobody is told which."""
        with self.lock:
            kept, lost = self.record(winner), self.record(loser)
            filled = {name: value for name, value in lost.items() if value and not kept.get(name)}
            self.store.remove(*loser, SALES_USERS[0])
            self.store.put(winner[0], kept, filled, SALES_USERS[0])

    def tag(self, ref: Ref, name: str, by: str = SALES_USERS[0]) -> None:
        """Sales puts a tag on a record."""
        with self.lock:
            row = self.record(ref)
            self.store.put(ref[0], row, {"Tag": [*row["Tag"], self.store.tag(ref[0], name)]}, by)

    def await_approval(self, ref: Ref) -> None:
        """The record waits for an approval: it is hidden until then from who does not ask for it."""
        self.store.unapproved.add(ref[1])

    def lock_record(self, ref: Ref) -> None:
        """The next write finds the record locked."""
        self.store.locked.add(ref[1])

    def remove_field(self, module: str, name: str) -> None:
        """An admin removes a field."""
        with self.lock:
            del self.store.fields[module][name]

    def work_by_rule(self, ref: Ref, by: str = SALES_USERS[0], **values: Any) -> None:
        """A workflow that somebody set off changes a record."""
        self.edit(ref, by, **values)
        self.store.timelines[ref][-1]["automation_details"] = {
            "type": "workflow",
            "rule": {"name": "A rule", "id": "1"},
        }

    # Looking.

    def record(self, ref: Ref) -> Row:
        """A record as it stands; do not change it."""
        return self.store.rows[ref[0]][ref[1]]

    def live(self, module: str) -> list[Row]:
        """Records that are neither deleted nor converted."""
        return [row for row in self.store.rows[module].values() if not row.get("Converted__s")]

    def tags_of(self, ref: Ref) -> Sequence[str]:
        """The names of a record's tags."""
        return [one["name"] for one in self.record(ref)["Tag"]]

    def _custom(self) -> list[str]:
        own = self.store.fields["Contacts"]
        return [name for name, one in self.store.fields["Leads"].items() if one.custom and name in own]
