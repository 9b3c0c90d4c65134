"""Sending what the outbox holds: claim on disk, ask the platform, settle each row by its own outcome.

The same for both sides. A row is `sent` on disk before its request leaves. What may have been applied without our
knowing is `unknown` and is asked after before anything is sent again. Consent and erasure are checked in the
transaction that claims.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import groupby
from typing import Final

from msgspec import Struct

from connector.errors import ContractError, LeadloopError, RecordError, RetryableError, UnknownOutcome
from connector.loop.channel import Channel
from connector.loop.claim import may_send
from connector.loop.context import Loop
from connector.loop.paused import WHY, PausedError
from connector.loop.settle import Counts, Settler
from connector.loop.stuck import may_be_its_own
from connector.loop.tally import Tally
from connector.loop.tries import Streak, company, is_lasting, pause
from connector.loop.unsettled import ask_after
from connector.model import Outcome
from connector.state import operation, outbox
from connector.state.outbox import Row
from connector.state.restore import doubted_since, restored_at

ONCE: Final = frozenset({"task", "note", "event"})
"""Kinds of which a second one would be one too many."""
ROUND = 8
"""Batches per worker that are looked up at once."""


def ask_after_open(loop: Loop, channel: Channel, tally: Tally) -> None:
    """Find out first what became of writes that left before. A dry run leaves them as they are."""
    if loop.dry_run:
        return
    with loop.store.write(step=True) as tx:
        outbox.recover(tx, channel.name, loop.epoch)
    if not operation.is_paused(loop.store.read(), channel.name):
        ask_after(loop, channel, "unknown", tally)
        ask_after(loop, channel, "pending", tally)


def send(loop: Loop, channel: Channel, tally: Tally) -> None:
    """Send everything that may go now; counts into `tally`. A dry run leaves it planned."""
    if loop.dry_run:
        tally.why_zero = "a dry run sends nothing"
        return
    if operation.is_paused(loop.store.read(), channel.name):
        tally.why_zero = WHY
        return
    streak = Streak()
    with ThreadPoolExecutor(max_workers=max(1, channel.workers), thread_name_prefix="send") as pool:
        while not (loop.stopping() or streak.means_all):
            rows = outbox.sendable(loop.store.read(), channel.name, _at_once(channel), loop.world.now())
            if not rows:
                return
            if _ask_first(loop, channel, rows, tally):
                continue
            results = list(pool.map(lambda batch: _send_batch(loop, channel, batch, streak), batches(channel, rows)))
            sent = sum(result.sent for result in results)
            for result in results:
                result.add_to(tally)
            errors = [result.error for result in results if result.error is not None]
            if errors:
                raise errors[0]
            if not sent:
                return


def _ask_first(loop: Loop, channel: Channel, rows: Sequence[Row], tally: Tally) -> bool:
    """After a restore, of what happens once: may it have happened already? Whether any of these was asked after."""
    doubted = [row.id for row in rows if row.write.kind in ONCE and row.attempts == 0]
    if not doubted or restored_at(loop.store.read()) is None:
        return False
    read = [(source.name, "contacts") for source in loop.marketing] + [(crm.name, "decisions") for crm in loop.crm]
    with loop.store.write(step=True) as tx:
        since = doubted_since(tx, read, loop.world.now())
        if since is None:
            return False
        outbox.doubt(tx, doubted, since)
    ask_after(loop, channel, "unknown", tally)
    return True


def still_open(loop: Loop, connection: str) -> str | None:
    """What is on its way and could not move on now; None when nothing is."""
    writes = outbox.open_writes(loop.store.read(), connection)
    return f"{writes} writes wait: for an answer, for a time, or for the write that they hang on" if writes else None


def _at_once(channel: Channel) -> int:
    return channel.batch * max(1, channel.workers) * ROUND


def batches(channel: Channel, rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Rows of one kind and object at a time, as many as one call takes; those that failed before in smaller company."""

    def sort_key(row: Row) -> tuple[bool, str, str, bool, int]:
        return (not row.write.fresh, row.write.kind, row.write.object, row.creates, row.attempts)

    for (*_, tries), group in groupby(sorted(rows, key=sort_key), key=sort_key):
        same = list(group)
        size = company(channel.batch, tries, len(same))
        for start in range(0, len(same), size):
            yield same[start : start + size]


