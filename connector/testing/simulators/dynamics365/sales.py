"""What people do in the environment: sales decide, an admin changes columns, records are merged and deleted.

`by` is a user's id, `at` the moment it happens (default: now). Nothing here goes over the network.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from connector.testing.simulators.dynamics365.rows import Rows
from connector.testing.simulators.dynamics365.schema import ColumnDef
from connector.testing.simulators.dynamics365.store import Row, Store
from connector.testing.simulators.dynamics365.users import SALES_USERS

_CARRIED: Final = (
    "firstname", "lastname", "jobtitle", "telephone1", "emailaddress1", "donotbulkemail", "new_mqlscore",
    "new_mqlgrade", "new_ismql", "new_mqlreasons",
)  # fmt: skip
_MERGED: Final[Mapping[str, Row]] = {
    "lead": {"statecode": 2, "statuscode": 7},
    "contact": {"statecode": 1, "statuscode": 2},
}


class Sales:
    """The hands of people on the environment."""

    store: Store
    rows: Rows
    lock: threading.RLock
    names_contact: bool
    """Does a qualified lead name its contact?"""

    def create(self, name: str, values: Row, by: str = SALES_USERS[0], at: datetime | None = None) -> str:
        """A record made by a person; its id."""
        with self.lock:
            row = self.rows.create(name, values, by, at or self.store.now())
            return str(row[self.store.tables[name].id])

    def edit(self, record_id: str, by: str = SALES_USERS[0], at: datetime | None = None, **values: Any) -> None:
        """Columns of a record changed by a person; with none, only its stamp moves."""
        with self.lock:
            table = self.store.tables[self.table_of(record_id)]
            self.rows.update(table, table.rows[record_id], values, by, at or self.store.now())

    def set_status(
        self, record_id: str, status: int | str, by: str = SALES_USERS[0], at: datetime | None = None, **more: Any
    ) -> None:
        """A status reason, by number or label, with the state that it belongs to."""
        options = self.store.tables[self.table_of(record_id)].columns["statuscode"].options
        number = next(one for one, (label, _) in options.items() if status in (one, label))
        self.edit(record_id, by, at, statecode=options[number][1], statuscode=number, **more)

    def add_status(self, name: str, label: str, state: int) -> int:
        """An admin adds a status reason; its number. One that is there stays."""
        with self.lock:
            options = self.store.tables[name].columns["statuscode"].options
            known = next((one for one, told in options.items() if told == (label, state)), None)
            number = known if known is not None else 100_000_000 + len(options)
            options[number] = (label, state)
            return number

    def qualify(
        self, lead_id: str, *, opportunity: bool = True, contact: bool = True, by: str = SALES_USERS[0],
        at: datetime | None = None,
    ) -> tuple[str | None, str | None]:  # fmt: skip
        """QualifyLead: a lead becomes a contact and mostly an opportunity; their ids."""
        with self.lock:
            lead = self.record(lead_id)
            person = self._contact_of(lead, by, at) if contact else None
            deal = self._deal_of(lead, person, by, at) if opportunity else None
            values: Row = {"statecode": 1, "statuscode": 3}
            if person is not None and self.names_contact:
                values["parentcontactid"] = ("contact", person)
            if deal is not None:
                values["qualifyingopportunityid"] = ("opportunity", deal)
            self.edit(lead_id, by, at, **values)
            return person, deal

    def close(
        self, deal_id: str, *, won: bool, status: int | str | None = None, by: str = SALES_USERS[0],
        at: datetime | None = None, amount: float | None = None,
    ) -> None:  # fmt: skip
        """An opportunity won with its revenue, or lost for a reason."""
        closed_on = (at or self.store.now()).date()
        more: Row = {} if amount is None else {"actualvalue": amount}
        self.set_status(deal_id, status or (3 if won else 4), by, at, actualclosedate=closed_on, **more)

    def merge(self, loser_id: str, winner_id: str, by: str = SALES_USERS[0]) -> None:
        """The loser is closed and names the winner, which keeps its own values."""
        name = self.table_of(loser_id)
        self.edit(loser_id, by, merged=True, masterid=(name, winner_id), **_MERGED[name])
        self.edit(winner_id, by)

    def delete(self, record_id: str) -> None:
        """A record deleted for good."""
        with self.lock:
            self.store.tables[self.table_of(record_id)].drop(record_id, self.store.next_version())

    def lock_record(self, record_id: str, times: int = 1) -> None:
        """The next `times` changes of this record run into a time out of the database."""
        self.rows.locked[record_id] = times

    def add_column(self, name: str, column: ColumnDef) -> None:
        """An admin makes a column: blank everywhere."""
        with self.lock:
            table = self.store.tables[name]
            column.number = len(table.columns) + 1000
            table.columns[column.name] = column

    def remove_column(self, name: str, column: str) -> None:
        """An admin removes a column, with its label and its key."""
        with self.lock:
            table = self.store.tables[name]
            for one in [one for one in table.columns.values() if column in (one.name, one.of)]:
                del table.columns[one.name]
            table.keys.pop(column, None)

    def record(self, record_id: str) -> Row:
        """A record as it stands; do not change it."""
        return self.store.tables[self.table_of(record_id)].rows[record_id]

    def live(self, name: str) -> list[Row]:
        """Records of a table that were not merged away."""
        return [row for row in self.store.tables[name].rows.values() if not row.get("merged")]

    def table_of(self, record_id: str) -> str:
        """Which table a record is in."""
        return next(name for name, table in self.store.tables.items() if record_id in table.rows)

    def _contact_of(self, lead: Row, by: str, at: datetime | None) -> str:
        columns = self.store.tables["contact"].columns
        values: Row = {name: lead[name] for name in _CARRIED if name in columns and lead.get(name) is not None}
        owner: Row = {"ownerid": ("systemuser", by), "originatingleadid": ("lead", lead["leadid"])}
        return self.create("contact", {**values, **owner}, by, at)

    def _deal_of(self, lead: Row, contact: str | None, by: str, at: datetime | None) -> str:
        values: Row = {
            "name": lead.get("subject"), "ownerid": ("systemuser", by), "originatingleadid": ("lead", lead["leadid"]),
        }  # fmt: skip
        if contact is not None:
            values |= {"parentcontactid": ("contact", contact), "customerid": ("contact", contact)}
        return self.create("opportunity", values, by, at)
