"""Changed records as the engine takes them: the mapping's fields, history, and links between lead, contact and deal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from msgspec import Struct

from adapters.dynamics365 import odata
from adapters.dynamics365.api import Api
from adapters.dynamics365.history import History
from adapters.dynamics365.schema import Schema
from adapters.dynamics365.tables import CONTACT, LEAD, OPPORTUNITY, TABLES, Table, is_qualified
from adapters.dynamics365.walking import Mark, walk
from connector.adapter import Options, Page, Unread
from connector.adapter.apart import Apart, told_together
from connector.adapter.nameless import told_apart
from connector.model import CrmRecord, FieldChange, Json

Refs = Sequence[tuple[str, str]]

_ALWAYS = ("createdon", "modifiedon", "_modifiedby_value")
_OWN: Mapping[str, Sequence[str]] = {
    LEAD: ("emailaddress1", "statecode", "merged", "_parentcontactid_value", "_qualifyingopportunityid_value"),
    CONTACT: ("emailaddress1", "merged", "_originatingleadid_value"),
    OPPORTUNITY: ("_originatingleadid_value", "_parentcontactid_value", "_customerid_value"),
}


class Walker(Struct, frozen=True):
    """Walks the tables that the mapping names, one after the other, one page at a time."""

    api: Api
    options: Options
    schema: Schema
    history: History
    key_tables: Sequence[str]

    def pages(self, cursor: Json | None) -> Iterator[Page[CrmRecord]]:
        """Pages of changed records; each carries the marks of all tables, so that any may be the last one saved."""
        tables = [TABLES[name] for name, fields in self.options.fields.items() if name in TABLES and fields]
        marks = {one.name: Mark.read((cursor or {}).get(one.name), self._columns(one)) for one in tables}
        apart = Apart()
        for table in tables:
            tracked = self.schema.is_tracked(table.name)
            for step in walk(self.api, table, marks[table.name], tracked=tracked, since=self.options.since):
                marks[table.name] = step.mark
                rows, bad = told_apart(step.rows, table.name, id_=table.id, changed="modifiedon")
                records, unread = self._records(table, self._wanted(rows), apart)
                stored = {name: mark.stored() for name, mark in marks.items()}
                yield Page(
                    records, stored, bad=bad,
                    why_zero=None if step.rows else f"no {table.name} changed since the last read", unread=unread,
                )  # fmt: skip

    def one(self, name: str, record_id: str) -> CrmRecord | None:
        """A record by its id; None when it is no more. Raises why a part of it is not told."""
        table = TABLES[name]
        rows = self.api.found(table.entity_set, self._columns(table), [(table.id, record_id)])
        records, unread = self._records(table, rows, Apart())
        for one in unread:
            if one.error is not None:
                raise one.error
        return records[0] if records else None

    def _columns(self, table: Table) -> list[str]:
        key = [self.options.key] if self.options.key and table.name in self.key_tables else []
        named = self.schema.select(table.name, self.options.fields[table.name])
        return list(dict.fromkeys([table.id, *_ALWAYS, *_OWN.get(table.name, ()), *key, *named]))

    def _wanted(self, rows: Sequence[Json]) -> list[Json]:
        since = self.options.since
        return [row for row in rows if since is None or odata.moment(row["modifiedon"]) >= since]

    def _records(self, table: Table, rows: Sequence[Json], apart: Apart) -> tuple[list[CrmRecord], list[Unread]]:
        past = self.history.of(table, rows)
        whole = [row for row in rows if row[table.id] not in past.failed]
        make = partial(self._record, table, told=past.changes)
        records, unread = apart.read(table.name, whole, lambda row: str(row[table.id]), make)
        return records, [*unread, *told_together(table.name, past.failed, others=past.told)]

    def _record(self, table: Table, row: Json, *, told: Mapping[str, Sequence[FieldChange]]) -> CrmRecord:
        has_key = self.options.key is not None and table.name in self.key_tables
        history = told.get(row[table.id], ())
        return CrmRecord(
            object=table.name,
            id=row[table.id],
            fields=self.schema.values(table.name, row, self.options.fields[table.name]),
            changed_at=odata.moment(row["modifiedon"]),
            changed_by=row.get("_modifiedby_value"),
            email=row.get("emailaddress1"),
            key=row.get(str(self.options.key)) if has_key else None,
            links=links_of(table.name, row),
            history=history,
            created_at=odata.moment(row["createdon"]),
            # Without a history the stamp only says that it happened by then.
            precision="exact" if history else "poll",
        )


def links_of(table: str, row: Json) -> dict[str, Refs]:
    """The records of the same person that this one names."""
    contacts = [row.get("_parentcontactid_value")]
    leads = [row.get("_originatingleadid_value")]
    deals = [row.get("_qualifyingopportunityid_value")]
    if table == LEAD and not is_qualified(table, row):
        return {}  # until then the contact that a lead names is somebody's guess
    if row.get(f"_customerid_value@{odata.LOOKUP_TABLE}") == CONTACT:
        contacts.append(row.get("_customerid_value"))
    named = {"lead": (LEAD, leads), "contact": (CONTACT, contacts), "deal": (OPPORTUNITY, deals)}
    return {
        kind: [(name, one) for one in dict.fromkeys(ids) if one]
        for kind, (name, ids) in named.items() if any(ids)
    }  # fmt: skip
