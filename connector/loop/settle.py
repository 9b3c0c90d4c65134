"""What each outcome makes of its outbox row, the wish behind it, and the lead's life."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connector.adapter import Spec
from connector.errors import RecordError
from connector.lifecycle import Event, fold
from connector.loop.context import Loop
from connector.loop.score import examine, stage_after
from connector.loop.tally import Tally
from connector.model import LeadWrite, Outcome, ReadBack
from connector.state import leads, outbox, people, reading
from connector.state.outbox import Row

MOST_ATTEMPTS = 6
"""How often a row that the platform asks to repeat (locks, limits per record) is sent before a person has to look."""
POLL = timedelta(seconds=30)
RECORD_KINDS = ("record", "field")


@dataclass(slots=True)
class Counts:
    """What a batch came to."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    new_rejects: int = 0
    unknown: int = 0

    def add_to(self, tally: Tally) -> None:
        """Into the step's line."""
        for name in ("created", "updated", "unchanged", "rejected", "new_rejects", "unknown"):
            setattr(tally, name, getattr(tally, name) + getattr(self, name))


def outcomes(
    tx: sqlite3.Connection,
    loop: Loop,
    connection: str,
    side: str,
    spec: Spec,
    rows: Sequence[Row],
    results: Sequence[Outcome],
) -> Counts:
    """Settle claimed rows by their outcomes; a row without one is unknown."""
    by_effect = {result.effect: result for result in results}
    counts = Counts()
    for row in rows:
        result = by_effect.get(row.write.effect) or Outcome(row.write.effect, "unknown", code="no_result")
        _settle(tx, loop, connection, side, spec, row, result, counts)
    return counts


def _settle(
    tx: sqlite3.Connection, loop: Loop, connection: str, side: str, spec: Spec, row: Row, result: Outcome,
    counts: Counts,
) -> None:  # fmt: skip
    now = loop.world.now()
    if result.status in ("created", "updated", "unchanged"):
        _confirmed(tx, loop, connection, side, row, result, now)
        setattr(counts, result.status, getattr(counts, result.status) + 1)
    elif result.status == "unknown":
        lag = timedelta(seconds=spec.capabilities.visible_after_s)
        outbox.settle(tx, row.id, "unknown", now, code=result.code, text=result.text, next_at=now + lag)
        counts.unknown += 1
    elif result.status == "pending":
        outbox.settle(tx, row.id, "pending", now, poll=result.poll, next_at=now + POLL)
    elif result.status == "conflict":
        _conflict(tx, loop, connection, row, result, now, counts)
    else:
        _rejected(tx, loop, connection, row, result, now, counts)


def _confirmed(
    tx: sqlite3.Connection, loop: Loop, connection: str, side: str, row: Row, result: Outcome, now: datetime
) -> None:
    write = row.write
    outbox.settle(tx, row.id, "confirmed", now, record_id=result.record_id)
    if reading.has_open_rejects(tx, connection, write.kind):
        reading.close_rejects(tx, connection, write.kind, [write.key])
    if write.kind not in RECORD_KINDS:
        return
    record_id = result.record_id or write.record_id
    object_ = result.object or write.object
    if record_id is not None:
        outbox.link(tx, connection, row.person, object_, record_id, now)
        if side == "crm":
            system = people.crm_system(connection, object_)
            people.add_identities(tx, [(system, record_id, row.person, "own")], now)
    outbox.settle_wish(tx, connection, row.person, write.fields, row.points_mp, now)
    if side == "crm" and not row.limited:
        _handed_off(tx, loop, connection, row, now)


def _handed_off(tx: sqlite3.Connection, loop: Loop, connection: str, row: Row, now: datetime) -> None:
    """The first confirmed push of a cycle: freeze the receipt, and let decisions count from here on."""
    [dossier] = leads.dossiers(tx, [row.person])
    standing, _ = fold(dossier.events, dossier.created_at)
    if standing.stage == "lead" or standing.mql_at is None or standing.pushed_at is not None:
        return
    order = {source.name: rank for rank, source in enumerate(loop.marketing)}
    score = examine(loop, dossier, now, order, explain=True).score
    receipt = leads.freeze(tx, row.person, score, loop.model.version, "handoff", now)
    pushed = Event("pushed", max(now, standing.mql_at), now, track=standing.track)
    dossier.events.append(pushed)
    standing, placed = fold(dossier.events, dossier.created_at)
    [line] = [line for line in placed if line.event is pushed]
    leads.add_event(
        tx, row.person, line, stage_after(line), connection=connection, receipt_id=receipt, model=loop.model.version
    )


