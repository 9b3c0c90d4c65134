"""Sending what the outbox holds: claim on disk, ask the platform, settle each row by its own outcome.

The same for both sides. A row is `sent` on disk before its request leaves. What may have been applied without our
knowing is `unknown` and is read back before anything is sent again; an absence is believed only after the time that
the platform's searches may lag. Consent and erasure are checked in the transaction that claims.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import groupby
from typing import Literal

from msgspec import Struct

from connector.errors import ContractError, LeadloopError, RecordError, RetryableError, UnknownOutcome
from connector.loop.alike import holds
from connector.loop.channel import Channel
from connector.loop.claim import may_send
from connector.loop.context import Loop
from connector.loop.settle import Counts, Settler
from connector.loop.tally import Tally
from connector.model import Outcome, ReadBack
from connector.state import operation, outbox
from connector.state.outbox import Row
from connector.state.store import Tx

ROUND = 8
"""Batches per worker that are looked up at once."""
GIVE_UP_AFTER = timedelta(hours=24)
"""How long an unknown or pending write is asked after before a person has to look."""


def send(loop: Loop, channel: Channel, tally: Tally) -> None:
    """Send everything that may go now; counts into `tally`. A dry run leaves it planned."""
    if loop.dry_run:
        tally.why_zero = "a dry run sends nothing"
        return
    with loop.store.write(step=True) as tx:
        outbox.recover(tx, channel.name, loop.epoch)
    if operation.is_paused(loop.store.read(), channel.name):
        tally.why_zero = "paused: 'leadloop resume' lets it write again"
        return
    ask_after(loop, channel, "unknown", tally)
    ask_after(loop, channel, "pending", tally)
    with ThreadPoolExecutor(max_workers=max(1, channel.workers), thread_name_prefix="send") as pool:
        while not loop.stopping():
            rows = outbox.sendable(loop.store.read(), channel.name, _at_once(channel), loop.world.now())
            if not rows:
                return
            results = list(pool.map(lambda batch: _send_batch(loop, channel, batch), batches(channel, rows)))
            sent = sum(result.sent for result in results)
            for result in results:
                result.add_to(tally)
            errors = [result.error for result in results if result.error is not None]
            if errors:
                raise errors[0]
            if not sent:
                return


def still_open(loop: Loop, connection: str) -> str | None:
    """What is on its way and could not move on now; None when nothing is."""
    writes = outbox.open_writes(loop.store.read(), connection)
    return f"{writes} writes wait: for an answer, for a time, or for the write that they hang on" if writes else None


def _at_once(channel: Channel) -> int:
    return channel.batch * max(1, channel.workers) * ROUND


def batches(channel: Channel, rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Rows of one kind and object at a time, as many as one call takes."""
    size = channel.batch

    def sort_key(row: Row) -> tuple[bool, str, str, bool]:
        return (not row.write.fresh, row.write.kind, row.write.object, row.creates)

    for _, group in groupby(sorted(rows, key=sort_key), key=sort_key):
        same = list(group)
        for start in range(0, len(same), size):
            yield same[start : start + size]


class _Result(Struct):
    sent: int = 0
    counts: Counts | None = None
    error: LeadloopError | None = None

    def add_to(self, tally: Tally) -> None:
        if self.counts is not None:
            self.counts.add_to(tally)


