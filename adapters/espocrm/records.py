"""Changed records as the engine takes them: the mapping's fields, history, and links between lead, contact and deal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from adapters.espocrm import history, views
from adapters.espocrm.account import Account
from adapters.espocrm.api import MAX_ROWS, moment
from adapters.espocrm.directory import CONTACT_OF
from adapters.espocrm.spec import CONTACT, LEAD, OPPORTUNITY, PEOPLE
from adapters.espocrm.walking import walk
from connector.adapter import Page
from connector.adapter.apart import Apart
from connector.adapter.nameless import told_apart
from connector.adapter.seconds import BEGINNING, Mark
from connector.errors import ConfigError
from connector.model import CrmRecord, FieldChange, Json

ALWAYS: Final = ("modifiedAt", "modifiedById", "createdAt")
LINKS: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    LEAD: {"contact": (CONTACT_OF, CONTACT), "deal": ("createdOpportunityId", OPPORTUNITY)},
    OPPORTUNITY: {"contact": ("contactId", CONTACT)},
}
"""Attributes that name related records: which record, of which object."""


class Walker:
    """Walks the objects that the mapping names, one after the other, one page at a time."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.page_rows = MAX_ROWS
        self.objects = [name for name, fields in account.options.fields.items() if name and fields]

    def pages(self, cursor: Json | None) -> Iterator[Page[CrmRecord]]:
        """Pages of changed records; each carries the marks of all objects, so that any may be the last one saved."""
        since = self.account.options.since or BEGINNING
        apart = Apart()
        marks = {name: Mark.read((cursor or {}).get(name), since) for name in self.objects}
        for name in self.objects:
            begun = marks[name].since
            for rows, mark in walk(self.account.api, name, self._asked(name), marks[name], self.page_rows):
                marks[name] = mark
                zero = None if rows else f"no {name} changed since {begun.isoformat()}"
                stored = {one: reached.stored() for one, reached in marks.items()}
                sound, bad = told_apart(rows, name, changed="modifiedAt")
                make = partial(self._record, name, since=begun)
                records, unread = apart.read(name, sound, lambda row: str(row["id"]), make)
                yield Page(records, stored, bad=bad, why_zero=zero, unread=unread)

    def one(self, name: str, record_id: str) -> CrmRecord | None:
        """A record by its id; None when it is no more."""
        row = self.account.api.one(name, record_id)
        return None if row is None else self._record(name, row, since=self.account.options.since or BEGINNING)

    def _asked(self, name: str) -> list[str]:
        account = self.account
        if not account.schema.sees(name):
            raise ConfigError(
                f"connection '{account.options.connection}': leadloop's user does not see {name}",
                code="bad_object",
                hint=f"let its role read {name}, or correct the object's name in the mapping",
            )
        key = account.key_on(name)
        own = [*ALWAYS, *(field for field, _ in LINKS.get(name, {}).values()), *([key] if key else [])]
        own += ["emailAddress"] if name in PEOPLE else []
        return views.asked(account, name, [*own, *account.options.fields[name]])

    def _record(self, name: str, row: Json, *, since: datetime) -> CrmRecord:
        account, names = self.account, self.account.options.fields[name]
        key = account.key_on(name)
        changes = self._history(name, row, account.options.historic(name), since)
        return CrmRecord(
            object=name,
            id=str(row["id"]),
            fields={field: views.value(account, name, row, field) for field in names},
            changed_at=moment(row["modifiedAt"]),
            changed_by=self._author(row),
            email=_text(row.get("emailAddress")),
            key=_text(row.get(key)) if key else None,
            links=_links(name, row),
            history=changes or (),
            created_at=moment(row["createdAt"]) if row.get("createdAt") else None,
            # Without the stream the stamp only says that it happened by then.
            precision="poll" if changes is None else "exact",
        )

    def _history(self, name: str, row: Json, names: Sequence[str], since: datetime) -> list[FieldChange] | None:
        if not history.is_worth_asking(self.account, row, since):
            return None
        return history.of_record(self.account, name, row, names, since)

    def _author(self, row: Json) -> str | None:
        """Who changed it last; where that was leadloop, nobody knows whose change it wrote over."""
        author = _text(row.get("modifiedById"))
        return None if author == self.account.me else author


def _links(name: str, row: Json) -> dict[str, Sequence[tuple[str, str]]]:
    named = {kind: (target, _text(row.get(field))) for kind, (field, target) in LINKS.get(name, {}).items()}
    return {kind: [(target, id_)] for kind, (target, id_) in named.items() if id_}


def _text(value: Any) -> str | None:
    return str(value) if value else None
