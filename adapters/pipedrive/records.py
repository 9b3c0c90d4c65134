"""Changed records as the engine takes them: the mapping's fields, history, and links between lead, person and deal.

A look at all lists costs 80 tokens even when nothing changed, which a small company's day does not bear every five
minutes: looks take a quarter of the day at most. So one that comes too soon after the last brings nothing, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from adapters.pipedrive import history
from adapters.pipedrive.account import Account
from adapters.pipedrive.api import list_cost
from adapters.pipedrive.columns import DEAL, LEAD, PERSON
from adapters.pipedrive.reading import MANY_FROM, Reader
from adapters.pipedrive.views import key_of, moment, primary
from adapters.pipedrive.walking import BEGINNING, SOURCES, Source, read_mark, walk
from connector.adapter import Page
from connector.adapter.apart import Apart
from connector.adapter.nameless import told_apart
from connector.model import CrmRecord, FieldChange, Json

LOOKS_SHARE: Final = 0.25
"""The part of the company's day that looking for decisions may take."""


class Walker:
    """Walks the lists of the objects that the mapping names, one after the other."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.reader = Reader(account)

    def pages(self, cursor: Json | None) -> Iterator[Page[CrmRecord]]:
        """Pages of changed records; each carries the marks of all lists, so that any may be the last one saved."""
        named = {name for name, fields in self.account.options.fields.items() if fields}
        sources = [source for source in SOURCES if source.object in named]
        next_at = _next_look(cursor, sources)
        if next_at is not None and self.account.api.client.now() < next_at:
            why = f"the company's day of tokens allows the next look at {next_at:%H:%M} UTC"
            yield Page((), cursor, why_zero=why)
            return
        since = self.account.options.since or BEGINNING
        apart = Apart()
        marks = {source.path: read_mark(cursor, source.path, since) for source in sources}
        for source in sources:
            for step in walk(self.account.api, source, marks[source.path]):
                marks[source.path] = step.mark
                zero = None if step.rows else f"no {source.object} changed since the last read"
                is_end = source is sources[-1] and step.is_last
                rows, bad = told_apart(step.rows, source.object, changed="update_time")
                persons = self._known_persons(source.object, rows)
                make = partial(self._record, source.object, persons=persons, since=step.since)
                records, unread = apart.read(source.object, rows, lambda row: str(row["id"]), make)
                yield Page(records, self._stored(marks, is_end=is_end), bad=bad, why_zero=zero, unread=unread)

    def one(self, object_name: str, record_id: str) -> CrmRecord | None:
        """A record by its id; None when it is no more."""
        row = self.reader.rows([(object_name, record_id)]).get((object_name, record_id))
        since = self.account.options.since or BEGINNING
        return None if row is None else self._record(object_name, row, persons={}, since=since)

    def _stored(self, marks: Mapping[str, datetime], *, is_end: bool) -> Json:
        """The marks, and after a whole look when that was and what the company's day allows."""
        stored: Json = {path: mark.isoformat() for path, mark in marks.items()}
        if is_end and self.account.api.day.allowed:
            stored["looked_at"] = self.account.api.client.now().isoformat()
            stored["allowed"] = self.account.api.day.allowed
        return stored

    def _known_persons(self, object_name: str, rows: Sequence[Json]) -> dict[str, Json | None]:
        """Who stands behind many records, asked for at once; where they are few, each is asked for with its record."""
        ids = {str(row["person_id"]) for row in rows if object_name != PERSON and row.get("person_id")}
        if len(ids) < MANY_FROM:
            return {}
        return {**dict.fromkeys(ids), **self.reader.persons_behind([(object_name, row) for row in rows])}

    def _person(self, object_name: str, row: Json, persons: dict[str, Json | None]) -> Json | None:
        id_ = str(row.get("person_id") or "")
        if object_name == PERSON or not id_:
            return None
        if id_ not in persons:
            persons[id_] = self.reader.persons_behind([(object_name, row)]).get(id_)
        return persons[id_]

    def _record(self, object_name: str, row: Json, *, persons: dict[str, Json | None], since: datetime) -> CrmRecord:
        account = self.account
        person = self._person(object_name, row, persons)
        names = account.options.fields[object_name]
        changed_at = moment(row["update_time"])
        changes = self._history(object_name, row, account.options.historic(object_name), since)
        return CrmRecord(
            object=object_name,
            id=str(row["id"]),
            fields=account.view.fields(object_name, row, names, person),
            changed_at=changed_at,
            changed_by=next((one.by for one in reversed(changes) if one.at >= changed_at.replace(microsecond=0)), None),
            email=primary((row if object_name == PERSON else person or {}).get("emails")),
            key=key_of(object_name, row, account.key_column(object_name)),
            links=_links(object_name, row),
            history=changes,
            created_at=moment(row.get("add_time")),
        )

    def _history(self, object_name: str, row: Json, names: Sequence[str], since: datetime) -> list[FieldChange]:
        now = self.account.api.client.now()
        if object_name != DEAL or not history.is_worth_asking(row, since, now):
            return []
        return history.of_deal(self.account, row["id"], names)


def _next_look(cursor: Json | None, sources: Sequence[Source]) -> datetime | None:
    """When the next look is due; None: at once, since the last was not finished or nobody told what a day allows."""
    if cursor is None or not cursor.get("looked_at") or not cursor.get("allowed"):
        return None
    price = sum(list_cost(source.path) for source in sources)
    return datetime.fromisoformat(cursor["looked_at"]) + timedelta(
        days=price / (float(cursor["allowed"]) * LOOKS_SHARE)
    )


def _links(object_name: str, row: Json) -> dict[str, list[tuple[str, str]]]:
    """The person of a lead or deal, and the lead that a deal was converted from."""
    links: dict[str, list[tuple[str, str]]] = {}
    if object_name != PERSON and row.get("person_id"):
        links["contact"] = [(PERSON, str(row["person_id"]))]
    if object_name == DEAL and row.get("source_lead_id"):
        links["lead"] = [(LEAD, str(row["source_lead_id"]))]
    return links
