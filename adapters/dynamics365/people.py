"""Leads and contacts read so far, and where their persons are now: merges and qualifications are followed.

A merged record names the survivor in `masterid`. A qualified lead names its contact in `parentcontactid`; where it does
not, the contact names the lead it came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct, field

from adapters.dynamics365.api import Api
from adapters.dynamics365.tables import CONTACT, LEAD, PEOPLE, TABLES, Ref, is_closed, is_qualified
from connector.model import Json

MAX_STEPS = 10
"""Merges of merges followed before a chain is given up."""
_ORIGIN = "_originatingleadid_value"


class People(Struct):
    """`key` is the column that holds our key, `key_tables` the tables that have it."""

    api: Api
    key: str | None = None
    key_tables: Sequence[str] = ()
    rows: dict[Ref, Json] = field(default_factory=dict)
    _contacts_of: dict[str, str] = field(default_factory=dict)
    _asked_for: set[str] = field(default_factory=set)

    def key_of(self, table: str) -> str | None:
        """The key column of a table, if it has one."""
        return self.key if table in self.key_tables else None

    def key_on(self, ref: Ref) -> str | None:
        """What the key column of a record holds."""
        column = self.key_of(ref[0])
        return self.rows[ref].get(column) if column else None

    def read(self, table: str, wanted: Sequence[tuple[str, str]]) -> None:
        """Read what any of (column, value) finds."""
        known = TABLES[table]
        key = self.key_of(table)
        columns = [known.id, *known.standing, *known.emails, "createdon", *([key] if key else [])]
        if table == CONTACT:
            columns.append(_ORIGIN)
        for row in self.api.found(known.entity_set, columns, wanted):
            self.rows[table, row[known.id]] = row
            if row.get(_ORIGIN):
                self._contacts_of.setdefault(row[_ORIGIN], row[known.id])

    def read_ids(self, refs: Iterable[Ref]) -> None:
        """Read records by id."""
        wanted = set(refs)
        for table in PEOPLE:
            self.read(table, [(TABLES[table].id, id_) for name, id_ in sorted(wanted) if name == table])

    def follow(self) -> None:
        """Read what the records read so far point to, until nothing new is named."""
        asked: set[Ref] = set()
        for _ in range(MAX_STEPS):
            self._read_contacts_of_qualified()
            unread = {to for ref in self.rows if (to := self.next_of(ref)) is not None} - self.rows.keys() - asked
            if not unread:
                return
            asked |= unread
            self.read_ids(unread)

    def next_of(self, ref: Ref) -> Ref | None:
        """Where the person of this record is now, when it is not here."""
        row = self.rows[ref]
        if row.get("merged") and row.get("_masterid_value"):
            return ref[0], row["_masterid_value"]
        if is_qualified(ref[0], row):
            contact = row.get("_parentcontactid_value") or self._contacts_of.get(ref[1])
            return (CONTACT, contact) if contact else None
        return None

    def end_of(self, ref: Ref) -> Ref | None:
        """The record at the end of the chain that starts here; None when it ends in nothing."""
        for _ in range(MAX_STEPS):
            if ref not in self.rows:
                return None
            target = self.next_of(ref)
            if target is None:
                return ref
            ref = target
        return None

    def is_open(self, ref: Ref) -> bool:
        """Does sales still work on it?"""
        return not is_closed(ref[0], self.rows[ref])

    def _read_contacts_of_qualified(self) -> None:
        """Contacts that were made of leads which do not name them."""
        wanted = set(self._qualified_without_contact()) - self._asked_for
        if wanted:
            self._asked_for |= wanted
            self.read(CONTACT, [("originatingleadid", lead) for lead in sorted(wanted)])

    def _qualified_without_contact(self) -> Iterator[str]:
        for (table, record_id), row in self.rows.items():
            if table == LEAD and is_qualified(table, row) and self.next_of((table, record_id)) is None:
                yield record_id
