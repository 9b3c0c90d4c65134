"""Whose is a record of a CRM? Asked for the records of a page at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from connector.loop.context import Crm, Loop
from connector.model import CrmRecord
from connector.state import crm as store
from connector.state import people
from connector.state.erasure import anyone_erased, erased_among, remember_erased
from connector.state.store import Tx


class Owners:
    """Whose each record of a page is: by our key, by an id known before, by a linked record, by address."""

    def __init__(self, tx: Tx, loop: Loop, crm: Crm, records: Sequence[CrmRecord]) -> None:
        self._tx, self._loop, self._crm = tx, loop, crm
        self._by_key = people.persons_by_leadloop_id(tx, [record.key for record in records if record.key])
        self._by_email = people.own_by_email(tx, [key for record in records if (key := self._email(record))])
        self._known = store.persons_of_records(tx, crm.name, records)
        self._by_id = {
            object_: people.persons_by(
                tx, people.crm_system(crm.name, object_), [one.id for one in records if one.object == object_]
            )
            for object_ in {record.object for record in records}
        }
        self._foreign = {} if crm.spec.network else self._by_marketing_id([record.id for record in records])
        self._erased = self._erased_among(records)
        self._gone = people.erased_of(tx, self._by_key.values()) if anyone_erased(tx) else set()

    def was_erased(self, record: CrmRecord) -> bool:
        """Is it the record of somebody who was erased? It stays in the CRM and is not kept here again."""
        return (record.object, record.id) in self._erased or self._by_key.get(record.key or "") in self._gone

    def stay_erased(self, record: CrmRecord, at: datetime) -> None:
        """Know it again when address and key are changed, too, and where it went: a lead is converted to a contact.

        Not its deals: they may be others', too.
        """
        persons = {self._crm.mapping.object, *self._crm.mapping.also}
        refs = [(record.object, record.id), *(ref for ref in linked(record) if ref[0] in persons)]
        keys = [(people.crm_system(self._crm.name, object_), id_) for object_, id_ in refs]
        remember_erased(self._tx, keys, at)

    def of(self, record: CrmRecord) -> int | None:
        """The person of a record; None when nobody knows (yet)."""
        found = self._by_key.get(record.key or "") or self._by_id[record.object].get(record.id)
        found = found or self._known.get((record.object, record.id)) or self._linked(record)
        if found is None and "email" in self._crm.mapping.match:
            found = self._by_email.get(self._email(record) or "")
        return found or self._foreign.get(record.id)

    def _email(self, record: CrmRecord) -> str | None:
        key = self._loop.emails.key(record.email)
        return None if key is None or self._loop.emails.is_shared(key) else key

    def _erased_among(self, records: Sequence[CrmRecord]) -> set[tuple[str, str]]:
        ids = {(one.object, one.id): (people.crm_system(self._crm.name, one.object), one.id) for one in records}
        emails = {(one.object, one.id): email for one in records if (email := self._email(one)) is not None}
        gone = erased_among(self._tx, [*ids.values(), *((people.EMAIL, email) for email in emails.values())])
        return {ref for ref in ids if ref[1] in gone or emails.get(ref) in gone}

    def _linked(self, record: CrmRecord) -> int | None:
        for object_, id_ in linked(record):
            person = people.person_by(self._tx, people.crm_system(self._crm.name, object_), id_)
            if person is not None:
                return person
        return None

    def _by_marketing_id(self, ids: Sequence[str]) -> dict[str, int]:
        """A file of decisions names leads by the id that marketing gave them."""
        found: dict[str, int] = {}
        for source in reversed(self._loop.marketing):
            found |= people.persons_by(self._tx, source.name, ids)
        return found


def linked(record: CrmRecord) -> Iterator[tuple[str, str]]:
    """The records that a record names as the same person's: its lead, contact, deal."""
    for pairs in record.links.values():
        yield from pairs
