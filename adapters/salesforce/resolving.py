"""Which record is this person? Leads and Contacts by id, key and e-mail, conversions and merges followed to their end.

A converted Lead is frozen: the person is on its Contact. A merge's loser sits in the recycle bin with the winner in
`MasterRecordId`; to upsert under its key would make the person anew. Hence all look-ups go through `queryAll`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, cast

from msgspec import Struct

from adapters.salesforce import soql
from adapters.salesforce.api import Api
from connector.adapter import Found, PersonKeys, Resolution
from connector.model import Json

PEOPLE = ("Lead", "Contact")
MAX_STEPS = 10
"""Merges of merges and conversions followed before a chain is given up."""

By = Literal["id", "key", "email"]
Ref = tuple[str, str]

_COLUMNS: Mapping[str, Sequence[str]] = {
    "Lead": ("Id", "Email", "IsDeleted", "MasterRecordId", "IsConverted", "ConvertedContactId", "CreatedDate"),
    "Contact": ("Id", "Email", "IsDeleted", "MasterRecordId", "CreatedDate"),
}


class Keys(Struct, frozen=True):
    """Where keys stand: the mapping's key field, the objects that have it, and which keys may find a record."""

    field: str | None
    objects: Sequence[str]
    match: Sequence[str]

    def of(self, object_name: str) -> str | None:
        """The key field of an object, if it has one."""
        return self.field if object_name in self.objects else None

    def order(self) -> list[By]:
        """What counts more: a known id, then the mapping's order."""
        words: dict[str, By] = {"leadloop_id": "key", "email": "email"}
        return ["id", *(words[word] for word in self.match if word in words)]


class Records:
    """Leads and Contacts read so far, by object and id."""

    def __init__(self, api: Api, keys: Keys) -> None:
        self.api = api
        self.keys = keys
        self.rows: dict[Ref, Json] = {}

    def read(self, object_name: str, wanted: Sequence[tuple[str, str]]) -> None:
        """Read what any of (field, value) finds, deleted records included."""
        key = self.keys.of(object_name)
        head = soql.select([*_COLUMNS[object_name], *([key] if key else [])], object_name)
        for query in soql.where_in(head, wanted):
            for row in self.api.rows(query, deleted=True):
                self.rows[object_name, row["Id"]] = row

    def key_of(self, ref: Ref) -> str | None:
        """What the key field of a record holds."""
        field = self.keys.of(ref[0])
        return self.rows[ref].get(field) if field else None

    def next_of(self, ref: Ref) -> Ref | None:
        """Where the person of this record is now, when it is not here."""
        row = self.rows[ref]
        if row["IsDeleted"]:
            return (ref[0], row["MasterRecordId"]) if row["MasterRecordId"] else None
        if row.get("IsConverted") and row["ConvertedContactId"]:
            return "Contact", row["ConvertedContactId"]
        return None

    def is_usable(self, ref: Ref) -> bool:
        """May this record be written to?"""
        row = self.rows.get(ref)
        return row is not None and not row["IsDeleted"] and not row.get("IsConverted")

    def follow(self) -> None:
        """Read what the records read so far point to, until nothing new is named."""
        asked: set[Ref] = set()
        for _ in range(MAX_STEPS):
            targets = {target for ref in self.rows if (target := self.next_of(ref)) is not None}
            unread = sorted(targets - self.rows.keys() - asked)
            if not unread:
                return
            asked.update(unread)
            for object_name in PEOPLE:
                self.read(object_name, [("Id", record_id) for kind, record_id in unread if kind == object_name])

    def end_of(self, ref: Ref) -> Ref | None:
        """The usable record at the end of the chain that starts here; None when it ends in nothing."""
        for _ in range(MAX_STEPS):
            if ref not in self.rows:
                return None
            target = self.next_of(ref)
            if target is None:
                return ref if self.is_usable(ref) else None
            ref = target
        return None


def resolve(api: Api, keys: Keys, people: Sequence[PersonKeys]) -> list[Resolution]:
    """One resolution per person; two queries for up to some 200 persons, more only where chains are followed."""
    records = Records(api, keys)
    for object_name in PEOPLE:
        records.read(object_name, [pair for person in people for pair in _pairs(keys, object_name, person)])
    records.follow()
    starts = _Starts(records)
    return [_resolution(records, starts, person) for person in people]


def _pairs(keys: Keys, object_name: str, person: PersonKeys) -> Iterator[tuple[str, str]]:
    yield from (("Id", record_id) for kind, record_id in person.records if kind == object_name)
    key = keys.of(object_name)
    if key and "leadloop_id" in keys.match:
        yield key, person.leadloop_id
    if "email" in keys.match:
        yield from (("Email", email) for email in person.emails)


class _Starts:
    """Records by the keys that people are looked up with."""

    def __init__(self, records: Records) -> None:
        self.by_id = {(kind, record_id[:15]): (kind, record_id) for kind, record_id in records.rows}
        self.by_key: dict[str, list[Ref]] = {}
        self.by_email: dict[str, list[Ref]] = {}
        for ref, row in records.rows.items():
            key, email = records.key_of(ref), row["Email"]
            if key:
                self.by_key.setdefault(key, []).append(ref)
            if email:
                self.by_email.setdefault(email.lower(), []).append(ref)

    def of(self, person: PersonKeys, by: By) -> list[Ref]:
        if by == "id":
            known = [(kind, record_id[:15]) for kind, record_id in person.records]
            return [self.by_id[one] for one in known if one in self.by_id]
        if by == "key":
            return self.by_key.get(person.leadloop_id, [])
        return [ref for email in person.emails for ref in self.by_email.get(email.lower(), [])]


def _resolution(records: Records, starts: _Starts, person: PersonKeys) -> Resolution:
    found: dict[Ref, Found] = {}
    for by in records.keys.order():
        for start in starts.of(person, by):
            end = records.end_of(start)
            if end is not None and end not in found:
                was = start if start != end else None
                found[end] = Found(*end, by=by, was=was, key=records.key_of(end))
    gone = [
        ref
        for ref in person.records
        if ref[0] in PEOPLE and _end_of_known(records, starts, cast("Ref", tuple(ref))) is None
    ]
    return Resolution(person.leadloop_id, _best_first(records, list(found.values())), gone)


def _end_of_known(records: Records, starts: _Starts, ref: Ref) -> Ref | None:
    start = starts.by_id.get((ref[0], ref[1][:15]))
    return records.end_of(start) if start else None


def _best_first(records: Records, found: list[Found]) -> list[Found]:
    """By how it was found, an open Lead before a Contact, the newest first."""
    order = records.keys.order()
    found.sort(key=lambda one: str(records.rows[one.object, one.id]["CreatedDate"]), reverse=True)
    found.sort(key=lambda one: (order.index(one.by), PEOPLE.index(one.object)))
    return found


def namesakes(api: Api, keys: Keys, emails: Sequence[str]) -> dict[str, list[Ref]]:
    """Usable records by e-mail: names the records behind a conflict that does not say which they are."""
    people = [PersonKeys(email, emails=(email,)) for email in emails]
    by_email = Keys(keys.field, keys.objects, ("email",))
    answers = resolve(api, by_email, people)
    return {answer.leadloop_id: [(one.object, one.id) for one in answer.found] for answer in answers}
