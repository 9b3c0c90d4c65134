"""Pull: read every new page of every stream of a marketing connection. A page and its cursor are saved together.

What a page only names (a contact behind an id, the acts of a contact) becomes a row in the same transaction and is
read afterwards, fresh leads first; a backfill or a sweep never starves them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from connector.adapter import ContactAnswer, Page, Removal, ToRead
from connector.adapter.cursors import resumed
from connector.errors import LeadloopError, RecordError
from connector.identity import new_leadloop_ids
from connector.loop.context import Loop, Marketing
from connector.loop.guarded import guarded
from connector.loop.identify import act_row, save_contact_page
from connector.loop.join import join
from connector.loop.tally import Tally
from connector.model import Json
from connector.state import contacts as store_contacts
from connector.state import people, reading
from connector.state.erasure import erased_among
from connector.state.store import Tx

T = TypeVar("T")

ROWS_AT_ONCE = 2000
"""How many records a commit carries at least, where pages are small and come quickly."""
LONGEST_S = 2.0
"""How long a page may wait for others."""
READ_AT_ONCE = 100
"""How many named contacts are asked for before they are saved."""


def pull(loop: Loop, source: Marketing) -> list[Tally]:
    """All streams of one connection, each on its own: one that fails stops no other."""
    able = source.spec.capabilities
    lines: list[Tally] = []
    if able.changes == "full":
        _read_all_for_named(loop, source)
    if able.removals == "feed" and reading.is_untouched(loop.store.read(), source.name):
        begun = guarded(loop, source, "pull", "removals", _begin_removals)
        lines += [begun] if begun.error else []
    lines.append(guarded(loop, source, "pull", "contacts", _contacts))
    lines.append(guarded(loop, source, "pull", "named_contacts", named_contacts))
    if able.has_activity_feed:
        lines.append(guarded(loop, source, "pull", "activities", _activity_feed))
    if able.has_acts_per_contact:
        stream = "named_activities" if able.has_activity_feed else "activities"  # each fails and recovers by itself
        lines.append(guarded(loop, source, "pull", stream, activities_per_contact))
    if able.removals == "feed":
        lines.append(guarded(loop, source, "pull", "removals", _removals))
    return [line for line in lines if line.stream != "named_contacts" or line.read or line.error]


def _read_all_for_named(loop: Loop, source: Marketing) -> None:
    """Files have nothing to ask for by its id: for what a replay or a backfill named, all of them are read again."""
    if not reading.has_reads(loop.store.read(), source.name):
        return
    with loop.store.write(step=True) as tx:
        reading.forget_reads(tx, source.name)
        for stream in ("contacts", "activities"):
            reading.move_cursor(tx, source.name, stream, None, loop.world.now())


def walk(
    loop: Loop,
    source: Marketing,
    stream: str,
    pages: Callable[[Json | None], Iterator[Page[T]]],
    save: Callable[[Tx, Page[T], datetime, Tally], None],
    tally: Tally,
) -> None:
    """Read a stream from its cursor to its end. Small pages share a transaction; none waits longer than a moment."""
    bookmark = reading.Bookmark(loop.store.read(), source.name, stream)
    with loop.store.write(durable=False, step=True) as tx:
        reading.keep_cursor(tx, source.name, stream, loop.world.now(), loop.run, "start of a walk")
    named = 0
    for page in gathered(resumed(pages, bookmark.stands), loop.world.monotonic):
        at = loop.world.now()
        with loop.store.write(durable=False, step=True) as tx:
            save(tx, page, at, tally)
            reading.want_read(tx, source.name, page.to_read)
            _park_bad(tx, loop, source, stream, page, at, tally)
            goes_on = bookmark.move(tx, page.cursor, at)
        named += len({item.id for item in page.to_read})
        tally.why_zero = page.why_zero or tally.why_zero
        if not goes_on:
            tally.why_zero = reading.SET_MEANWHILE
        if loop.stopping() or not goes_on:
            return
    if named and not tally.read:
        tally.why_zero = f"the listing names {named} changed contacts; they are read one by one"
    if not tally.read and tally.why_zero is None:
        tally.why_zero = "nothing changed in marketing since the last read"
    with loop.store.write(durable=False, step=True) as tx:
        reading.mark_fresh(tx, source.name, stream, loop.world.now())


def gathered(pages: Iterator[Page[T]], monotonic: Callable[[], float]) -> Iterator[Page[T]]:
    """Several small pages as one, so that a commit carries enough. What came before an error is given out first."""
    waiting: list[Page[T]] = []
    since = monotonic()
    try:
        for page in pages:
            waiting.append(page)
            if sum(len(one.records) for one in waiting) >= ROWS_AT_ONCE or monotonic() - since > LONGEST_S:
                yield _joined(waiting)
                waiting, since = [], monotonic()
    except LeadloopError:
        if waiting:
            yield _joined(waiting)
        raise
    if waiting:
        yield _joined(waiting)


def _joined(pages: Sequence[Page[T]]) -> Page[T]:
    if len(pages) == 1:
        return pages[0]
    return Page(
        records=[record for page in pages for record in page.records],
        cursor=next((page.cursor for page in reversed(pages) if page.cursor is not None), None),
        to_read=[item for page in pages for item in page.to_read],
        bad=[bad for page in pages for bad in page.bad],
        why_zero=pages[-1].why_zero,
    )


def _park_bad(tx: Tx, loop: Loop, source: Marketing, stream: str, page: Page[Any], at: datetime, tally: Tally) -> None:
    for bad in page.bad:
        tally.read += 1
        tally.rejected += 1
        tally.new_rejects += reading.add_reject(
            tx, source.name, stream, bad.place, bad.error, at, raw=bad.raw or None, run=loop.run
        )


def _contacts(loop: Loop, source: Marketing, tally: Tally) -> None:
    def save(tx: Tx, page: Page[Json], at: datetime, tally: Tally) -> None:
        save_contact_page(tx, loop, source, page.records, at, tally)

    walk(loop, source, "contacts", source.adapter.changes, save, tally)


def named_contacts(loop: Loop, source: Marketing, tally: Tally) -> None:
    """Read the contacts that pages, walks or people only named, fresh leads first."""
    while not loop.stopping():
        wanted = reading.next_reads(loop.store.read(), source.name, "contacts", READ_AT_ONCE, loop.world.now())
        if not wanted:
            return
        answers = source.adapter.contacts([id_ for id_, _ in wanted])
        while chunk := list(islice(answers, READ_AT_ONCE)):
            _save_answers(loop, source, chunk, tally)


def _save_answers(loop: Loop, source: Marketing, answers: Sequence[ContactAnswer], tally: Tally) -> None:
    at = loop.world.now()
    with loop.store.write(durable=False, step=True) as tx:
        whole = [answer.record for answer in answers if answer.state == "whole" and answer.record is not None]
        save_contact_page(tx, loop, source, whole, at, tally)
        for answer in answers:
            if answer.state != "whole":
                tally.read += 1
                tally.saved += 1
                remove(tx, loop, source, Removal(answer.id, answer.merged_into), at)
        reading.was_read(tx, source.name, "contacts", [answer.id for answer in answers])


def remove(tx: Tx, loop: Loop, source: Marketing, removal: Removal, at: datetime) -> None:
    """A contact is no more: deleted, or merged into another, which joins the persons.

    Its acts are not asked for any more: after a merge the platform would answer with the survivor's.
    """
    reading.was_read(tx, source.name, "activities", [removal.id])
    person = store_contacts.mark_gone(tx, source.name, removal.id, at)
    if removal.merged_into is None:
        if person is not None:
            people.mark_dirty(tx, [person])
        return
    loser = people.person_by(tx, source.name, removal.id)
    winner = people.person_by(tx, source.name, removal.merged_into)
    if loser is None:
        return
    if winner is None:
        people.add_identities(tx, [(source.name, removal.merged_into, loser, "own")], at)
        reading.want_read(tx, source.name, [ToRead("contacts", removal.merged_into, changed_at=at)])
    else:
        join(tx, loser, winner, at, loop.run)
    people.add_identities(tx, [(source.name, removal.id, winner or loser, "merged")], at)


def _begin_removals(loop: Loop, source: Marketing, _tally: Tally) -> None:
    """Before anything is read: who was removed until now is nobody whom we will know, and is not looked for.

    Where this fails, or a person resets the cursor later, removals are read as far back as the platform tells them.
    """
    bookmark = reading.Bookmark(loop.store.read(), source.name, "removals")
    begin = source.adapter.removals_from_now()
    with loop.store.write(durable=False, step=True) as tx:
        bookmark.move(tx, begin, loop.world.now())


def _removals(loop: Loop, source: Marketing, tally: Tally) -> None:
    def save(tx: Tx, page: Page[Removal], at: datetime, tally: Tally) -> None:
        tally.read += len(page.records)
        tally.saved += len(page.records)
        for removal in page.records:
            remove(tx, loop, source, removal, at)

    walk(loop, source, "removals", source.adapter.removals, save, tally)


def _activity_feed(loop: Loop, source: Marketing, tally: Tally) -> None:
    def save(tx: Tx, page: Page[Json], at: datetime, tally: Tally) -> None:
        save_acts(tx, loop, source, page.records, at, tally)

    walk(loop, source, "activities", source.adapter.activities, save, tally)


def activities_per_contact(loop: Loop, source: Marketing, tally: Tally) -> None:
    """Read the acts of contacts that pages, walks or people named, fresh leads first, until the turn is over."""
    turn_ends = loop.world.monotonic() + loop.turn_s
    while not loop.stopping():
        wanted = reading.next_reads(loop.store.read(), source.name, "activities", READ_AT_ONCE, loop.world.now())
        if not wanted:
            tally.why_zero = None if tally.read else "no contact was named that has new acts"
            return
        for id_, since in wanted:
            records = [raw for page in source.adapter.activities_of(id_, since) for raw in page.records]
            at = loop.world.now()
            with loop.store.write(durable=False, step=True) as tx:
                save_acts(tx, loop, source, records, at, tally, contact=id_)
                reading.acts_were_read(tx, source.name, id_, since)
            tally.goes_on = loop.world.monotonic() >= turn_ends
            if tally.goes_on or loop.stopping():
                return


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
