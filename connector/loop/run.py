"""One pass of all steps in order, and what it reports.

After the decisions the leads they touched are worked out and written once more in the same pass, so that a second run
with nothing new finds nothing to do.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any

from connector.loop.context import Crm, Loop
from connector.loop.decisions import decisions, removals
from connector.loop.feedback import feedback
from connector.loop.find import find_records
from connector.loop.guarded import guarded
from connector.loop.in_force import take_up
from connector.loop.named import activities_per_contact, named_contacts
from connector.loop.pull import pull
from connector.loop.push import push
from connector.loop.reconcile import reconcile
from connector.loop.requests import carry_out
from connector.loop.score import score_step
from connector.loop.tally import Tally, outcome
from connector.state import operation

STEPS = ("pull", "score", "push", "decisions", "feedback", "reconcile")
"""What `--only` takes. Qualifying happens in the transaction of the score."""


def new_run_id(loop: Loop) -> str:
    """A short id, found in every log line of the run; later runs sort after earlier ones."""
    when = loop.world.now().strftime("%Y%m%d%H%M%S")
    return f"{when}-{base64.b32encode(loop.world.random_bytes(5)).decode().lower()}"


def run_once(
    loop: Loop, *, only: Sequence[str] = STEPS, connection: str | None = None, kind: str = "once"
) -> list[Tally]:
    """Every step, or those named, for every connection, or the one named; the lines of the report."""
    loop.run, loop.budgets = new_run_id(loop), {}
    loop.forced = tuple(only) != STEPS
    with loop.store.write(step=True) as tx:
        operation.start_run(tx, loop.run, kind, loop.world.now())
        take_up(tx, loop)
    lines: list[Tally] = []
    for step in STEPS:
        if step in only and not loop.stopping():
            carry_out(loop)
            lines += STEP[step](loop, connection)
    result = outcome(lines, cut_short=loop.stopping())
    with loop.store.write(step=True) as tx:
        operation.end_run(tx, loop.run, result, [line.as_json() for line in lines], loop.world.now())
    return lines


def pull_step(loop: Loop, connection: str | None = None) -> list[Tally]:
    """Read marketing."""
    return [line for source in _named(loop.marketing, connection) for line in pull(loop, source)]


def scoring_step(loop: Loop, connection: str | None = None) -> list[Tally]:
    """Score and qualify every marked lead."""
    del connection  # a lead's score belongs to no connection
    return score_step(loop)


def push_step(loop: Loop, connection: str | None = None) -> list[Tally]:
    """Write the CRMs. Records found on the way change what is to be written, so those leads are worked out between."""
    lines: list[Tally] = []
    for crm in _named(loop.crm, connection):
        line = guarded(loop, crm, "push", "records", _push_found)
        lines.append(line)
    return lines


def _push_found(loop: Loop, crm: Crm, tally: Tally) -> None:
    for _ in range(MOST_ROUNDS):
        if not operation.is_paused(loop.store.read(), crm.name) and find_records(loop, crm, tally):
            score_step(loop)
        push(loop, crm, tally)
        if not score_step(loop)[0].read:
            return


MOST_ROUNDS = 4
"""How often a push may move records (found, converted, merged meanwhile) before the rest waits for the next run."""


def decisions_step(loop: Loop, connection: str | None = None) -> list[Tally]:
    """Read the CRMs, then work out and write once more what the decisions changed."""
    lines: list[Tally] = []
    for crm in _named(loop.crm, connection):
        if crm.spec.capabilities.removals == "feed":
            lines.append(guarded(loop, crm, "decisions", "removals", removals))
        lines.append(guarded(loop, crm, "decisions", "decisions", decisions))
    again = score_step(loop)
    if again[0].read:
        lines += again
        lines += [line for line in push_step(loop, connection) if line.created or line.updated or line.code]
    return lines


def feedback_step(loop: Loop, connection: str | None = None) -> list[Tally]:
    """Tell marketing."""
    return [
        guarded(loop, source, "feedback", "feedback", feedback)
        for source in _named(loop.marketing, connection)
        if source.spec.capabilities.writes and source.mapping.feedback.kinds
    ]


def reconcile_step(loop: Loop, connection: str | None = None) -> list[Tally]:
    """Walk what has no feed; what the walk asks for is read at once, behind everything fresh."""
    lines = []
    for source in _named(loop.marketing, connection):
        if source.spec.capabilities.removals == "sweep":
            lines.append(guarded(loop, source, "reconcile", "everyone", reconcile))
            named = guarded(loop, source, "reconcile", "named_contacts", named_contacts)
            lines += [named] if named.read or named.error else []
            if source.spec.capabilities.has_acts_per_contact:
                acts = guarded(loop, source, "reconcile", "activities", activities_per_contact)
                lines += [acts] if acts.read or acts.error else []
    return lines


STEP: dict[str, Callable[[Loop, str | None], list[Tally]]] = {
    "pull": pull_step,
    "score": scoring_step,
    "push": push_step,
    "decisions": decisions_step,
    "feedback": feedback_step,
    "reconcile": reconcile_step,
}


def _named(connections: Sequence[Any], name: str | None) -> Sequence[Any]:
    return [one for one in connections if name is None or one.name == name]
