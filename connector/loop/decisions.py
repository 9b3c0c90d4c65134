"""Decisions: what sales did, derived from the CRM's records by the mapping, and folded into each lead's life.

Records are kept as last seen, so that a CRM without history tells by difference. Our own writes come back in the same
stream; they change no field that a decision is told from, and cause nothing. What others made of our own fields does:
see `ours`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from connector.adapter import BadRecord, Page, Removal
from connector.adapter.crm import anybody
from connector.adapter.cursors import resumed
from connector.errors import LeadloopError, RecordError
from connector.lifecycle import Event, fold
from connector.loop import again, ours
from connector.loop.context import Crm, Loop
from connector.loop.join import DUPLICATE, join
from connector.loop.owners import Owners, linked
from connector.loop.score import stage_after
from connector.loop.stuck import Stuck
from connector.loop.tally import Tally
from connector.mapping.decisions import IsPerson
from connector.model import CrmRecord, Decision
from connector.state import crm as store
from connector.state import desired, leads, people, reading
from connector.state.store import Tx

STREAM = again.STREAM


def decisions(loop: Loop, crm: Crm, tally: Tally) -> None:
    """Read every changed record since the cursor, one transaction a page; then those that were not read whole."""
    bookmark = reading.Bookmark(loop.store.read(), crm.name, STREAM)
    saving = _Saving(loop, crm, tally)
    stuck = Stuck(loop, crm, STREAM, tally)
    with loop.store.write(durable=False, step=True) as tx:
        reading.keep_cursor(tx, crm.name, STREAM, loop.world.now(), loop.run, "start of a walk")
    trouble: LeadloopError | None = None
    for page in resumed(crm.adapter.records, bookmark.stands):
        goes_on = saving.page(page, bookmark)
        trouble = again.put_off(stuck, page.unread, others=bool(page.records)) or trouble
        tally.why_zero = page.why_zero or tally.why_zero
        if not goes_on:
            tally.why_zero = reading.SET_MEANWHILE
        if loop.stopping() or not goes_on:
            return
    if trouble is not None:
        raise trouble
    with loop.store.write(durable=False, step=True) as tx:
        reading.mark_fresh(tx, crm.name, STREAM, loop.world.now())
    again.read_again(loop, crm, stuck, saving.one)
    if not tally.read and tally.why_zero is None:
        tally.why_zero = "no record changed in the CRM since the last read"


class _Saving:
    """What one reading brings, saved in a transaction a page, or a record that was asked for again."""

    def __init__(self, loop: Loop, crm: Crm, tally: Tally) -> None:
        self._loop, self._crm, self._tally = loop, crm, tally
        self._is_person = crm.adapter.people() if crm.mapping.asks_people else anybody

    def page(self, page: Page[CrmRecord], bookmark: reading.Bookmark) -> bool:
        """Save a page and its cursor. False where a person set another cursor meanwhile."""
        with self._transaction(page) as tx:
            now = self._loop.world.now()
            again.remember(tx, self._crm, page.unread, now)
            return bookmark.move(tx, page.cursor, now)

    def one(self, name: str, record: CrmRecord | None) -> None:
        """Save a record under the name that it was asked for by; None: it is no more."""
        with self._transaction(Page([] if record is None else [record])) as tx:
            reading.was_read(tx, self._crm.name, STREAM, [name])
            if record is None:
                reading.close_rejects(tx, self._crm.name, STREAM, [name])

    @contextmanager
    def _transaction(self, page: Page[CrmRecord]) -> Iterator[Tx]:
        found = ours.compare(self._loop, self._crm, page.records)
        with self._loop.store.write(step=True) as tx:
            _save_page(tx, self._loop, self._crm, page, self._tally, self._is_person)
            ours.settle(tx, self._loop, self._crm, found, self._tally)
            yield tx


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
    for file in page.whole:
        reading.close_repaired(tx, crm.name, STREAM, file.name, file.since, now)
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
            key = again.name_of(record.object, record.id)
            tally.new_rejects += reading.add_reject(tx, crm.name, STREAM, key, error, now, run=loop.run)
            continue
        for lack in left_out:  # of a past decision, under its own place: the record itself was read well
            tally.new_rejects += reading.add_reject(tx, crm.name, STREAM, str(lack.place), lack, now, run=loop.run)
        done.append(again.name_of(record.object, record.id))
        tally.saved += changed
        tally.unchanged += not changed
    if done and reading.has_open_rejects(tx, crm.name, STREAM):
        reading.close_rejects(tx, crm.name, STREAM, done)
    if done and reading.has_reads(tx, crm.name):
        reading.was_read(tx, crm.name, STREAM, done)


def _park_bad(tx: Tx, loop: Loop, crm: Crm, stream: str, found: Sequence[BadRecord], tally: Tally) -> None:
    for bad in found:
        tally.read += bad.records
        tally.rejected += bad.records
        tally.new_rejects += reading.add_reject(
            tx, crm.name, stream, bad.place, bad.error, loop.world.now(), raw=bad.raw or None, run=loop.run
        )


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
        for decision in _without_repeats(tx, crm, found, record, None):
            store.add_decision(tx, crm.name, decision, None, now)
        return not same
    _own(tx, crm, record, person, now)
    _follow(tx, crm, record, before, person)
    late = [] if before is None else store.give_decisions(tx, crm.name, record.object, record.id, person)
    late += _adopt_linked(tx, crm, record, person, now)
    found = _without_repeats(tx, crm, found, record, person)
    fresh = [(decision, id_) for decision in found if (id_ := store.add_decision(tx, crm.name, decision, person, now))]
    if fresh or late:
        apply(tx, loop, crm.name, person, [*late, *fresh], now)
    return not same


def _without_repeats(
    tx: Tx, crm: Crm, found: Sequence[Decision], record: CrmRecord, person: int | None
) -> list[Decision]:
    """A line that asks who changed a field fits each time anew: a lead that goes to a colleague was accepted before."""
    if not any(crm.mapping.decision_rules[decision.rule - 1].changed for decision in found):
        return list(found)
    stands = store.newest_kind(tx, crm.name, record, person)
    kept: list[Decision] = []
    for decision in found:
        if decision.kind != stands or not crm.mapping.decision_rules[decision.rule - 1].changed:
            kept.append(decision)
        stands = decision.kind
    return kept


def _own(tx: Tx, crm: Crm, record: CrmRecord, person: int, now: datetime) -> None:
    pairs = [(record.object, record.id), *linked(record)]
    people.add_identities(
        tx, [(people.crm_system(crm.name, object_), id_, person, "own") for object_, id_ in pairs], now
    )


def _follow(tx: Tx, crm: Crm, record: CrmRecord, before: CrmRecord | None, person: int) -> None:
    """A lead's record that names another since it was last seen was converted, it may be: the CRM is asked on which to
    go on. Not only at the next write: an opt-out that the lead has is to stand on the contact too.
    """  # fmt: skip
    if before is None or desired.linked_record(tx, crm.name, person) != (record.object, record.id):
        return
    kinds = {crm.mapping.object, *crm.mapping.also} - {record.object}
    if any(object_ in kinds for object_, _ in {*linked(record)} - {*linked(before)}):
        desired.forget_link(tx, crm.name, person)
        people.mark_dirty(tx, [person], level=2)


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
