"""Decisions: what sales did, derived from the CRM's records by the mapping, and folded into each lead's life.

Records are kept as last seen, so that a CRM without history tells by difference. Our own writes come back in the same
stream; they change no field that a decision is told from, and cause nothing. What others made of our own fields does:
see `ours`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from connector.adapter import BadRecord, Page, Removal
from connector.adapter.crm import anybody
from connector.adapter.cursors import resumed
from connector.errors import RecordError
from connector.lifecycle import Event, fold
from connector.loop import ours
from connector.loop.context import Crm, Loop
from connector.loop.join import DUPLICATE, join
from connector.loop.score import stage_after
from connector.loop.tally import Tally
from connector.mapping.decisions import IsPerson
from connector.model import CrmRecord, Decision
from connector.state import crm as store
from connector.state import desired, leads, people, reading
from connector.state.erasure import anyone_erased, erased_among, remember_erased
from connector.state.store import Tx

STREAM = "decisions"


def decisions(loop: Loop, crm: Crm, tally: Tally) -> None:
    """Read every changed record since the cursor, one transaction a page."""
    bookmark = reading.Bookmark(loop.store.read(), crm.name, STREAM)
    is_person = crm.adapter.people() if crm.mapping.asks_people else anybody
    with loop.store.write(durable=False, step=True) as tx:
        reading.keep_cursor(tx, crm.name, STREAM, loop.world.now(), loop.run, "start of a walk")
    for page in resumed(crm.adapter.records, bookmark.stands):
        found = ours.compare(loop, crm, page.records)
        with loop.store.write(step=True) as tx:
            _save_page(tx, loop, crm, page, tally, is_person)
            ours.settle(tx, loop, crm, found, tally)
            goes_on = bookmark.move(tx, page.cursor, loop.world.now())
        tally.why_zero = page.why_zero or tally.why_zero
        if not goes_on:
            tally.why_zero = reading.SET_MEANWHILE
        if loop.stopping() or not goes_on:
            return
    with loop.store.write(durable=False, step=True) as tx:
        reading.mark_fresh(tx, crm.name, STREAM, loop.world.now())
    if not tally.read and tally.why_zero is None:
        tally.why_zero = "no record changed in the CRM since the last read"


def removals(loop: Loop, crm: Crm, tally: Tally) -> None:
    """Deleted and merged records: the person moves on to the survivor, or the record is forgotten, never made again."""
    bookmark = reading.Bookmark(loop.store.read(), crm.name, "removals")
    for page in resumed(crm.adapter.removals, bookmark.stands):
        with loop.store.write(step=True) as tx:
            tally.read += len(page.records)
            tally.saved += len(page.records)
            for removal in page.records:
                _remove(tx, loop, crm, removal)
            _park_bad(tx, loop, crm, "removals", page.bad, tally)
            if not bookmark.move(tx, page.cursor, loop.world.now()):
                tally.why_zero = reading.SET_MEANWHILE
                return
    with loop.store.write(durable=False, step=True) as tx:
        reading.mark_fresh(tx, crm.name, "removals", loop.world.now())
    if not tally.read:
        tally.why_zero = "nothing was deleted or merged in the CRM since the last read"


def _save_page(tx: Tx, loop: Loop, crm: Crm, page: Page[CrmRecord], tally: Tally, is_person: IsPerson) -> None:
    now = loop.world.now()
    tally.read += len(page.records)
    _park_bad(tx, loop, crm, STREAM, page.bad, tally)
    before = store.seen_before(tx, crm.name, page.records)
    owners = Owners(tx, loop, crm, page.records)
    done: list[str] = []
    for record in page.records:
        if owners.was_erased(record):
            owners.stay_erased(record, now)
            tally.unchanged += 1
            continue
        left_out: list[RecordError] = []
        try:
            seen = before.get((record.object, record.id))
            changed = _take(tx, loop, crm, record, seen, owners, is_person, left_out)
        except RecordError as error:
            tally.rejected += 1
            key = f"{record.object} {record.id}"
            tally.new_rejects += reading.add_reject(tx, crm.name, STREAM, key, error, now, run=loop.run)
            continue
        for lack in left_out:  # of a past decision, under its own place: the record itself was read well
            tally.new_rejects += reading.add_reject(tx, crm.name, STREAM, str(lack.place), lack, now, run=loop.run)
        done.append(f"{record.object} {record.id}")
        tally.saved += changed
        tally.unchanged += not changed
    if done and reading.has_open_rejects(tx, crm.name, STREAM):
        reading.close_rejects(tx, crm.name, STREAM, done)


def _park_bad(tx: Tx, loop: Loop, crm: Crm, stream: str, found: Sequence[BadRecord], tally: Tally) -> None:
    for bad in found:
        tally.read += bad.records
        tally.rejected += bad.records
        tally.new_rejects += reading.add_reject(
            tx, crm.name, stream, bad.place, bad.error, loop.world.now(), raw=bad.raw or None, run=loop.run
        )


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


def _take(
    tx: Tx, loop: Loop, crm: Crm, record: CrmRecord, before: CrmRecord | None, owners: Owners,
    is_person: IsPerson, left_out: list[RecordError],
) -> bool:  # fmt: skip
    now = loop.world.now()
    person = owners.of(record)
    same = before is not None and before.changed_at == record.changed_at and dict(before.fields) == dict(record.fields)
    found = [] if same else crm.mapping.decisions_of(record, before, is_person, left_out)
    store.save_record(tx, crm.name, record, person, now)
    if person is None:
        for decision in found:
            store.add_decision(tx, crm.name, decision, None, now)
        return not same
    _own(tx, crm, record, person, now)
    late = [] if before is None else store.give_decisions(tx, crm.name, record.object, record.id, person)
    late += _adopt_linked(tx, crm, record, person, now)
    fresh = [(decision, id_) for decision in found if (id_ := store.add_decision(tx, crm.name, decision, person, now))]
    if fresh or late:
        apply(tx, loop, crm.name, person, [*late, *fresh], now)
    return not same


def _own(tx: Tx, crm: Crm, record: CrmRecord, person: int, now: datetime) -> None:
    pairs = [(record.object, record.id), *linked(record)]
    people.add_identities(
        tx, [(people.crm_system(crm.name, object_), id_, person, "own") for object_, id_ in pairs], now
    )


def _adopt_linked(tx: Tx, crm: Crm, record: CrmRecord, person: int, now: datetime) -> list[tuple[Decision, int]]:
    """Records seen before anybody knew whose they are, now that this one links them: their decisions count too."""
    adopted: list[tuple[Decision, int]] = []
    for object_, id_ in linked(record):
        orphan = store.orphans(tx, crm.name, object_, id_)
        if orphan is not None:
            store.save_record(tx, crm.name, orphan, person, now)
            adopted += store.give_decisions(tx, crm.name, object_, id_, person)
    return adopted


def apply(
    tx: Tx,
    loop: Loop,
    connection: str,
    person: int,
    found: Sequence[tuple[Decision, int]],
    now: datetime,
) -> None:
    """Append decisions to the lead's log and mark the lead to be worked out anew."""
    start, events = leads.life_of(tx, person)
    for decision, id_ in found:
        event = Event(
            kind=decision.kind, at=decision.at, known_at=now, by="sales", precision=decision.precision,
            reason=decision.reason,
        )  # fmt: skip
        events.append(event)
        _, placed = fold(events, start)
        [line] = [line for line in placed if line.event is event]
        leads.add_event(
            tx, person, line, stage_after(line), connection=connection, decision_id=id_,
            reason_text=decision.reason_text, actor=decision.by, model=loop.model.version,
        )  # fmt: skip
    people.mark_dirty(tx, [person], level=2)


def _remove(tx: Tx, loop: Loop, crm: Crm, removal: Removal) -> None:
    now = loop.world.now()
    object_ = removal.object or crm.mapping.object
    store.record_gone(tx, crm.name, object_, removal.id, now)
    system = people.crm_system(crm.name, object_)
    person = people.person_by(tx, system, removal.id)
    if person is None:
        return
    people.mark_dirty(tx, [person], level=2)
    if desired.linked_record(tx, crm.name, person) == (object_, removal.id):
        desired.forget_link(tx, crm.name, person)
    if store.live_records(tx, crm.name, person, (crm.mapping.object, *crm.mapping.also)) <= 1:
        reading.close_rejects(tx, crm.name, DUPLICATE, [people.leadloop_id_of(tx, person)])
    if removal.merged_into is None:
        return
    winner = people.person_by(tx, system, removal.merged_into)
    people.add_identities(tx, [(system, removal.id, person, "merged")], now)
    if winner is None:
        people.add_identities(tx, [(system, removal.merged_into, person, "own")], now)
    elif winner != person:
        join(tx, person, winner, now, loop.run)
