"""Saving a page of contacts: who each one is, what changed, and which acts its row itself tells of.

Worked out for the page as a whole: three look-ups and a handful of bulk statements, whatever its size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connector.errors import RecordError
from connector.identity import new_leadloop_ids, whose
from connector.loop.context import Loop, Marketing
from connector.loop.readers import save_notes
from connector.loop.tally import Tally
from connector.mapping import Mapped
from connector.model import Activity, Contact, Json
from connector.state import contacts as store_contacts
from connector.state import people, reading
from connector.state.clock import stamp
from connector.state.contacts import KnownContact
from connector.state.erasure import anyone_erased, erased_among
from connector.state.leads import pack_act
from connector.state.packing import pack, unpack
from connector.state.store import Tx


@dataclass(slots=True)
class _Batch:
    """What a page comes to before it is written."""

    new_people: list[int] = field(default_factory=list)
    emails: list[tuple[str, str, int, str]] = field(default_factory=list)
    added: list[tuple[str, int, str, str | None]] = field(default_factory=list)
    changed: list[tuple[str, str, str | None]] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    moved_emails: list[tuple[int, str]] = field(default_factory=list)
    acts: list[tuple[str, int, str, str, str]] = field(default_factory=list)
    dirty: set[int] = field(default_factory=set)
    done: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Keys:
    """Whom the ids and addresses of this page belong to, kept up to date while the page is worked through."""

    emails: dict[str, str | None]
    by_id: dict[str, int]
    by_email: dict[str, int]
    known: dict[str, KnownContact]
    next_person: int


def save_contact_page(
    tx: Tx, loop: Loop, source: Marketing, records: Sequence[Json], at: datetime, tally: Tally
) -> list[str]:
    """Save raw contacts; returns the ids that went through. Counts into `tally`, parks what fails."""
    tally.read += len(records)
    mapped = _mapped(tx, loop, source, records, at, tally)
    if not mapped:
        return []
    keys = _known_keys(tx, loop, source, [contact for contact, _ in mapped.values()])
    batch = _Batch()
    for contact, raw in mapped.values():
        try:
            _place(loop, source, contact, keys, batch)
        except RecordError as error:
            _park(tx, loop, source, contact.id, error, raw, at, tally)
            continue
        if source.reader.tells_of_acts:
            batch.acts += _acts_of_row(source, raw, contact, keys.by_id[contact.id], at)
    _write(tx, loop, source, batch, at)
    if source.reader.notes:
        save_notes(tx, source.name, source.reader.notes, at)
        source.reader.notes.clear()
    tally.saved += len(batch.added) + len(batch.changed)
    tally.unchanged += len(batch.same)
    return batch.done


def _mapped(
    tx: Tx, loop: Loop, source: Marketing, records: Sequence[Json], at: datetime, tally: Tally
) -> dict[str, tuple[Contact, Json]]:
    mapped: dict[str, tuple[Contact, Json]] = {}
    for raw in records:
        try:
            contact = source.reader.contact(raw)
        except RecordError as error:
            _park(tx, loop, source, source.reader.contact_key(raw), error, raw, at, tally)
            continue
        if contact.id in mapped:
            tally.unchanged += 1
        mapped[contact.id] = (contact, raw)
    for id_ in _erased(tx, loop, source, [contact for contact, _ in mapped.values()]):
        del mapped[id_]
        tally.unchanged += 1
    return mapped


def _erased(tx: Tx, loop: Loop, source: Marketing, contacts: Sequence[Contact]) -> list[str]:
    """Ids of contacts whose person was erased: known by the id, or by the address under a new one."""
    if not anyone_erased(tx):
        return []
    emails = {contact.id: email for contact in contacts if (email := joining_email(loop, contact)) is not None}
    keys = [(source.name, contact.id) for contact in contacts] + [(people.EMAIL, one) for one in emails.values()]
    gone = erased_among(tx, keys)
    return [contact.id for contact in contacts if contact.id in gone or emails.get(contact.id) in gone]


def _park(
    tx: Tx, loop: Loop, source: Marketing, key: str, error: RecordError, raw: Json, at: datetime,
    tally: Tally,
) -> None:  # fmt: skip
    tally.rejected += 1
    kept = source.reader.keepable(raw)
    tally.new_rejects += reading.add_reject(tx, source.name, "contacts", key, error, at, raw=kept, run=loop.run)


def _known_keys(tx: Tx, loop: Loop, source: Marketing, contacts: Sequence[Contact]) -> _Keys:
    emails = {contact.id: joining_email(loop, contact) for contact in contacts}
    known = store_contacts.known_contacts(tx, source.name, emails)
    by_id = {id_: contact.person for id_, contact in known.items()}
    if len(known) < len(emails):
        by_id |= people.identified(tx, source.name, [id_ for id_ in emails if id_ not in known])
    return _Keys(
        emails=emails,
        by_id=by_id,
        by_email=people.identified(tx, people.EMAIL, filter(None, emails.values())),
        known=known,
        next_person=people.next_person_id(tx),
    )


def joining_email(loop: Loop, contact: Contact) -> str | None:
    """The address under which this contact may be joined with others; None for shared mailboxes."""
    address = contact.attributes.get("email")
    return None if address is None else loop.emails.joining_key(address)


def _place(loop: Loop, source: Marketing, contact: Contact, keys: _Keys, batch: _Batch) -> None:
    id_ = contact.id
    email = keys.emails[id_]
    owner = None if email is None else keys.by_email.get(email)
    verdict = whose(keys.by_id.get(id_), owner)
    if verdict.kind == "clash":
        raise RecordError(
            f"contact {id_} now has another person's address (persons {verdict.person} and {verdict.other})",
            code="identity_clash",
            field="email",
            hint="are they one? 'leadloop identity join'; otherwise correct the address in marketing",
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
        if owner is None or (known is not None and changed):  # an address that comes back is its own again
            batch.emails.append((people.EMAIL, email, person, "own"))
        keys.by_email[email] = person
    batch.done.append(id_)


def _compare(
    loop: Loop, source: Marketing, contact: Contact, person: int, email: str | None, known: KnownContact | None,
    batch: _Batch,
) -> bool:  # fmt: skip
    """Put the contact among the new, the changed or those that stand as before; whether anything of it is news."""
    values = contact.attributes
    if known is not None and source.mapping.holds_on:
        values = source.mapping.merged(unpack(known.packed)["a"], Mapped(dict(values), {}))
    packed = pack({"a": values, "c": contact.consent})
    if known is not None and known.packed == packed and not known.gone:
        batch.same.append(contact.id)
        return False
    updated = None if contact.updated_at is None else stamp(contact.updated_at)
    batch.dirty.add(person)
    if known is None:
        batch.added.append((contact.id, person, packed, updated))
        return True
    batch.changed.append((contact.id, packed, updated))
    before = loop.emails.key(unpack(known.packed)["a"].get("email"))
    if before is not None and before != email:
        batch.moved_emails.append((person, before))
    return True


def _acts_of_row(
    source: Marketing, raw: Json, contact: Contact, person: int, at: datetime
) -> list[tuple[str, int, str, str, str]]:
    return [act_row(act, person) for act in source.reader.acts_of_contact(raw, contact.id, at)]


def act_row(act: Activity, person: int) -> tuple[str, int, str, str, str]:
    """An act as the store takes it."""
    return act.key, person, act.type, stamp(act.at), pack_act(act)


def _write(tx: Tx, loop: Loop, source: Marketing, batch: _Batch, at: datetime) -> None:
    names = new_leadloop_ids(len(batch.new_people), loop.world.random_bytes)
    people.add_people(tx, list(zip(batch.new_people, names, strict=True)), at)
    people.add_identities(tx, batch.emails, at)
    store_contacts.save_contacts(tx, source.name, batch.added, at)
    store_contacts.change_contacts(tx, source.name, batch.changed, at)
    store_contacts.touch_contacts(tx, source.name, batch.same, at)
    for person, email in batch.moved_emails:
        used = {loop.emails.key(content["a"].get("email")) for content in store_contacts.packed_of(tx, person)}
        if email not in used:
            people.retire_email(tx, person, email)
    dirty = batch.dirty
    if batch.acts:
        _, acted = store_contacts.save_activities(tx, source.name, batch.acts, at)
        dirty |= acted
    people.mark_dirty(tx, dirty.difference(batch.new_people))
    if batch.done and reading.has_open_rejects(tx, source.name, "contacts"):
        reading.close_rejects(tx, source.name, "contacts", batch.done)
