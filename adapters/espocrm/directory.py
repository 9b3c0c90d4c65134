"""Leads and contacts that one look-up has read, and where a converted lead's person is now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from adapters.espocrm.account import Account
from adapters.espocrm.api import Condition, any_of, condition
from adapters.espocrm.spec import CONTACT, LEAD
from connector.model import Json

Ref = tuple[str, str]
STATUS: Final = "status"
CONVERTED: Final = "Converted"
"""The one status that EspoCRM itself sets and goes by; it cannot be renamed."""
CONTACT_OF: Final = "createdContactId"
AT_ONCE: Final = 40
"""Persons of one search: their keys and addresses travel in its address, which web servers cap at 8 kB."""


class Directory:
    """Records by entity type and id, and the addresses of each: a search finds a person by any of several."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.rows: dict[Ref, Json] = {}
        self._addresses: dict[Ref, frozenset[str]] = {}

    def find(self, ids: Iterable[Ref], keys: Sequence[str], emails: Sequence[str]) -> None:
        """Read the records with these ids, and those that hold any of these keys or addresses."""
        refs = list(ids)
        for entity in self.account.people:
            key = self.account.key_on(entity)
            wanted = {
                "id": [id_ for kind, id_ in refs if kind == entity],
                **({key: keys} if key else {}),
                "emailAddress": emails,
            }
            conditions = [condition("in", name, list(values)) for name, values in wanted.items() if values]
            if conditions:
                self._read(entity, any_of(conditions), set(keys), set(emails), {id_ for _, id_ in refs})

    def follow(self) -> None:
        """Read the contacts that leads were converted to."""
        targets = {target for ref in self.rows if (target := self.next_of(ref)) is not None}
        missing = sorted(id_ for kind, id_ in targets if (kind, id_) not in self.rows)
        if missing and CONTACT in self.account.people:
            self._read(CONTACT, condition("in", "id", missing), set(), set(), set(missing))

    def next_of(self, ref: Ref) -> Ref | None:
        """Where the person of this record is now, when it is not here."""
        contact = contact_of(self.rows[ref]) if ref[0] == LEAD else None
        return (CONTACT, contact) if contact else None

    def end_of(self, ref: Ref) -> Ref | None:
        """The record that is to be written for the person of this one; None when there is none."""
        if ref not in self.rows:
            return None
        target = self.next_of(ref) or ref
        return target if target in self.rows else None

    def key_of(self, ref: Ref) -> str | None:
        """The key that a record carries."""
        field = self.account.key_on(ref[0])
        value = self.rows[ref].get(field) if field else None
        return str(value) if value else None

    def addresses_of(self, ref: Ref) -> frozenset[str]:
        """The addresses of a record, as they are compared."""
        return self._addresses.get(ref, frozenset())

    def _read(self, entity: str, where: Condition, keys: set[str], emails: set[str], ids: set[str]) -> None:
        own = ("id", "emailAddress", "createdAt", STATUS, CONTACT_OF, *filter(None, [self.account.key_on(entity)]))
        for row in self.account.api.every(entity, [where], self.account.known(entity, own)):
            ref = entity, str(row["id"])
            self.rows[ref] = row
            self._addresses[ref] = frozenset(filter(None, [folded(row.get("emailAddress"))]))
            is_clear = ref[1] in ids or self._addresses[ref] & emails or self.key_of(ref) in keys
            if not is_clear:  # found by an address that is not its first one, which lists do not tell
                self._addresses[ref] |= addresses(self.account.api.one(*ref) or {})


def contact_of(row: Json) -> str | None:
    """The contact that this lead was converted to."""
    return str(row[CONTACT_OF]) if row.get(STATUS) == CONVERTED and row.get(CONTACT_OF) else None


def addresses(row: Json) -> frozenset[str]:
    """All addresses of a whole record."""
    listed = row.get("emailAddressData")
    more = [one.get("emailAddress") for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return frozenset(filter(None, map(folded, [row.get("emailAddress"), *more])))


def folded(address: object) -> str:
    """An address as it is compared."""
    return str(address or "").strip().lower()
