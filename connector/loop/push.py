"""Push: make the CRM's records as they should be. Find the record, plan the effects, send them in batches.

A lead whose record is not known yet is looked for first; only then is a missing one created. What goes beyond the blast
guard is held, and looked for once more when it is released.
"""

from __future__ import annotations

from connector.config import Guard
from connector.loop.channel import Channel
from connector.loop.context import Budget, Crm, Loop
from connector.loop.find import find_records, look_again
from connector.loop.paused import WHY, PausedError, unless_paused
from connector.loop.plan import Planner
from connector.loop.send import ask_after_open, send, still_open
from connector.loop.tally import Tally
from connector.state import operation

SMALLEST_GUARDED = 100
"""A share of changes is only worth holding from this many records on; below it a normal day looks like a flood."""


def push(loop: Loop, crm: Crm, tally: Tally) -> None:
    """All due wishes of one CRM: found, planned, sent."""
    if operation.is_paused(loop.store.read(), crm.name):
        tally.why_zero = WHY
        return
    find_records(loop, crm, tally)
    plan_due(loop, crm, tally)
    try:
        ask_after_open(loop, channel(loop, crm), tally)
        look_again(loop, crm, tally)  # also for a creation that is found out only now not to have arrived
        send(loop, channel(loop, crm), tally)
    except PausedError:
        tally.why_zero = WHY
    if not (tally.created or tally.updated or tally.rejected or tally.held or tally.why_zero):
        tally.why_zero = still_open(loop, crm.name) or "every record is as it should be"


def channel(loop: Loop, crm: Crm) -> Channel:
    """The CRM as the sender sees it."""
    write = unless_paused(loop, crm.name, crm.adapter.write)
    return Channel(crm.name, "crm", crm.spec, write, crm.adapter.read_back, crm.adapter.client.now, crm.workers)


def plan_due(loop: Loop, crm: Crm, tally: Tally) -> None:
    """Turn due wishes into outbox rows; beyond the blast guard they are held."""
    clock = crm.adapter.client.now
    planner = Planner(loop, crm.name, "crm", "record", _budget(loop, crm), crm.consent, clock)
    while not loop.stopping() and planner.plan_some(tally):
        pass


def _budget(loop: Loop, crm: Crm) -> Budget:
    """What this run may still send to this connection."""
    if crm.name not in loop.budgets:
        loop.budgets[crm.name] = _allowed(loop, crm.name, crm.config.guard)
    return loop.budgets[crm.name]


def _allowed(loop: Loop, connection: str, guard: Guard | None) -> Budget:
    """What one run may send."""
    if guard is None:
        return Budget()
    linked = (
        loop.store.read()
        .execute("SELECT count(*) FROM desired WHERE connection = ? AND record_id IS NOT NULL", (connection,))
        .fetchone()[0]
    )
    return Budget(guard.creates, max(SMALLEST_GUARDED, linked * guard.changes_percent / 100))
