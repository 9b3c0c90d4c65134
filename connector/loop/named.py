"""What pages only named is read here: a contact behind its id, the acts of a contact, fresh leads first.

A contact about which the platform answers with an error holds up nobody behind it (connector.loop.stuck).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from connector.adapter import ContactAnswer, Removal, ToRead
from connector.adapter.apart import may_be_of_one_read
from connector.errors import LeadloopError
from connector.loop.acts import save_acts
from connector.loop.context import Loop, Marketing
from connector.loop.identify import save_contact_page
from connector.loop.join import join
from connector.loop.stuck import Stuck
from connector.loop.tally import Tally
from connector.state import contacts as store_contacts
from connector.state import desired, people, reading
from connector.state.store import Tx

READ_AT_ONCE = 100
"""How many named contacts are asked for before they are saved."""


def named_contacts(loop: Loop, source: Marketing, tally: Tally) -> None:
    """Read the contacts that pages, walks or people only named, fresh leads first."""
    stuck = Stuck(loop, source, "contacts", tally)
    while not loop.stopping():
        wanted = reading.next_reads(loop.store.read(), source.name, "contacts", READ_AT_ONCE, loop.world.now())
        if not wanted:
            stuck.end()
            return
        ids = [id_ for id_, _ in wanted]
        answered: set[str] = set()
        try:
            _read_contacts(loop, source, ids, answered, tally)
        except LeadloopError as error:
            left = [id_ for id_ in ids if id_ not in answered]
            if loop.stopping() or not may_be_of_one_read(error):
                raise
            _read_one_by_one(loop, source, left, error, stuck, tally)
        else:
            stuck.answered()


def _read_contacts(loop: Loop, source: Marketing, ids: Sequence[str], answered: set[str], tally: Tally) -> None:
    """Ask for these together. What was `answered` before an error is saved."""
    chunk: list[ContactAnswer] = []
    try:
        for answer in source.adapter.contacts(ids):
            chunk.append(answer)
            if len(chunk) >= READ_AT_ONCE:
                _save_answers(loop, source, chunk, answered, tally)
                chunk = []
    except LeadloopError:
        _save_answers(loop, source, chunk, answered, tally)
        raise
    _save_answers(loop, source, chunk, answered, tally)


def _read_one_by_one(
    loop: Loop, source: Marketing, ids: Sequence[str], error: LeadloopError, stuck: Stuck, tally: Tally
) -> None:
    """After an error, which names no contact: each by itself, so that the one that made it holds up no other."""
    if len(ids) == 1:
        stuck.put_off(ids[0], error)
        return
    for id_ in ids:
        if loop.stopping():
            return
        try:
            _read_contacts(loop, source, [id_], set(), tally)
        except LeadloopError as its_own:
            stuck.put_off(id_, its_own)
        else:
            stuck.answered()


def _save_answers(
    loop: Loop, source: Marketing, answers: Sequence[ContactAnswer], answered: set[str], tally: Tally
) -> None:
    if not answers:
        return
    at = loop.world.now()
    with loop.store.write(durable=False, step=True) as tx:
        whole = [answer.record for answer in answers if answer.state == "whole" and answer.record is not None]
        save_contact_page(tx, loop, source, whole, at, tally)
        gone = [answer for answer in answers if answer.state != "whole"]
        for answer in gone:
            tally.read += 1
            tally.saved += 1
            remove(tx, loop, source, Removal(answer.id, answer.merged_into), at)
        reading.close_rejects(tx, source.name, "contacts", [answer.id for answer in gone])
        reading.was_read(tx, source.name, "contacts", [answer.id for answer in answers])
    answered.update(answer.id for answer in answers)


def activities_per_contact(loop: Loop, source: Marketing, tally: Tally) -> None:
    """Read the acts of contacts that pages, walks or people named, fresh leads first, until the turn is over."""
    turn_ends = loop.world.monotonic() + loop.turn_s
    stuck = Stuck(loop, source, "activities", tally)
    while not loop.stopping():
        wanted = reading.next_reads(loop.store.read(), source.name, "activities", READ_AT_ONCE, loop.world.now())
        if not wanted:
            tally.why_zero = None if tally.read else "no contact was named that has new acts"
            stuck.end()
            return
        for id_, since in wanted:
            try:
                records = [raw for page in source.adapter.activities_of(id_, since) for raw in page.records]
            except LeadloopError as error:
                stuck.put_off(id_, error)
                continue
            stuck.answered()
            at = loop.world.now()
            with loop.store.write(durable=False, step=True) as tx:
                save_acts(tx, loop, source, records, at, tally, contact=id_)
                reading.acts_were_read(tx, source.name, id_, since)
                reading.close_rejects(tx, source.name, "activities", [id_])
            tally.goes_on = loop.world.monotonic() >= turn_ends
            if tally.goes_on or loop.stopping():
                return


def remove(tx: Tx, loop: Loop, source: Marketing, removal: Removal, at: datetime) -> None:
    """A contact is no more: deleted, or merged into another, which joins the persons.

    Its acts are not asked for any more: after a merge the platform would answer with the survivor's. What the survivor
    shows of ours is told again: the merge took what it liked of either, and what was meant for the loser since then
    went to the survivor.
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
    marks = desired.marks_of(tx, source.name, [loser, winner or loser])
    if winner is None:
        people.add_identities(tx, [(source.name, removal.merged_into, loser, "own")], at)
        reading.want_read(tx, source.name, [ToRead("contacts", removal.merged_into, changed_at=at)])
    else:
        join(tx, loser, winner, at, loop.run)
    people.add_identities(tx, [(source.name, removal.id, winner or loser, "merged")], at)
    if person is not None:
        desired.doubt(tx, source.name, winner or loser, marks)
        people.mark_dirty(tx, [winner or loser])
