"""Raw acts become rows of persons; an act of somebody unknown makes that person known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from connector.adapter import ToRead
from connector.errors import RecordError
from connector.identity import new_leadloop_ids
from connector.loop.context import Loop, Marketing
from connector.loop.identify import act_row
from connector.loop.tally import Tally
from connector.model import Json
from connector.state import contacts as store_contacts
from connector.state import people, reading
from connector.state.erasure import erased_among
from connector.state.store import Tx


def save_acts(
    tx: Tx,
    loop: Loop,
    source: Marketing,
    records: Sequence[Json],
    at: datetime,
    tally: Tally,
    *,
    contact: str | None = None,
) -> None:
    """Save raw acts; an act of somebody unknown makes that person known and asks for the contact."""
    tally.read += len(records)
    rows: list[tuple[str, int, str, str, str]] = []
    owners = _owners(tx, loop, source, records, contact)
    for raw in records:
        try:
            whom = contact or source.reader.activity_contact(raw)
            if whom not in owners:
                owner = _new_owner(tx, loop, source, whom, at)
                if owner is None:
                    tally.unchanged += 1
                    continue
                owners[whom] = owner
            acts = source.reader.activities(raw, whom, at)
            rows += [act_row(act, owners[whom]) for act in acts]
            tally.unchanged += not acts
        except RecordError as error:
            tally.rejected += 1
            key = source.reader.activity_key(raw)
            kept = source.reader.keepable(raw)
            tally.new_rejects += reading.add_reject(
                tx, source.name, "activities", key, error, at, raw=kept, run=loop.run
            )
    unique = store_contacts.without_twins(tx, source.name, rows) if rows else []
    new, acted = store_contacts.save_activities(tx, source.name, unique, at) if unique else (0, set())
    tally.saved += new
    tally.unchanged += len(rows) - new
    people.mark_dirty(tx, acted, level=2)


def _owners(tx: Tx, loop: Loop, source: Marketing, records: Sequence[Json], contact: str | None) -> dict[str, int]:
    if contact is not None:
        return people.persons_by(tx, source.name, [contact])
    named: list[str] = []
    for raw in records:
        try:
            named.append(source.reader.activity_contact(raw))
        except RecordError:
            continue  # it is parked where the act itself is read
    if source.spec.activity_contact_by == "id":
        return people.persons_by(tx, source.name, named)
    keys = {name: key for name in named if (key := loop.emails.key(name)) is not None}
    known = people.persons_by(tx, people.EMAIL, keys.values())
    return {name: known[key] for name, key in keys.items() if key in known}


def _new_owner(tx: Tx, loop: Loop, source: Marketing, whom: str, at: datetime) -> int | None:
    """A person known by an act alone; None for somebody who was erased."""
    by_id = source.spec.activity_contact_by == "id"
    key = whom if by_id else loop.emails.key(whom)
    if key is None or (not by_id and loop.emails.is_shared(key)):
        raise RecordError("the act names nobody whom it could belong to", code="no_person", field="contact")
    system = source.name if by_id else people.EMAIL
    if erased_among(tx, [(system, key)]):
        return None
    person = people.next_person_id(tx)
    (leadloop_id,) = new_leadloop_ids(1, loop.world.random_bytes)
    people.add_people(tx, [(person, leadloop_id)], at)
    people.add_identities(tx, [(system, key, person, "own")], at)
    if by_id:
        reading.want_read(tx, source.name, [ToRead("contacts", whom, changed_at=at)])
    return person
