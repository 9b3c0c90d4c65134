"""Saving a page of contacts: who each one is, what changed, and which acts its row itself tells of.

Worked out for the page as a whole: three look-ups and a handful of bulk statements, whatever its size.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from connector.errors import RecordError
from connector.identity import new_leadloop_ids
from connector.loop.addresses import save_further_addresses
from connector.loop.context import Loop, Marketing
from connector.loop.placing import Batch, Keys, place
from connector.loop.readers import save_notes
from connector.loop.tally import Tally
from connector.model import Activity, Contact, Json
from connector.state import contacts as store_contacts
from connector.state import people, reading
from connector.state.clock import stamp
from connector.state.erasure import anyone_erased, erased_among
from connector.state.leads import pack_act
from connector.state.store import Tx

ActRow = tuple[str, int, str, str, str]


def save_contact_page(
    tx: Tx, loop: Loop, source: Marketing, records: Sequence[Json], at: datetime, tally: Tally
) -> list[str]:
    """Save raw contacts; returns the ids that went through. Counts into `tally`, parks what fails."""
    tally.read += len(records)
    mapped = _mapped(tx, loop, source, records, at, tally)
    if not mapped:
        return []
    contacts = [contact for contact, _ in mapped.values()]
    keys = _known_keys(tx, loop, source, contacts)
    batch = place(loop, source, contacts, keys)
    for id_, error in batch.refused:
        _park(tx, loop, source, id_, error, mapped[id_][1], at, tally)
    acts = _acts_of_rows(source, mapped, batch, keys, at) if source.reader.tells_of_acts else []
    _write(tx, loop, source, batch, acts, at)
    if source.spec.contact_further_emails is not None:
        save_further_addresses(tx, loop, source, [mapped[id_] for id_ in batch.done], keys.by_id, at)
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
    read = source.reader.contact
    for raw in records:
        try:
            contact = read(raw)
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


def _known_keys(tx: Tx, loop: Loop, source: Marketing, contacts: Sequence[Contact]) -> Keys:
    emails = {contact.id: joining_email(loop, contact) for contact in contacts}
    known = store_contacts.known_contacts(tx, source.name, emails)
    by_id = {id_: contact.person for id_, contact in known.items()}
    if len(known) < len(emails):
        by_id |= people.identified(tx, source.name, [id_ for id_ in emails if id_ not in known])
    return Keys(
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


def _acts_of_rows(
    source: Marketing, mapped: dict[str, tuple[Contact, Json]], batch: Batch, keys: Keys, at: datetime
) -> list[ActRow]:
    """The acts that the rows of these contacts tell of."""
    return [
        act_row(act, keys.by_id[id_])
        for id_ in batch.done
        for act in source.reader.acts_of_contact(mapped[id_][1], id_, at)
    ]


def act_row(act: Activity, person: int) -> ActRow:
    """An act as the store takes it."""
    return act.key, person, act.type, stamp(act.at), pack_act(act)


def _write(tx: Tx, loop: Loop, source: Marketing, batch: Batch, acts: Sequence[ActRow], at: datetime) -> None:
    names = new_leadloop_ids(len(batch.new_people), loop.world.random_bytes)
    people.add_people(tx, list(zip(batch.new_people, names, strict=True)), at)
    people.add_emails(tx, batch.new_emails, at)
    people.add_identities(tx, batch.own_emails, at)
    store_contacts.save_contacts(tx, source.name, batch.added, at)
    store_contacts.change_contacts(tx, source.name, batch.changed, at)
    store_contacts.touch_contacts(tx, source.name, batch.same, at)
    for person, email in batch.moved_emails:
        used = {loop.emails.key(content["a"].get("email")) for content in store_contacts.packed_of(tx, person)}
        if email not in used:
            people.retire_email(tx, person, email)
    dirty = batch.dirty
    if acts:
        _, acted = store_contacts.save_activities(tx, source.name, acts, at)
        dirty |= acted
    people.mark_dirty(tx, dirty.difference(batch.new_people))
    if batch.done and reading.has_open_rejects(tx, source.name, "contacts"):
        reading.close_rejects(tx, source.name, "contacts", batch.done)
