"""Which contact is this person? By known id, by our key and by e-mail, merges followed by HubSpot itself.

All three are look-ups of the record, not searches: what was written a moment ago is found. An address also finds the
contact that has it as a further one (`hs_additional_emails`). Two contacts never share an address.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

from msgspec import Struct

from adapters.hubspot import survivors
from adapters.hubspot.api import Api
from adapters.hubspot.platform import FURTHER_EMAILS
from connector.adapter import Found, PersonKeys, Resolution
from connector.errors import ConfigError, RemoteRefusal
from connector.model import Json

CONTACTS: Final = "contacts"
By = Literal["id", "key", "email"]
_ALWAYS: Final = ("email", FURTHER_EMAILS, "createdate", survivors.MERGED)
_WORDS: Final[Mapping[str, By]] = {"leadloop_id": "key", "email": "email"}


class Keys(Struct, frozen=True):
    """The property that holds leadloop_id, and which keys may find a contact, in this order behind a known id."""

    field: str | None
    match: Sequence[str]

    @property
    def columns(self) -> list[str]:
        return [*_ALWAYS, *([self.field] if self.field else [])]

    @property
    def order(self) -> list[By]:
        return [_WORDS[word] for word in self.match if word in _WORDS]


class _Contacts(Struct, frozen=True):
    """What was found, by what it was asked for."""

    by_id: Mapping[str, Json | None]
    by_key: Mapping[str, Json]
    by_email: Mapping[str, Json]

    def of(self, person: PersonKeys, by: By) -> Iterator[tuple[Json, str | None]]:
        """Records of a person, each with the id that it was asked for by."""
        if by == "id":
            known = [id_ for object_name, id_ in person.records if object_name == CONTACTS]
            yield from ((row, id_) for id_ in known if (row := self.by_id.get(id_)) is not None)
        elif by == "key":
            yield from ((row, None) for row in [self.by_key.get(person.leadloop_id)] if row is not None)
        else:
            found = [self.by_email.get(email.lower()) for email in person.emails]
            yield from ((row, None) for row in found if row is not None)


def resolve(api: Api, keys: Keys, people: Sequence[PersonKeys]) -> list[Resolution]:
    """One resolution per person: up to three calls for a hundred of them."""
    ids = [id_ for person in people for object_name, id_ in person.records if object_name == CONTACTS]
    contacts = _Contacts(
        by_id=survivors.by_id(api, CONTACTS, ids, keys.columns) if ids else {},
        by_key=_by_key(api, keys, people) if "key" in keys.order else {},
        by_email=_by_email(api, keys, people) if "email" in keys.order else {},
    )
    return [_resolution(contacts, keys, person) for person in people]


def under_key(api: Api, key: str, values: Sequence[str], columns: Sequence[str]) -> dict[str, Json]:
    """Contacts by the value of our key property. Raises ConfigError when the property cannot serve as one."""
    try:
        rows = api.read(CONTACTS, values, [*columns, key], by=key).rows
    except RemoteRefusal:
        if any(one["name"] == key and one.get("hasUniqueValue") for one in api.properties(CONTACTS) or ()):
            raise
        raise ConfigError(
            f"contacts have no property '{key}' that refuses duplicate values",
            code="key_missing",
            hint="'leadloop check' says what makes it",
        ) from None
    return {str(row["properties"].get(key)): row for row in rows}


def _by_key(api: Api, keys: Keys, people: Sequence[PersonKeys]) -> dict[str, Json]:
    if keys.field is None:
        return {}
    return under_key(api, keys.field, [person.leadloop_id for person in people], keys.columns)


def _by_email(api: Api, keys: Keys, people: Sequence[PersonKeys]) -> dict[str, Json]:
    emails = [email.lower() for person in people for email in person.emails]
    found: dict[str, Json] = {}
    for row in _under_emails(api, emails, keys.columns) if emails else ():
        further = str(row["properties"].get(FURTHER_EMAILS) or "").split(";")
        addresses = [str(row["properties"].get("email") or ""), *further]
        found |= {address.strip().lower(): row for address in addresses if address.strip()}
    return found


def _under_emails(api: Api, emails: Sequence[str], columns: Sequence[str]) -> Sequence[Json]:
    """Contacts by address. One that HubSpot does not take for an address keeps no others from being found."""
    try:
        return api.read(CONTACTS, emails, columns, by="email").rows
    except RemoteRefusal:
        if len(emails) == 1:
            return ()
    middle = len(emails) // 2
    return [*_under_emails(api, emails[:middle], columns), *_under_emails(api, emails[middle:], columns)]


def _resolution(contacts: _Contacts, keys: Keys, person: PersonKeys) -> Resolution:
    found: dict[str, Found] = {}
    for by in ("id", *keys.order):
        for row, asked in contacts.of(person, by):
            record_id = str(row["id"])
            was = (CONTACTS, asked) if asked not in (None, record_id) else None
            key = row["properties"].get(keys.field) if keys.field else None
            found.setdefault(record_id, Found(CONTACTS, record_id, by=by, was=was, key=key or None))
    gone = [ref for ref in person.records if ref[0] == CONTACTS and contacts.by_id.get(ref[1]) is None]
    return Resolution(person.leadloop_id, list(found.values()), gone)
