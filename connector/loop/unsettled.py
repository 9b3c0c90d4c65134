"""Writes that may have been applied without our knowing: they are read back before anything is sent again.

An absence is believed only after the time that the platform's searches may lag.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal

from connector.loop.alike import holds
from connector.loop.channel import Channel
from connector.loop.context import Loop
from connector.loop.looking import MOST, ask_each
from connector.loop.settle import Settler
from connector.loop.tally import Tally
from connector.loop.tries import is_lasting, pause
from connector.model import Outcome, ReadBack
from connector.state import outbox
from connector.state.outbox import Row
from connector.state.store import Tx

GIVE_UP_AFTER: Final = timedelta(hours=24)
"""How long an unknown or pending write is asked after before a person has to look."""
ASK_AGAIN: Final = timedelta(seconds=15)
"""After how long it is asked after again; later half of its age."""
NEVER_THERE: Final = "never_there"
"""Code of a write that was sent again and again, and is not there, while others arrive."""
NOT_TAKEN: Final = "see what is special about this lead over there, then 'leadloop rejects replay'"
LONGEST: Final = timedelta(hours=1)


def ask_after(loop: Loop, channel: Channel, state: str, tally: Tally) -> None:
    """Read back rows whose fate is not known yet, and settle those that can be."""
    began, in_a_row = loop.world.now(), 0
    while in_a_row < MOST and not loop.stopping():
        rows = outbox.in_state(loop.store.read(), channel.name, state, began, channel.batch)
        if not rows:
            return
        found, failed = ask_each(channel.read_back, {row.id: row.write for row in rows})
        with loop.store.write(step=True) as tx:
            for row in rows:
                if row.id in found or row.id in failed.own:
                    _settle_asked(tx, loop, channel, row, found.get(row.id), tally)
                elif row.id in failed.open:
                    _ask_again(tx, row, loop.world.now(), ASK_AGAIN, failed.open[row.id].message)
        tally.trouble = failed.last or tally.trouble
        in_a_row = 0 if found else in_a_row + len(failed.open)


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
            wait = min(LONGEST, max(ASK_AGAIN, (now - since) / 2, since + lag - now))
            _ask_again(tx, row, now, wait, "not visible yet")
            settler.counts.unknown += row.state == "unknown"
    elif seen.present and row.creates and seen.record_id is not None:
        settler.found_instead(row, (seen.object or row.write.object, seen.record_id))
    else:
        _not_there(tx, channel, settler, row, now)
    settler.counts.add_to(tally)


def _ask_again(tx: Tx, row: Row, now: datetime, wait: timedelta, why: str) -> None:
    outbox.settle(tx, row.id, row.state, now, next_at=now + wait, poll=row.poll, why=why)


def _not_there(tx: Tx, channel: Channel, settler: Settler, row: Row, now: datetime) -> None:
    """It did not arrive: once more, later and in smaller company each time, until a person has to look."""
    if is_lasting(tx, channel, row.attempts, since=row.sent_at):
        text = f"sent {row.attempts} times, and {channel.name} does not have it"
        settler.settle([row], [Outcome(row.write.effect, "rejected", code=NEVER_THERE, text=text, hint=NOT_TAKEN)])
        return
    next_at = now + pause(row.attempts - 1)
    outbox.send_again(tx, row.id, now, next_at=next_at, why="read back: it is not there")
