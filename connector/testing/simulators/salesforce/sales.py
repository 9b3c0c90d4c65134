"""What people do in the org: sales decide, an admin changes fields, records are merged and deleted.

`by` is a user's id, `at` the moment it happens (default: now). Nothing here goes over the network or costs a call.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

from connector.testing.simulators.salesforce.rows import Rows, Rules
from connector.testing.simulators.salesforce.schema import CONVERTED_STATUS, HISTORIES, STAGES, FieldDef
from connector.testing.simulators.salesforce.store import Row, Store, normal
from connector.testing.simulators.salesforce.users import SALES_USERS

_CARRIED = ("FirstName", "LastName", "Email", "Phone", "Title", "LeadSource", "Description")


class Sales:
    """The hands of people on the org."""

    store: Store
    rules: Rules
    rows: Rows
    lock: threading.RLock

    def create(self, name: str, values: Row, by: str = SALES_USERS[0], at: datetime | None = None) -> str:
        """A record made by a person; its id."""
        with self.lock:
            return str(self.rows.create(name, values, by, at or self.store.now())["Id"])

    def edit(self, record_id: str, by: str = SALES_USERS[0], at: datetime | None = None, **values: Any) -> None:
        """Fields of a record changed by a person; with no fields, only its stamp moves."""
        with self.lock:
            name = self.object_of(record_id)
            self.rows.set(name, self.record(record_id), values, by, at or self.store.now())

    def set_status(
        self, lead_id: str, status: str, by: str = SALES_USERS[0], at: datetime | None = None, reason: str | None = None
    ) -> None:
        """A Lead's status, with the reason when sales rejects it."""
        values = {"Status": status} if reason is None else {"Status": status, "Rejection_Reason__c": reason}
        self.edit(lead_id, by, at, **values)

    def convert(
        self, lead_id: str, opportunity: bool = True, by: str = SALES_USERS[0], at: datetime | None = None
    ) -> tuple[str, str | None]:
        """A Lead becomes an Account, a Contact and mostly an Opportunity; their ids (contact, opportunity).

        Its tasks go with it, as they do when records are merged.
        """
        with self.lock:
            at = at or self.store.now()
            lead = self.record(lead_id)
            account = self.rows.create("Account", {"Name": lead["Company"]}, by, at)
            contact = self._contact_of(lead, account["Id"], by, at)
            deal = self._deal_of(lead, account["Id"], contact["Id"], by, at) if opportunity else None
            values = {
                "IsConverted": True, "ConvertedDate": at.date().isoformat(), "ConvertedAccountId": account["Id"],
                "ConvertedContactId": contact["Id"], "ConvertedOpportunityId": deal["Id"] if deal else None,
                "Status": CONVERTED_STATUS,
            }  # fmt: skip
            self.rows.set("Lead", lead, values, by, at)
            self.rows.note_line("Lead", lead_id, ("leadConverted", None, None), by, at)
            self._move_tasks(lead_id, contact["Id"], by, at)
            return contact["Id"], deal["Id"] if deal else None

    def close(
        self, opportunity_id: str, won: bool, reason: str | None = None, by: str = SALES_USERS[0],
        at: datetime | None = None, amount: float | None = None,
    ) -> None:  # fmt: skip
        """An Opportunity won, or lost with a reason."""
        values: Row = {} if reason is None else {"Loss_Reason__c": reason}
        if amount is not None:
            values["Amount"] = amount
        self.set_stage(opportunity_id, "Closed Won" if won else "Closed Lost", by, at, **values)

    def set_stage(
        self, opportunity_id: str, stage: str, by: str = SALES_USERS[0], at: datetime | None = None, **values: Any
    ) -> None:
        """An Opportunity's stage, with the flags that follow from it."""
        closed, won = STAGES[stage]
        self.edit(opportunity_id, by, at, StageName=stage, IsClosed=closed, IsWon=won, **values)

    def merge(self, winner_id: str, loser_id: str, by: str = SALES_USERS[0], at: datetime | None = None) -> None:
        """The loser goes to the recycle bin and names the winner, which keeps its own values."""
        self.edit(loser_id, by, at, IsDeleted=True, MasterRecordId=winner_id)
        self.edit(winner_id, by, at)
        self._move_tasks(loser_id, winner_id, by, at or self.store.now())

    def delete(self, record_id: str, by: str = SALES_USERS[0], at: datetime | None = None) -> None:
        """A record put into the recycle bin."""
        self.edit(record_id, by, at, IsDeleted=True)

    def empty_bin(self, older_than: timedelta = timedelta(days=15)) -> None:
        """What lies longer in the recycle bin is gone for ever."""
        with self.lock:
            oldest = self.store.now() - older_than
            for table in self.store.tables.values():
                for row in [one for one in table.rows.values() if one["IsDeleted"] and one["SystemModstamp"] < oldest]:
                    table.by_change.remove((row["SystemModstamp"], row["Id"]))
                    for field, index in table.indexes.items():
                        index.get(normal(row[field]), set()).discard(row["Id"])
                    del table.rows[row["Id"]]

    def add_field(self, name: str, field: FieldDef) -> None:
        """An admin makes a field."""
        with self.lock:
            self.store.tables[name].add_field(field)

    def remove_field(self, name: str, field: str) -> None:
        """An admin removes or hides a field."""
        with self.lock:
            del self.store.tables[name].fields[field]

    def lock_record(self, record_id: str, times: int = 1) -> None:
        """The next `times` updates of this record find it locked."""
        self.rules.locked[record_id] = times

    def track_history(self, name: str, *fields: str) -> None:
        """Which fields of an object are tracked; none: the org keeps no history of it."""
        if fields:
            self.rules.tracked[name] = frozenset(fields)
        else:
            self.rules.tracked.pop(name, None)

    def keeps_history(self, history: str) -> bool:
        """Is this history table there to be asked?"""
        return any(table == history and name in self.rules.tracked for name, (table, _) in HISTORIES.items())

    def record(self, record_id: str) -> Row:
        """A record as it stands; do not change it."""
        row = self.store.row(record_id)
        if row is None:
            raise KeyError(record_id)
        return row

    def live(self, name: str) -> list[Row]:
        """Records of an object that are not in the recycle bin."""
        return [row for row in self.store.tables[name].rows.values() if not row["IsDeleted"]]

    def object_of(self, record_id: str) -> str:
        """Which object a record is of."""
        return next(name for name, table in self.store.tables.items() if record_id in table.rows)

    def _move_tasks(self, from_id: str, to_id: str, by: str, at: datetime) -> None:
        for task in [one for one in self.live("Task") if one["WhoId"] == from_id]:
            self.rows.set("Task", task, {"WhoId": to_id}, by, at)

    def _contact_of(self, lead: Row, account_id: str, by: str, at: datetime) -> Row:
        fields = self.store.tables["Contact"].fields
        carried = [*_CARRIED, *(name for name, one in fields.items() if one.is_custom and name in lead)]
        values = {name: lead[name] for name in carried if lead.get(name) is not None}
        return self.rows.create("Contact", {**values, "AccountId": account_id, "OwnerId": by}, by, at)

    def _deal_of(self, lead: Row, account_id: str, contact_id: str, by: str, at: datetime) -> Row:
        values = {
            "Name": f"{lead['Company']}-", "AccountId": account_id, "StageName": "Prospecting", "OwnerId": by,
            "CloseDate": (at + timedelta(days=90)).date().isoformat(),
        }  # fmt: skip
        deal = self.rows.create("Opportunity", values, by, at)
        role = {"OpportunityId": deal["Id"], "ContactId": contact_id, "IsPrimary": True}
        self.rows.create("OpportunityContactRole", role, by, at)
        return deal
