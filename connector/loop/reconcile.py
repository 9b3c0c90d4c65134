"""Reconcile: full walks of what has no feed. Deletions that nobody tells, edits that no listing shows.

The difference between a finished walk and the store is only a question: each absent contact is asked for by its id
before it is believed gone. Where the platform shows no edits, everybody seen is read again, behind all fresh leads.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from connector.adapter import ToRead
from connector.adapter.cursors import resumed
from connector.loop.context import Loop, Marketing
from connector.loop.tally import Tally
from connector.state import people, reading
from connector.state.store import Tx

STREAM = "everyone"
ENOUGH = timedelta(hours=20)
"""A pass of all steps does not walk everybody again before; `--only reconcile` does."""


def reconcile(loop: Loop, source: Marketing, tally: Tally) -> None:
    """Walk everybody; ask again for whoever was not seen, and for edits where no stream tells of them."""
    able = source.spec.capabilities
    if able.removals != "sweep":
        tally.why_zero = "the platform tells of removals itself"
        return
    bookmark = reading.Bookmark(loop.store.read(), source.name, STREAM)
    last = reading.fresh_at(loop.store.read(), source.name, STREAM)
    if bookmark.stands is None and last is not None and loop.world.now() - last < ENOUGH and not loop.forced:
        tally.why_zero = f"everybody was walked at {last:%Y-%m-%d %H:%M} UTC; once a day is enough"
        return
    if bookmark.stands is None:
        _forget_seen(loop, source)
    for page in resumed(source.adapter.everyone, bookmark.stands):
        now = loop.world.now()
        with loop.store.write(durable=False, step=True) as tx:
            tally.read += len(page.records)
            tally.saved += reading.saw(tx, source.name, page.records)
            if able.changes != "modified":
                again = [ToRead("contacts", id_) for id_ in page.records]
                reading.want_read(tx, source.name, again, lane=reading.SWEEP)
            reading.want_read(tx, source.name, page.to_read, lane=reading.SWEEP)
            if able.has_acts_per_contact:
                _want_acts_of_strangers(tx, source, page.records)
            goes_on = bookmark.move(tx, page.cursor, now)
        if not goes_on:
            tally.why_zero = reading.SET_MEANWHILE
        if loop.stopping() or not goes_on:
            return
    _finish(loop, source)
    tally.unchanged = tally.read - tally.saved


def _want_acts_of_strangers(tx: Tx, source: Marketing, ids: Sequence[str]) -> None:
    """Whoever only the walk found converted unseen, or shows later than the listing of changes reaches back."""
    known = people.persons_by(tx, source.name, ids)
    strangers = [ToRead("activities", id_) for id_ in ids if id_ not in known]
    reading.want_read(tx, source.name, strangers, lane=reading.SWEEP)


def _forget_seen(loop: Loop, source: Marketing) -> None:
    with loop.store.write(durable=False, step=True) as tx:
        reading.forget_seen(tx, source.name)


def _finish(loop: Loop, source: Marketing) -> None:
    """The walk is complete: only now does an absence mean something."""
    with loop.store.write(step=True) as tx:
        absent = [ToRead("contacts", id_) for id_ in reading.absent(tx, source.name)]
        reading.want_read(tx, source.name, absent, lane=reading.BACKFILL)
        reading.forget_seen(tx, source.name)
        reading.move_cursor(tx, source.name, STREAM, None, loop.world.now())
        reading.mark_fresh(tx, source.name, STREAM, loop.world.now())
