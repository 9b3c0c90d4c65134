"""Pull: read every new page of every stream of a marketing connection. A page and its cursor are saved together.

What a page only names (a contact behind an id, the acts of a contact) becomes a row in the same transaction and is
read afterwards, fresh leads first; a backfill or a sweep never starves them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from connector.adapter import Page, Removal
from connector.adapter.cursors import resumed
from connector.errors import LeadloopError
from connector.loop.acts import save_acts
from connector.loop.context import Loop, Marketing
from connector.loop.guarded import guarded
from connector.loop.identify import save_contact_page
from connector.loop.named import activities_per_contact, named_contacts, remove
from connector.loop.tally import Tally
from connector.model import Json
from connector.state import reading
from connector.state.store import Tx

T = TypeVar("T")

ROWS_AT_ONCE = 2000
"""How many records a commit carries at least, where pages are small and come quickly."""
LONGEST_S = 2.0
"""How long a page may wait for others."""


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
            for file in page.whole:
                reading.close_repaired(tx, source.name, stream, file.name, file.since, at)
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
        whole=[file for page in pages for file in page.whole],
        why_zero=pages[-1].why_zero,
    )


def _park_bad(tx: Tx, loop: Loop, source: Marketing, stream: str, page: Page[Any], at: datetime, tally: Tally) -> None:
    for bad in page.bad:
        tally.read += bad.records
        tally.rejected += bad.records
        tally.new_rejects += reading.add_reject(
            tx, source.name, stream, bad.place, bad.error, at, raw=bad.raw or None, run=loop.run
        )


def _contacts(loop: Loop, source: Marketing, tally: Tally) -> None:
    def save(tx: Tx, page: Page[Json], at: datetime, tally: Tally) -> None:
        save_contact_page(tx, loop, source, page.records, at, tally)

    walk(loop, source, "contacts", source.adapter.changes, save, tally)


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
