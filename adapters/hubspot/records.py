"""Changed records as the engine takes them: the mapping's fields, their history, and links between deal, lead, contact.

The search only names what changed; the records themselves are read by id, with their history, 50 a call: what a search
shows may be older than what stands there.
Source: https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts (propertiesWithHistory)
Quirk:  a history's lines name their author by user id where a person acted, else only by the kind of source.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from msgspec import Struct

from adapters.hubspot.api import MAX_FOUND, Api
from adapters.hubspot.properties import Types, value_of
from adapters.hubspot.walking import Mark, moment, walk
from connector.adapter import Options, Page, Unread
from connector.adapter.apart import Apart, told_together
from connector.adapter.nameless import told_apart
from connector.model import CrmRecord, FieldChange, Json

CONTACTS: Final = "contacts"
_EDITOR: Final = "hs_updated_by_user_id"


class Walker(Struct, frozen=True):
    """Walks the objects that the mapping names, one after the other, one page at a time."""

    api: Api
    options: Options
    types: Types
    limit: int = MAX_FOUND

    def pages(self, cursor: Json | None) -> Iterator[Page[CrmRecord]]:
        """Pages of changed records; each carries the marks of all objects, so that any may be the last one saved."""
        objects = [name for name, fields in self.options.fields.items() if name and fields]
        marks = {name: Mark.read((cursor or {}).get(name), self.options.since) for name in objects}
        apart = Apart()
        for name in objects:
            types = self.types.of(name, self.options.fields[name])
            if types is None:
                yield Page(why_zero=f"the account, or the token, does not have the object '{name}'")
                continue
            for rows, mark in walk(self.api, name, marks[name], limit=self.limit):
                marks[name] = mark
                named, bad = told_apart(rows, name, changed="updatedAt")
                records, unread = self._records(name, [str(row["id"]) for row in named], types, apart)
                zero = None if records or bad else f"no {name} changed since the last read"
                stored = {one: at.stored() for one, at in marks.items()}
                yield Page(records, stored, bad=bad, why_zero=zero, unread=unread)

    def one(self, name: str, record_id: str) -> CrmRecord | None:
        """A record by its id, or who survived it; None when it is no more. Raises why it is not told."""
        types = self.types.of(name, self.options.fields[name])
        records, unread = ([], []) if types is None else self._records(name, [record_id], types, Apart())
        for one in unread:
            if one.error is not None:
                raise one.error
        return records[0] if records else None

    def _records(
        self, name: str, ids: Sequence[str], types: Mapping[str, str], apart: Apart
    ) -> tuple[list[CrmRecord], list[Unread]]:
        if not ids:
            return [], []
        named = list(self.options.fields[name])
        columns = [*named, _EDITOR, *(("email",) if name == CONTACTS else ())]
        # Our key is ours alone: its history tells nothing.
        told = [one for one in self.options.historic(name) if one != self.options.key]
        read = self.api.read(name, ids, list(dict.fromkeys(columns)), history=told)
        rows = read.rows
        links = {} if name == CONTACTS else self.api.linked(name, CONTACTS, [str(row["id"]) for row in rows])
        make = partial(self._record, name, types=types, links=links)
        records, unread = apart.read(name, rows, lambda row: str(row["id"]), make)
        return records, [*unread, *told_together(name, read.failed, others=bool(rows))]

    def _record(
        self, name: str, row: Json, *, types: Mapping[str, str], links: Mapping[str, Sequence[str]]
    ) -> CrmRecord:
        properties: Json = row["properties"]
        contacts = links.get(str(row["id"]), ())
        is_contact = name == CONTACTS
        return CrmRecord(
            object=name,
            id=str(row["id"]),
            fields={one: value_of(properties.get(one), types[one]) for one in self.options.fields[name]},
            changed_at=moment(row["updatedAt"]),
            changed_by=properties.get(_EDITOR) or None,
            email=(properties.get("email") or None) if is_contact else None,
            key=(properties.get(self.options.key) or None) if is_contact and self.options.key else None,
            links={"contact": [(CONTACTS, one) for one in contacts]} if contacts else {},
            history=history_of(row.get("propertiesWithHistory") or {}, types),
            created_at=moment(row["createdAt"]),
        )


def history_of(told: Mapping[str, Sequence[Json]], types: Mapping[str, str]) -> list[FieldChange]:
    """Changes of all fields, oldest first. HubSpot tells the values newest first, each with its time and source."""
    changes: list[FieldChange] = []
    for name, lines in told.items():
        old: Any = None
        for line in sorted(lines, key=lambda one: moment(one["timestamp"])):
            new = value_of(line.get("value"), types.get(name, "text"))
            if new != old:
                changes.append(FieldChange(moment(line["timestamp"]), name, old, new, by=author(line)))
            old = new
    return sorted(changes, key=lambda change: change.at)


def author(line: Json) -> str | None:
    """The user who made a change; for an app, a workflow or HubSpot itself the kind of source."""
    if line.get("updatedByUserId"):
        return str(line["updatedByUserId"])
    source = str(line.get("sourceId") or "")
    return source.removeprefix("userId:") if source.startswith("userId:") else line.get("sourceType")
