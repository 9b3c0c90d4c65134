"""Changed records as the engine takes them: the mapping's fields, history, and links between lead, person and deal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from adapters.pipedrive import history
from adapters.pipedrive.account import Account
from adapters.pipedrive.columns import DEAL, LEAD, PERSON
from adapters.pipedrive.reading import Reader
from adapters.pipedrive.views import key_of, moment, primary
from adapters.pipedrive.walking import BEGINNING, SOURCES, Source, Step, read_mark, walk
from connector.adapter import Page
from connector.model import CrmRecord, FieldChange, Json


class Walker:
    """Walks the lists of the objects that the mapping names, one after the other."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.reader = Reader(account)

    def pages(self, cursor: Json | None) -> Iterator[Page[CrmRecord]]:
        """Pages of changed records; each carries the marks of all lists, so that any may be the last one saved."""
        named = {name for name, fields in self.account.options.fields.items() if fields}
        since = self.account.options.since or BEGINNING
        sources = [source for source in SOURCES if source.object in named]
        marks = {source.path: read_mark(cursor, source.path, since) for source in sources}
        for source in sources:
            for step in walk(self.account.api, source, marks[source.path]):
                marks[source.path] = step.mark
                zero = None if step.rows else f"no {source.object} changed since {step.since.isoformat()}"
                stored = {path: mark.isoformat() for path, mark in marks.items()}
                yield Page(self._records(source, step), stored, why_zero=zero)

    def _records(self, source: Source, step: Step) -> list[CrmRecord]:
        persons = self.reader.persons_behind([(source.object, row) for row in step.rows])
        return [
            self._record(source.object, row, persons.get(str(row.get("person_id"))), step.since) for row in step.rows
        ]

    def _record(self, object_name: str, row: Json, person: Json | None, since: datetime) -> CrmRecord:
        account = self.account
        names = account.options.fields[object_name]
        return CrmRecord(
            object=object_name,
            id=str(row["id"]),
            fields=account.view.fields(object_name, row, names, person),
            changed_at=moment(row["update_time"]),
            email=primary((row if object_name == PERSON else person or {}).get("emails")),
            key=key_of(object_name, row, account.key_column(object_name)),
            links=_links(object_name, row),
            history=self._history(object_name, row, names, since),
            created_at=moment(row["add_time"]),
        )

    def _history(self, object_name: str, row: Json, names: Sequence[str], since: datetime) -> list[FieldChange]:
        now = self.account.api.client.now()
        if object_name != DEAL or not history.is_worth_asking(row, since, now):
            return []
        return history.of_deal(self.account, row["id"], names)


def _links(object_name: str, row: Json) -> dict[str, list[tuple[str, str]]]:
    """The person of a lead or deal, and the lead that a deal was converted from."""
    links: dict[str, list[tuple[str, str]]] = {}
    if object_name != PERSON and row.get("person_id"):
        links["contact"] = [(PERSON, str(row["person_id"]))]
    if object_name == DEAL and row.get("source_lead_id"):
        links["lead"] = [(LEAD, str(row["source_lead_id"]))]
    return links
