"""Leads and contacts that one look-up has read, and where a converted lead's person is now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from adapters.zoho import coql
from adapters.zoho.account import Account
from adapters.zoho.api import CONTACTS, LEADS, MAX_ROWS, Api, hidden_too
from adapters.zoho.columns import CONVERTED
from connector.model import Json

Ref = tuple[str, str]
PEOPLE: Final = (LEADS, CONTACTS)
SIGNS: Final = ("Converted__s", CONVERTED, "Converted_Contact", "Converted_Deal", "Converted_Date_Time")
"""What tells of a lead's conversion; accounts and versions differ in which of it they tell."""


class Directory:
    """Records by object and id. What is found by key or address is read by id: only so a conversion is told."""

    def __init__(self, account: Account, api: Api) -> None:
        self.account = account
        self.api = api
        self.rows: dict[Ref, Json] = {}

    def know(self, refs: Iterable[Ref]) -> None:
        """Read these records; those that are no more stay unknown."""
        wanted = [ref for ref in dict.fromkeys(refs) if ref not in self.rows]
        for object_name in PEOPLE:
            ids = [id_ for kind, id_ in wanted if kind == object_name]
            if ids:
                found = self.api.by_ids(object_name, ids, self._columns(object_name))
                self.rows |= {(object_name, id_): row for id_, row in found.items()}

    def find(self, keys: Sequence[str], emails: Sequence[str]) -> None:
        """Read the records that hold any of these keys or addresses; hidden leads may be missing."""
        for object_name in PEOPLE:
            wanted = self._wanted(object_name, keys, emails)
            for select in coql.queries(object_name, wanted):
                self.know((object_name, id_) for id_ in self.api.query(select))

    def find_hidden(self, keys: Sequence[str], emails: Sequence[str]) -> None:
        """Read the leads that hold any of these and that no query shows. The index behind this lags for a while."""
        for criteria in coql.searches(self._wanted(LEADS, keys, emails)):
            params = {"criteria": criteria, **hidden_too(LEADS), "fields": "id", "per_page": MAX_ROWS}
            found = self.api.page(f"{LEADS}/search", params).rows
            self.know((LEADS, str(row["id"])) for row in found)

    def follow(self) -> None:
        """Read the contacts that leads were converted to."""
        self.know([target for ref in self.rows if (target := self.next_of(ref)) is not None])

    def next_of(self, ref: Ref) -> Ref | None:
        """Where the person of this record is now, when it is not here."""
        contact = reference(self.rows[ref].get("Converted_Contact")) if ref[0] == LEADS else None
        return (CONTACTS, contact) if contact else None

    def end_of(self, ref: Ref) -> Ref | None:
        """The record that may be written for the person of this one; None when there is none."""
        row = self.rows.get(ref)
        if row is None or ref[0] == CONTACTS or not is_converted(row):
            return ref if row is not None else None
        target = self.next_of(ref)
        return target if target in self.rows else None

    def key_of(self, ref: Ref) -> str | None:
        """The key that a record carries."""
        field = self.account.key_on(ref[0])
        value = self.rows[ref].get(field) if field else None
        return str(value) if value else None

    def email_of(self, ref: Ref) -> str:
        """The address of a record, as it is compared."""
        return str(self.rows[ref].get("Email") or "").strip().lower()

    def _columns(self, object_name: str) -> list[str]:
        key = self.account.key_on(object_name)
        own = ["Email", "Created_Time", *([key] if key else [])]
        return [*own, *signs(self.account)] if object_name == LEADS else own

    def _wanted(self, object_name: str, keys: Sequence[str], emails: Sequence[str]) -> Mapping[str, Sequence[str]]:
        key = self.account.key_on(object_name)
        return {**({key: keys} if key else {}), "Email": emails}


def signs(account: Account) -> list[str]:
    """The signs of a conversion that this account has."""
    known = account.schema.columns(LEADS)
    return [name for name in SIGNS if name in known]


def is_converted(row: Mapping[str, Any]) -> bool:
    """Was this lead converted?"""
    return any(bool(row.get(name)) for name in SIGNS)


def reference(value: Any) -> str | None:
    """The id of a record that a field names."""
    if isinstance(value, Mapping):
        value = value.get("id")
    return str(value) if value else None