class _Result(Struct):
    """What a batch came to: `error` stands before everybody, `trouble` before these rows alone, as far as is known."""

    sent: int = 0
    counts: Counts | None = None
    error: LeadloopError | None = None
    trouble: LeadloopError | None = None

    @property
    def went_through(self) -> bool:
        """Did the platform say what became of a write?"""
        return self.trouble is None and self.counts is not None and self.counts.unknown < self.sent

    def add_to(self, tally: Tally) -> None:
        if self.counts is not None:
            self.counts.add_to(tally)
        tally.trouble = self.trouble or tally.trouble


def _send_batch(loop: Loop, channel: Channel, rows: Sequence[Row], streak: Streak) -> _Result:
    if loop.stopping() or streak.means_all:
        return _Result()
    with loop.store.write(step=True) as tx:
        if operation.is_paused(tx, channel.name):
            return _Result()
        allowed = may_send(tx, loop, channel.side, rows)
        claimed = outbox.claim(tx, allowed, loop.world.now(), loop.epoch, loop.run)
    if not claimed:
        return _Result(sent=len(rows) - len(allowed))
    result = _write(loop, channel, claimed)
    result.sent = len(claimed)
    streak.add(went_through=result.went_through)
    return result


def _write(loop: Loop, channel: Channel, rows: Sequence[Row]) -> _Result:
    try:
        outcomes: Sequence[Outcome] = channel.write([row.write for row in rows])
    except UnknownOutcome as lost:
        outcomes = [_unknown(row, lost) for row in rows]
    except RecordError as refused:
        outcomes = [_refused(row, refused) for row in rows]
    except ContractError as strange:  # an answer that nobody documented does not say that nothing was applied
        _doubt(loop, rows, strange.message)
        return _Result(trouble=strange)
    except LeadloopError as stopped:
        if may_be_its_own(stopped) and not isinstance(stopped, PausedError):
            return _Result(counts=_try_apart(loop, channel, rows, stopped), trouble=stopped)
        _unclaim(loop, rows, stopped)
        return _Result(error=stopped)
    except BaseException:
        _doubt(loop, rows, "the answer could not be read")
        raise
    with loop.store.write(step=True) as tx:
        return _Result(counts=Settler(tx, loop, channel).settle(rows, outcomes))


def _unknown(row: Row, lost: UnknownOutcome) -> Outcome:
    return Outcome(row.write.effect, "unknown", code=lost.code, text=lost.message)


def _refused(row: Row, refused: LeadloopError) -> Outcome:
    field = refused.field if isinstance(refused, RecordError) else None
    return Outcome(
        row.write.effect, "rejected", code=refused.code, text=refused.message, field=field, hint=refused.hint
    )


def _doubt(loop: Loop, rows: Sequence[Row], why: str) -> None:
    """They may have been applied: they are read back before anything is sent again."""
    with loop.store.write(step=True) as tx:
        for row in rows:
            outbox.settle(tx, row.id, "unknown", loop.world.now(), why=why)


def _unclaim(loop: Loop, rows: Sequence[Row], error: LeadloopError) -> None:
    """Nothing of the batch was applied, the adapter is sure, and it is nobody's own trouble: planned as before."""
    wait_s = error.retry_after_s if isinstance(error, RetryableError) else None
    next_at = None if wait_s is None else loop.world.now() + timedelta(seconds=wait_s)
    with loop.store.write(step=True) as tx:
        for row in rows:
            outbox.send_again(tx, row.id, loop.world.now(), code=error.code, text=error.message, next_at=next_at)
            outbox.never_tried(tx, row.id)


def _try_apart(loop: Loop, channel: Channel, rows: Sequence[Row], error: LeadloopError) -> Counts:
    """Nothing of the batch was applied, and that may be the trouble of one of them: later, in smaller company."""
    now, counts = loop.world.now(), Counts()
    with loop.store.write(step=True) as tx:
        for row in rows:
            tries = row.attempts + 1
            if is_lasting(tx, channel, tries, since=row.sent_at):
                counts = Settler(tx, loop, channel).settle([row], [_refused(row, error)])
            else:
                next_at = now + pause(tries)
                outbox.send_again(tx, row.id, now, code=error.code, text=error.message, next_at=next_at)
    return counts
