"""Feedback: tell marketing automation the score, the stage and what sales decided, through the same outbox."""

from __future__ import annotations

from connector.loop.channel import Channel
from connector.loop.context import Budget, Loop, Marketing
from connector.loop.paused import WHY, PausedError, unless_paused
from connector.loop.plan import Planner
from connector.loop.send import ask_after_open, send, still_open
from connector.loop.tally import Tally
from connector.state import operation


def feedback(loop: Loop, source: Marketing, tally: Tally) -> None:
    """All that this marketing connection was not told yet."""
    if operation.is_paused(loop.store.read(), source.name):
        tally.why_zero = WHY
        return
    planner = Planner(loop, source.name, "marketing", "field", Budget())
    while not loop.stopping() and planner.plan_some(tally):
        pass
    try:
        ask_after_open(loop, channel(loop, source), tally)
        send(loop, channel(loop, source), tally)
    except PausedError:
        tally.why_zero = WHY
    if not (tally.created or tally.updated or tally.rejected or tally.why_zero):
        tally.why_zero = still_open(loop, source.name) or "marketing knows everything already"


def channel(loop: Loop, source: Marketing) -> Channel:
    """Marketing automation as the sender sees it."""
    adapter = source.adapter
    write = unless_paused(loop, source.name, adapter.write_back)
    return Channel(source.name, "marketing", source.spec, write, adapter.read_back, adapter.client.now, source.workers)
