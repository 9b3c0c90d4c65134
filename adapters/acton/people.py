"""Contacts by id, and ids by address.

Source: https://developer.act-on.com/reference/get-contact-record,
        https://developer.act-on.com/hc/en-us/articles/1500004179441 (look-up by e-mail)
Quirk:  a single record is a bare list of values; only the list it is in tells their headings.
Quirk:  a look-up by e-mail finds the first of several twins only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from msgspec import Struct, field

from adapters.acton.consent import Suppressed
from adapters.acton.lists import KEY, Lists, list_of
from adapters.acton.paging import steps
from adapters.acton.spec import INVALID_LIST
from connector.adapter import Client, ContactAnswer
from connector.errors import ContractError, RemoteRefusal
from connector.model import Json

LOOKUPS: Final = 100
"""More addresses than this are looked for by reading the lists."""
REMEMBERED: Final = 200_000
"""So many people's addresses are remembered as digests, in some 30 MB; others' records are asked for again."""


class People(Struct):
    """Single contacts. `persons` remembers whose records were seen: id → digest of the address."""

    client: Client
    lists: Lists
    suppressed: Suppressed
    size: int
    persons: dict[str, str] = field(default_factory=dict)

    def read(self, ids: Sequence[str]) -> Iterator[ContactAnswer]:
        """One answer per id, several calls at once: one after the other would not reach the limit."""
        self.suppressed.refresh()
        with ThreadPoolExecutor(max_workers=max(1, self.client.workers)) as pool:
            yield from pool.map(self._answer, ids)

    def single(self, id_: str) -> Json | None:
        """One record; None when it was deleted, or its whole list was."""
        try:
            answer = self.client.request("GET", path_of(id_))
        except RemoteRefusal as refusal:
            if self.is_gone(id_, refusal):
                return None
            raise
        values: Any = answer.json()
        if not isinstance(values, list):
            raise ContractError(f"contact {id_} is not a list of values")
        record = self.lists.columns_of(list_of(id_)).record(values)
        if record[KEY] != id_ or (record["email"] and "@" not in record["email"]):
            raise ContractError(f"contact {id_} came with another id, or its values are not in the order of the list")
        return self.noted(record)

    def is_gone(self, id_: str, refusal: RemoteRefusal) -> bool:
        """Does this refusal say that the contact was deleted, or its whole list was?"""
        return refusal.means == "gone" or (refusal.code == INVALID_LIST and list_of(id_) not in self.lists.names())

    def noted(self, record: Json) -> Json:
        """The record; whose it is is remembered for the acts that are read by its id."""
        if len(self.persons) >= REMEMBERED:
            self.persons.clear()
        self.persons[record[KEY]] = person_of(record)
        return record

    def person(self, id_: str) -> str | None:
        """What two records of one person share; None when the record is gone."""
        known = self.persons.get(id_)
        if known is not None:
            return known
        record = self.single(id_)
        return None if record is None else person_of(record)

    def with_addresses(self, emails: set[str]) -> set[str]:
        """Ids of the contacts that have one of these addresses (in lower case)."""
        if len(emails) <= LOOKUPS:
            return {
                id_ for email in sorted(emails) for list_id in self.lists.chosen() for id_ in self._of(email, list_id)
            }
        return {
            record[KEY]
            for list_id in self.lists.chosen()
            for step in steps(partial(self.lists.page, list_id, size=self.size), key_of, self.size)
            for record in step.fresh
            if record["email"].lower() in emails
        }

    def _answer(self, id_: str) -> ContactAnswer:
        record = self.single(id_)
        if record is None:
            return ContactAnswer(id_, "gone")
        return ContactAnswer(id_, "whole", record=self.suppressed.marked(record))

    def _of(self, email: str, list_id: str) -> list[str]:
        try:
            answer = self.client.request("GET", f"/api/1/list/lookup/{list_id}", params={"email": email})
        except RemoteRefusal as refusal:
            if refusal.means in ("gone", "record"):
                return []  # nobody in this list has the address
            raise
        found: Any = answer.json()
        return [str(found["contactID"])] if isinstance(found, dict) and found.get("contactID") else []


def key_of(record: Json) -> str:
    """The id of a record."""
    return str(record[KEY])


def path_of(id_: str) -> str:
    """The address of a contact's record."""
    return f"/api/1/list/{quote(list_of(id_), safe='')}/record/{quote(id_, safe=':')}"


def person_of(record: Json) -> str:
    """What two records of one person share: a digest of the address, or the record's own id where it has none."""
    email = str(record["email"]).lower()
    return hashlib.blake2b(email.encode(), digest_size=8).hexdigest() if email else str(record[KEY])