def _conflict(
    tx: sqlite3.Connection, loop: Loop, connection: str, row: Row, result: Outcome, now: datetime, counts: Counts
) -> None:
    if len(result.existing) == 1 and row.attempts < MOST_ATTEMPTS:
        found_instead(tx, connection, row, result.existing, now)
        return
    ids = ", ".join(f"{object_} {id_}" for object_, id_ in result.existing) or "not named"
    refused = Outcome(
        row.write.effect, "rejected", code="crm_ambiguous", text=f"several records stand for this person: {ids}"
    )
    _rejected(tx, loop, connection, row, refused, now, counts)


def found_instead(
    tx: sqlite3.Connection, connection: str, row: Row, existing: Sequence[tuple[str, str]], now: datetime
) -> None:
    """The record exists already: link it, and let the wish be planned again as an update of it."""
    [(object_, record_id)] = existing
    outbox.settle(tx, row.id, "replaced", now, why=f"{object_} {record_id} exists")
    outbox.link(tx, connection, row.person, object_, record_id, now)
    people.mark_dirty(tx, [row.person], level=2)


def _rejected(
    tx: sqlite3.Connection, loop: Loop, connection: str, row: Row, result: Outcome, now: datetime, counts: Counts
) -> None:
    if result.moved and row.attempts < MOST_ATTEMPTS:
        outbox.settle(tx, row.id, "replaced", now, code=result.code, why="the record moved: converted, merged, deleted")
        outbox.forget_link(tx, connection, row.person)
        people.mark_dirty(tx, [row.person], level=2)
        return
    if result.retry_after_s is not None and row.attempts < MOST_ATTEMPTS:
        again = now + timedelta(seconds=result.retry_after_s * 2 ** min(row.attempts, 5))
        outbox.settle(tx, row.id, "planned", now, code=result.code, text=result.text, next_at=again)
        return
    outbox.settle(tx, row.id, "rejected", now, code=result.code, text=result.text)
    if row.write.kind in RECORD_KINDS:
        outbox.refuse_wish(tx, connection, row.person)
    counts.rejected += 1
    counts.new_rejects += _report(tx, loop, connection, row, result, now)


def _report(
    tx: sqlite3.Connection, loop: Loop, connection: str, row: Row, result: Outcome, now: datetime
) -> bool:
    error = RecordError(
        result.text or "the platform refused this write",
        code=result.code or "refused",
        field=result.field,
        hint="correct the value or the mapping, then 'leadloop rejects replay'",
    )
    return reading.add_reject(tx, connection, row.write.kind, row.write.key, error, now, run=loop.run)


def give_up(
    tx: sqlite3.Connection, loop: Loop, connection: str, side: str, row: Row, now: datetime, tally: Tally
) -> None:
    """Nobody could tell for a day what became of this write: a person has to look."""
    result = Outcome(
        row.write.effect, "rejected", code="unconfirmed",
        text=f"the {side} side never showed whether this {row.write.kind} arrived",
    )  # fmt: skip
    outbox.settle(tx, row.id, "rejected", now, code=result.code, text=result.text)
    tally.rejected += 1
    tally.new_rejects += _report(tx, loop, connection, row, result, now)


def holds(write: LeadWrite, seen: ReadBack) -> bool:
    """Does the target hold what was written? Platforms return numbers as texts and texts trimmed."""
    return all(alike(value, seen.fields.get(name)) for name, value in write.fields.items() if name in seen.fields)


def alike(ours: Any, theirs: Any) -> bool:
    """Are two values the same once told by different platforms?"""
    if ours == theirs:
        return True
    blank = (None, "", [], ())
    if ours in blank or theirs in blank:
        return ours in blank and theirs in blank
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return str(ours).lower() == str(theirs).lower()
    try:
        return float(ours) == float(theirs)
    except (TypeError, ValueError):
        return str(ours).strip().replace("\r\n", "\n") == str(theirs).strip().replace("\r\n", "\n")


def differing(want: Mapping[str, Any], have: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of `want` that `have` does not hold alike."""
    return {name: value for name, value in want.items() if name not in have or not alike(value, have[name])}
