"""Changed records as the engine takes them: the mapping's fields, history, and links between lead, contact and deal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from adapters.zoho import history, views
from adapters.zoho.account import Account
from adapters.zoho.api import CONTACTS, DEALS, LEADS, moment
from adapters.zoho.directory import reference, signs
from adapters.zoho.walking import BEGINNING, read_mark, walk
from connector.adapter import Page
from connector.adapter.apart import Apart
from connector.adapter.nameless import told_apart
from connector.model import CrmRecord, FieldChange, Json

ALWAYS: Final = ("Modified_Time", "Modified_By", "Created_Time")
LINKS: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    LEADS: {"contact": ("Converted_Contact", CONTACTS), "deal": ("Converted_Deal", DEALS)},
    DEALS: {"contact": ("Contact_Name", CONTACTS)},
}
"""Fields that name related records: which record, of which object."""


class Walker:
    """Walks the objects that the mapping names, one after the other, one page at a time."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.objects = [name for name, fields in account.options.fields.items() if name and fields]

    def pages(self, cursor: Json | None) -> Iterator[Page[CrmRecord]]:
        """Pages of changed records; each carries the marks of all objects, so that any may be the last one saved."""
        since = self.account.options.since or BEGINNING
        apart = Apart()
        marks = {name: read_mark(cursor, name, since) for name in self.objects}
        for name in self.objects:
            for step in walk(self.account.api, name, self._columns(name), marks[name]):
                marks[name] = step.mark
                zero = None if step.rows else f"no {name} changed since the last read"
                stored = {one: at.isoformat() for one, at in marks.items()}
                rows, bad = told_apart(step.rows, name, changed="Modified_Time")
                make = partial(self._record, name, since=step.since)
                records, unread = apart.read(name, rows, lambda row: str(row["id"]), make)
                yield Page(records, stored, bad=bad, why_zero=zero, unread=unread)

    def one(self, name: str, record_id: str) -> CrmRecord | None:
        """A record by its id; None when it is no more."""
        row = self.account.api.by_ids(name, [record_id], self._columns(name)).get(record_id)
        return None if row is None else self._record(name, row, since=self.account.options.since or BEGINNING)

    def _columns(self, name: str) -> list[str]:
        account = self.account
        key = account.key_on(name)
        own = [*ALWAYS, *(field for field, _ in LINKS.get(name, {}).values()), *([key] if key else [])]
        own += ["Email"] if account.is_person(name) else []
        own += signs(account) if name == LEADS else []
        ours = account.options.ours.get(name, ())
        return views.asked(account, name, [*own, *account.options.fields[name]], spare=ours)

    def _record(self, name: str, row: Json, *, since: datetime) -> CrmRecord:
        account, names = self.account, self.account.options.fields[name]
        ours = account.options.ours.get(name, ())
        key = account.key_on(name)
        changes = self._history(name, row, account.options.historic(name), since)
        return CrmRecord(
            object=name,
            id=str(row["id"]),
            fields={one: views.value(account, name, row, one) for one in names if one in row or one not in ours},
            changed_at=moment(row["Modified_Time"]),
            changed_by=self._author(row),
            email=_text(row.get("Email")),
            key=_text(row.get(key)) if key else None,
            links=_links(name, row),
            history=changes or (),
            created_at=moment(row.get("Created_Time")),
            # Without a timeline the stamp only says that it happened by then.
            precision="poll" if changes is None else "exact",
        )

    def _history(self, name: str, row: Json, names: Sequence[str], since: datetime) -> list[FieldChange] | None:
        if not history.is_worth_asking(self.account, row, since):
            return None
        return history.of_record(self.account, name, str(row["id"]), names, since)

    def _author(self, row: Json) -> str | None:
        """Who changed it last; where that was leadloop, nobody knows whose change it wrote over."""
        author = reference(row.get("Modified_By"))
        return None if author == str(self.account.me["id"]) else author


def _links(name: str, row: Json) -> dict[str, Sequence[tuple[str, str]]]:
    named = {kind: (target, reference(row.get(field))) for kind, (field, target) in LINKS.get(name, {}).items()}
    return {kind: [(target, id_)] for kind, (target, id_) in named.items() if id_}


def _text(value: Any) -> str | None:
    return str(value) if value else None
