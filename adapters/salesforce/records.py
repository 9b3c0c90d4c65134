"""Changed records as the engine takes them: the mapping's fields, history, and links between lead, contact and deal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from msgspec import Struct

from adapters.salesforce import soql
from adapters.salesforce.api import Api
from adapters.salesforce.history import History, conversion_by_date
from adapters.salesforce.lacking import MISSING, Lacks
from adapters.salesforce.reading import field_of
from adapters.salesforce.walking import BEGINNING, Mark, walk
from connector.adapter import Options, Page
from connector.adapter.nameless import told_apart
from connector.errors import RemoteRefusal
from connector.model import CrmRecord, FieldChange, Json

Links = Mapping[str, Sequence[tuple[str, str]]]

_ALWAYS = ("Id", "SystemModstamp", "CreatedDate", "LastModifiedById")
_OWN: Mapping[str, Sequence[str]] = {
    "Lead": ("Email", "IsConverted", "ConvertedDate", "ConvertedContactId", "ConvertedOpportunityId"),
    "Contact": ("Email",),
}


class Walker(Struct, frozen=True):
    """Walks the objects that the mapping names, one after the other, one page at a time."""

    api: Api
    options: Options
    history: History
    key_objects: Sequence[str]
    lacks: Lacks

    def pages(self, cursor: Json | None) -> Iterator[Page[CrmRecord]]:
        """Pages of changed records; each carries the marks of all objects, so that any may be the last one saved."""
        objects = [name for name, fields in self.options.fields.items() if name and fields]
        since = self.options.since or BEGINNING
        marks = {name: Mark.read((cursor or {}).get(name), since) for name in objects}
        for name in objects:
            for rows, mark, names in self._walk(name, marks[name]):
                marks[name] = mark
                sound, bad = told_apart(rows, name, id_="Id", changed="SystemModstamp")
                records = self._records(name, sound, names)
                zero = None if rows else f"no {name} changed since the last read"
                stored = {one: at.stored() for one, at in marks.items()}
                yield Page(records, stored, bad=bad, why_zero=zero)

    def _walk(self, name: str, mark: Mark) -> Iterator[tuple[list[Json], Mark, Sequence[str]]]:
        """Pages with the mapping's fields that they hold: those of ours that the org lacks must stop no decision."""
        while True:
            names = self.lacks.without(name, self.options.fields[name])
            try:
                for rows, reached in walk(self.api, soql.select(self._columns(name, names), name), mark):
                    mark = reached
                    yield rows, reached, names
            except RemoteRefusal as refusal:
                if refusal.code != MISSING or not self.lacks.look(name, names):
                    raise
            else:
                return

    def _columns(self, name: str, names: Sequence[str]) -> list[str]:
        key = [self.options.key] if self.options.key and name in self.key_objects else []
        return [*_ALWAYS, *_OWN.get(name, ()), *key, *names]

    def _records(self, name: str, rows: Sequence[Json], names: Sequence[str]) -> list[CrmRecord]:
        history = self.history.of(name, rows)
        links = _links(self.api, name, rows)
        return [self._record(name, row, names, history, links.get(row["Id"], {})) for row in rows]

    def _record(
        self, name: str, row: Json, names: Sequence[str], history: Mapping[str, Sequence[FieldChange]] | None,
        links: Links,
    ) -> CrmRecord:  # fmt: skip
        changes = list(history.get(row["Id"], ())) if history is not None else []
        if not any(change.field == "IsConverted" for change in changes):
            changes += conversion_by_date(row, ZoneInfo(self.options.time_zone))
        return CrmRecord(
            object=name,
            id=row["Id"],
            fields={field: field_of(row, field) for field in names},
            changed_at=soql.read_moment(row["SystemModstamp"]),
            changed_by=row["LastModifiedById"],
            email=row.get("Email"),
            key=row.get(self.options.key) if self.options.key else None,
            links=links,
            history=sorted(changes, key=lambda change: change.at),
            created_at=soql.read_moment(row["CreatedDate"]),
            # Without a history the stamp only says that it happened by then.
            precision="poll" if history is None else "exact",
        )


def _links(api: Api, name: str, rows: Sequence[Json]) -> dict[str, Links]:
    if name == "Lead":
        return {row["Id"]: _lead_links(row) for row in rows if row["IsConverted"]}
    return _deal_links(api, rows) if name == "Opportunity" else {}


def _lead_links(row: Json) -> Links:
    named = {
        "contact": ("Contact", row["ConvertedContactId"]),
        "deal": ("Opportunity", row["ConvertedOpportunityId"]),
    }
    return {kind: [(name, record_id)] for kind, (name, record_id) in named.items() if record_id}


def _deal_links(api: Api, rows: Sequence[Json]) -> dict[str, Links]:
    """The contacts in an opportunity's roles (the primary first), and the lead that it was made from."""
    ids = [row["Id"] for row in rows]
    roles = soql.select(("OpportunityId", "ContactId", "IsPrimary"), "OpportunityContactRole")
    leads = soql.select(("Id", "ConvertedOpportunityId"), "Lead")
    contacts: dict[str, list[tuple[str, str]]] = {}
    origins: dict[str, list[tuple[str, str]]] = {}
    for query in soql.where_in(roles, [("OpportunityId", one) for one in ids]):
        for row in sorted(api.rows(query), key=lambda role: not role["IsPrimary"]):
            contacts.setdefault(row["OpportunityId"], []).append(("Contact", row["ContactId"]))
    for query in soql.where_in(leads, [("ConvertedOpportunityId", one) for one in ids]):
        for row in api.rows(query):
            origins.setdefault(row["ConvertedOpportunityId"], []).append(("Lead", row["Id"]))
    return {
        one: {kind: found[one] for kind, found in (("contact", contacts), ("lead", origins)) if one in found}
        for one in ids
    }
