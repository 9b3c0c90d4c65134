"""What people do in the database: sales decide, an administrator makes fields, records are merged and deleted.

`by` is a user's id, `at` the moment it happens (default: now). Nothing here goes over the network.
"""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any

from connector.testing.simulators.odoo.leads import AUTOMATED, LEAD, Leads
from connector.testing.simulators.odoo.schema import FieldDef
from connector.testing.simulators.odoo.store import Row, Store
from connector.testing.simulators.odoo.users import SALES_USERS


class Sales:
    """The hands of people on the database's records."""

    store: Store
    leads: Leads
    lock: threading.RLock

    def add_lead(self, email: str, by: int = SALES_USERS[0], at: datetime | None = None, **values: Any) -> int:
        """A lead made by hand; the id."""
        with self.lock:
            return self.leads.make([{"name": "By hand", "email_from": email, **values}], by, at)[0]

    def edit(self, lead: int, by: int = SALES_USERS[0], at: datetime | None = None, **values: Any) -> None:
        """Fields of a lead changed by a person."""
        with self.lock:
            self.leads.change([lead], values, by, at)

    def assign(self, lead: int, user: int, by: int = SALES_USERS[0], at: datetime | None = None) -> None:
        """A lead gets a salesperson."""
        self.edit(lead, by, at, user_id=user)

    def convert(self, lead: int, by: int = SALES_USERS[0], at: datetime | None = None) -> None:
        """A lead becomes an opportunity: the same record."""
        self.edit(lead, by, at, type="opportunity", date_conversion=self.store.stamp(at))

    def move(self, lead: int, stage: str, by: int = SALES_USERS[0], at: datetime | None = None, **more: Any) -> None:
        """A record moved along the pipeline."""
        self.edit(lead, by, at, stage_id=self.store.named("crm.stage", stage), **more)

    def win(self, lead: int, amount: float, by: int = SALES_USERS[0], at: datetime | None = None) -> None:
        """An opportunity won."""
        self.move(lead, "Won", by, at, expected_revenue=amount)

    def lose(self, lead: int, reason: str = "", by: int = SALES_USERS[0], at: datetime | None = None) -> None:
        """A record marked lost, with a reason of the list or with none; a new reason is added to the list."""
        with self.lock:
            known = {row["name"]: row["id"] for row in self.store.rows["crm.lost.reason"].values()}
            if reason and reason not in known:
                known[reason] = self.store.insert("crm.lost.reason", {"name": reason, "active": True}, by)["id"]
            self.edit(lead, by, at, active=False, probability=0.0, lost_reason_id=known.get(reason, False))

    def restore(self, lead: int, by: int = SALES_USERS[0], at: datetime | None = None) -> None:
        """A lost record taken up again: its reason is cleared."""
        self.edit(lead, by, at, active=True, probability=AUTOMATED, lost_reason_id=False)

    def tag(self, lead: int, name: str, by: int = SALES_USERS[0]) -> None:
        """A tag put on by hand, made where it is new."""
        with self.lock:
            known = [row["id"] for row in self.store.rows["crm.tag"].values() if row["name"] == name]
            tag = known[0] if known else self.store.insert("crm.tag", {"name": name}, by)["id"]
            self.edit(lead, by, tag_ids=[[4, tag, 0]])

    def tags_of(self, lead: int) -> list[str]:
        """The names of a record's tags."""
        return [self.store.rows["crm.tag"][one]["name"] for one in self.lead(lead)["tag_ids"]]

    def merge(self, loser: int, winner: int, by: int = SALES_USERS[0]) -> None:
        """Two leads become one: the loser is deleted, its chatter goes to the winner, its own fields are lost."""
        with self.lock:
            for model in ("mail.message", "mail.activity"):
                for row in self.store.rows[model].values():
                    row["res_id"] = winner if row["res_id"] == loser else row["res_id"]
            del self.store.rows[LEAD][loser]
            self.store.touch(self.lead(winner), by)

    def delete(self, lead: int) -> None:
        """A lead deleted; its chatter and activities go with it."""
        with self.lock:
            del self.store.rows[LEAD][lead]
            for model in ("mail.message", "mail.activity"):
                kept = {id_: row for id_, row in self.store.rows[model].items() if row["res_id"] != lead}
                self.store.rows[model] = kept

    def finish(self, activity: int, by: int = SALES_USERS[0]) -> None:
        """An activity done: it is gone, and a message tells of it."""
        with self.lock:
            done = self.store.rows["mail.activity"].pop(activity)
            told = {"model": LEAD, "res_id": done["res_id"], "body": f"<div>{done['note']}</div>", "message_type": "x"}
            self.store.insert("mail.message", told, by)

    def add_field(self, name: str, type_: str = "char", selection: tuple[tuple[str, str], ...] = ()) -> None:
        """An administrator makes a field of leads."""
        with self.lock:
            self.store.add_field(LEAD, FieldDef(name, type_, selection=selection))

    def remove_field(self, name: str) -> None:
        """An administrator removes a field of leads."""
        with self.lock:
            del self.store.models[LEAD][name]

    def lead(self, lead: int) -> Row:
        """A lead as it stands; do not change it."""
        return self.store.rows[LEAD][lead]

    def leads_of(self, email: str) -> list[Row]:
        """All leads of an address, archived ones too."""
        return [row for row in self.store.rows[LEAD].values() if row["email_normalized"] == email.lower()]