def _send_batch(loop: Loop, channel: Channel, rows: Sequence[Row]) -> _Result:
    if loop.stopping():
        return _Result()
    with loop.store.write(step=True) as tx:
        if operation.is_paused(tx, channel.name):
            return _Result()
        allowed = may_send(tx, loop, channel.side, rows)
        claimed = outbox.claim(tx, allowed, loop.world.now(), loop.epoch, loop.run)
    if not claimed:
        return _Result(sent=len(rows) - len(allowed))
    try:
        outcomes: Sequence[Outcome] = channel.write([row.write for row in claimed])
    except UnknownOutcome as lost:
        outcomes = [_unknown(row, lost) for row in claimed]
    except RecordError as refused:
        outcomes = [_refused(row, refused) for row in claimed]
    except ContractError as strange:  # an answer that nobody documented does not say that nothing was applied
        _doubt(loop, claimed, strange.message)
        return _Result(error=strange)
    except LeadloopError as stopped:
        _unclaim(loop, claimed, stopped)
        return _Result(error=stopped)
    except BaseException:
        _doubt(loop, claimed, "the answer could not be read")
        raise
    with loop.store.write(step=True) as tx:
        counts = Settler(tx, loop, channel).settle(claimed, outcomes)
    return _Result(sent=len(claimed), counts=counts)


def _unknown(row: Row, lost: UnknownOutcome) -> Outcome:
    return Outcome(row.write.effect, "unknown", code=lost.code, text=lost.message)


def _refused(row: Row, refused: RecordError) -> Outcome:
    return Outcome(row.write.effect, "rejected", code=refused.code, text=refused.message, field=refused.field)


def _doubt(loop: Loop, rows: Sequence[Row], why: str) -> None:
    """They may have been applied: they are read back before anything is sent again."""
    with loop.store.write(step=True) as tx:
        for row in rows:
            outbox.settle(tx, row.id, "unknown", loop.world.now(), why=why)


def _unclaim(loop: Loop, rows: Sequence[Row], error: LeadloopError) -> None:
    """Nothing of the batch was applied, the adapter is sure: the rows are planned again."""
    wait_s = error.retry_after_s if isinstance(error, RetryableError) else None
    next_at = None if wait_s is None else loop.world.now() + timedelta(seconds=wait_s)
    with loop.store.write(step=True) as tx:
        for row in rows:
            outbox.send_again(tx, row.id, loop.world.now(), code=error.code, text=error.message, next_at=next_at)


def ask_after(loop: Loop, channel: Channel, state: str, tally: Tally) -> None:
    """Read back rows whose fate is not known yet, and settle those that can be."""
    while not loop.stopping():
        now = loop.world.now()
        rows = outbox.in_state(loop.store.read(), channel.name, state, now, channel.batch)
        if not rows:
            return
        found = {one.effect: one for one in channel.read_back([row.write for row in rows])}
        with loop.store.write(step=True) as tx:
            for row in rows:
                _settle_asked(tx, loop, channel, row, found.get(row.write.effect), tally)


def _settle_asked(tx: Tx, loop: Loop, channel: Channel, row: Row, seen: ReadBack | None, tally: Tally) -> None:
    now = loop.world.now()
    since = row.sent_at or now
    lag = timedelta(seconds=channel.spec.capabilities.visible_after_s)
    settler = Settler(tx, loop, channel)
    proven = seen is not None and seen.present and not (seen.unclear and row.state == "unknown")
    if seen is not None and proven and holds(row.write, seen):
        status: Literal["created", "updated"] = "created" if row.creates else "updated"
        settler.settle([row], [Outcome(row.write.effect, status, record_id=seen.record_id, object=seen.object)])
    elif seen is None or seen.unclear or (not seen.present and (row.state == "pending" or now - since < lag)):
        if now - since > GIVE_UP_AFTER:
            settler.give_up(row)
        else:
            _ask_again(tx, row, since + lag, now - since, now)
            settler.counts.unknown += row.state == "unknown"
    elif seen.present and row.creates and seen.record_id is not None:
        settler.found_instead(row, (seen.object or row.write.object, seen.record_id))
    else:
        outbox.send_again(tx, row.id, now, why="read back: it is not there")
    settler.counts.add_to(tally)


def _ask_again(tx: Tx, row: Row, not_before: datetime, age: timedelta, now: datetime) -> None:
    wait = min(timedelta(hours=1), max(timedelta(seconds=15), age / 2))
    outbox.settle(tx, row.id, row.state, now, next_at=max(now + wait, not_before), poll=row.poll, why="not visible yet")
