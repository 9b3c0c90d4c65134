"""Whose each contact of a page is, and what of it is news. In memory: the page's keys are known, nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from connector.errors import RecordError
from connector.identity import whose
from connector.loop.context import Loop, Marketing
from connector.mapping import Mapped
from connector.model import Consent, Contact
from connector.state import people
from connector.state.clock import stamp
from connector.state.contacts import KnownContact, denials
from connector.state.packing import pack, unpack


class Keys(Struct):
    """Whom the ids and addresses of a page belong to, kept up to date while the page is worked through."""

    emails: dict[str, str | None]
    by_id: dict[str, int]
    by_email: dict[str, int]
    known: dict[str, KnownContact]
    next_person: int


class Batch(Struct):
    """What a page comes to before it is written."""

    new_people: list[int] = field(default_factory=list)
    new_emails: list[tuple[str, int]] = field(default_factory=list)
    own_emails: list[tuple[str, str, int, str]] = field(default_factory=list)
    added: list[tuple[str, int, str, str | None]] = field(default_factory=list)
    changed: list[tuple[str, str, str | None]] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    moved_emails: list[tuple[int, str]] = field(default_factory=list)
    dirty: set[int] = field(default_factory=set)
    done: list[str] = field(default_factory=list)
    refused: list[tuple[str, RecordError]] = field(default_factory=list)


def place(loop: Loop, source: Marketing, contacts: Collection[Contact], keys: Keys) -> Batch:
    """Find or make the person of each contact; those that cannot be told apart are refused."""
    batch = Batch()
    strangers = _strangers(contacts, keys)
    _add_strangers(strangers, keys, batch)
    if len(strangers) < len(contacts):
        added = set(batch.done)
        for contact in contacts:
            if contact.id not in added:
                try:
                    _place(loop, source, contact, keys, batch)
                except RecordError as error:
                    batch.refused.append((contact.id, error))
    return batch


def _strangers(contacts: Collection[Contact], keys: Keys) -> Sequence[Contact]:
    """Contacts that nobody knows by id or address, and whose address no other contact of the page has.

    In a first read that is nearly all: about them there is nothing to decide, in whatever order they come.
    """
    emails, by_id, by_email = keys.emails, keys.by_id, keys.by_email
    times = Counter(emails.values())
    return [
        contact
        for contact in contacts
        if contact.id not in by_id
        and ((email := emails[contact.id]) is None or (email not in by_email and times[email] == 1))
    ]


def _add_strangers(strangers: Sequence[Contact], keys: Keys, batch: Batch) -> None:
    persons = range(keys.next_person, keys.next_person + len(strangers))
    keys.next_person += len(strangers)
    keys.by_id.update(zip([contact.id for contact in strangers], persons, strict=True))
    batch.new_people.extend(persons)
    batch.done += [contact.id for contact in strangers]
    batch.added += map(_row, strangers, persons)
    emails = [keys.emails[contact.id] for contact in strangers]
    batch.new_emails += [(email, person) for email, person in zip(emails, persons, strict=True) if email is not None]


def _place(loop: Loop, source: Marketing, contact: Contact, keys: Keys, batch: Batch) -> None:
    id_ = contact.id
    email = keys.emails[id_]
    owner = None if email is None else keys.by_email.get(email)
    verdict = whose(keys.by_id.get(id_), owner)
    if verdict.kind == "clash":
        raise RecordError(
            f"contact {id_} now has another person's address (persons {verdict.person} and {verdict.other})",
            code="identity_clash",
            field="email",
            hint=f"are they one? 'leadloop identity join {id_} ADDRESS', with that address; otherwise correct it in"
            " marketing",
        )
    person = verdict.person
    if person is None:
        person = keys.next_person
        keys.next_person += 1
        batch.new_people.append(person)
    keys.by_id[id_] = person
    known = keys.known.get(id_)
    changed = _compare(loop, source, contact, person, email, known, batch)
    if email is not None:
        if owner is None:
            batch.new_emails.append((email, person))
        elif known is not None and changed:  # an address that comes back is its own again
            batch.own_emails.append((people.EMAIL, email, person, "own"))
        keys.by_email[email] = person
    batch.done.append(id_)


def _compare(
    loop: Loop, source: Marketing, contact: Contact, person: int, email: str | None, known: KnownContact | None,
    batch: Batch,
) -> bool:  # fmt: skip
    """Put the contact among the new, the changed or those that stand as before; whether anything of it is news."""
    if known is None:
        batch.dirty.add(person)
        batch.added.append(_row(contact, person))
        return True
    if source.mapping.holds_on:
        values = source.mapping.merged(unpack(known.packed)["a"], Mapped(dict(contact.attributes), {}))
        contact = replace(contact, attributes=values)
    if contact.silent:
        contact = replace(contact, consent=_still_denied(known, contact))
    id_, _, packed, updated = _row(contact, person)
    if known.packed == packed and not known.gone:
        batch.same.append(id_)
        return False
    batch.dirty.add(person)
    batch.changed.append((id_, packed, updated))
    before = loop.emails.key(unpack(known.packed)["a"].get("email"))
    if before is not None and before != email:
        batch.moved_emails.append((person, before))
    return True


def _still_denied(known: KnownContact, contact: Contact) -> dict[str, Consent]:
    """What a record says of consent, and the opt-outs of before of which it cannot say anything.

    A column that was renamed, or a field that was deleted, has taken nobody's opt-out back.
    """
    denied = denials(unpack(known.packed)["c"])
    kept: dict[str, Consent] = {lane: "denied" for lane in contact.silent if lane in denied}
    return {**kept, **contact.consent}


def _row(contact: Contact, person: int) -> tuple[str, int, str, str | None]:
    """A contact as the store takes it."""
    packed = pack({"a": contact.attributes, "c": contact.consent})
    return contact.id, person, packed, None if contact.updated_at is None else stamp(contact.updated_at)
