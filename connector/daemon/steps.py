"""What one run of a lane does. Scoring follows whatever was read, so that the next push finds everything worked out."""

from __future__ import annotations

import threading
from collections.abc import Callable

from connector.loop.context import Loop
from connector.loop.decisions import decisions, removals
from connector.loop.guarded import guarded
from connector.loop.run import feedback_step, pull_step, push_step, reconcile_step
from connector.loop.score import score_step
from connector.loop.tally import Tally

_SCORING = threading.Lock()
"""Only saves lanes from waiting for each other's transactions: what is scored is claimed in the store."""


def score(loop: Loop) -> list[Tally]:
    """Work out what is marked; no line when nothing was."""
    with _SCORING:
        return [line for line in score_step(loop) if line.read or line.code]


def pull_and_score(loop: Loop, connection: str) -> list[Tally]:
    """Read marketing."""
    return [*pull_step(loop, connection), *score(loop)]


def score_and_push(loop: Loop, connection: str) -> list[Tally]:
    """Write a CRM; scores whose date has come are worked out first."""
    return [*score(loop), *push_step(loop, connection)]


def read_decisions_and_score(loop: Loop, connection: str) -> list[Tally]:
    """Read a CRM. What the decisions change is written by the push lane: two lanes never plan for one connection."""
    lines = []
    for crm in loop.crm:
        if crm.name == connection:
            if crm.spec.capabilities.removals == "feed":
                lines.append(guarded(loop, crm, "decisions", "removals", removals))
            lines.append(guarded(loop, crm, "decisions", "decisions", decisions))
    return [*lines, *score(loop)]


STEPS: dict[str, Callable[[Loop, str], list[Tally]]] = {
    "pull": pull_and_score,
    "push": score_and_push,
    "decisions": read_decisions_and_score,
    "feedback": feedback_step,
    "reconcile": reconcile_step,
}
"""By the lane's step."""
