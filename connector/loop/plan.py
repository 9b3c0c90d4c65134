"""From a wish to outbox rows: the record's changed fields first, then what hangs on it. The same for both sides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from connector.loop.alike import differing
from connector.loop.claim import consents
from connector.loop.context import Budget, Loop
from connector.loop.handoff import hand_off
from connector.loop.tally import Tally
from connector.model import LeadWrite
from connector.state import desired, leads, outbox
from connector.state.desired import Desired
from connector.state.outbox import RELEASED, Held
from connector.state.store import Tx

PLAN_AT_ONCE = 1000
HELD_BY_GUARD = "blast guard"


class Planner:
    """Plans due wishes of one connection. `budget` is used up; what goes beyond it is held, all but opt-outs.

    `consent` names the fields in which an opt-out shows. `clock` is the CRM's: an MQL whose record is found as it
    should be was handed over before, and nobody knew it.
    """

    def __init__(
        self,
        loop: Loop,
        connection: str,
        side: str,
        kind: str,
        budget: Budget,
        consent: frozenset[str] = frozenset(),
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self._loop = loop
        self._connection = connection
        self._side = side
        self._kind = kind
        self._budget = budget
        self._consent = consent
        self._clock = clock
        self._stand: list[int] = []

    def plan_some(self, tally: Tally) -> bool:
        """Plan up to a batch of wishes; False when none was due."""
        with self._loop.store.write(step=True) as tx:
            # Read in here: a wish that another lane changes meanwhile must not be marked as planned.
            # Whom the CRM cannot be asked about just now is not planned either: made blindly, a record may be a second.
            due = desired.due_wishes(tx, self._connection, PLAN_AT_ONCE, resolved=self._side == "crm")
            number = outbox.next_row_id(tx)
            held = outbox.held_of(tx, self._connection, [one.person for one in due])
            for one in due:
                number += self._plan_one(tx, one, number, self._loop.world.now(), tally, held.get(one.person))
            if self._stand and self._clock is not None:
                hand_off(tx, self._loop, self._connection, self._stand, self._clock())
                self._stand.clear()
        return bool(due)

    def _plan_one(self, tx: Tx, one: Desired, number: int, now: datetime, tally: Tally, held: Held | None) -> int:
        """Rows of one wish; how many were planned. They take the place of what is held: that stays held."""
        fields, marks = _split(one.want)
        creates = self._side == "crm" and one.record_id is None
        delta = fields if creates else differing(fields, one.known)
        opt_out = {} if creates else self._opt_out(tx, one, delta)
        rest = {name: value for name, value in delta.items() if name not in opt_out}
        changed_marks = {name: on for name, on in marks.items() if _is_news(one, name, on=on)}
        planned = 0
        record_row: int | None = None
        if opt_out:
            record_row = self._put(tx, one, self._record(one, opt_out, number), now, limited=True)
            planned += 1
        if held is not None and held.fields == rest:
            record_row = held.row
            changed_marks = dict(changed_marks.items() - outbox.marks_on(tx, one.person, held.row).items())
            held = None
        elif rest or creates:
            why = self._held(creates) if held is None else None if held.why == RELEASED else held.why
            write = self._record(one, rest, number + planned)
            record_row = self._put(tx, one, write, now, creates=creates, held=why)
            planned += 1
            tally.held += why is not None and held is None
        if held is not None:
            outbox.give_way(tx, one.person, held.row, record_row, now)
        after = record_row if self._side == "crm" else None  # marketing's contact is there already
        planned += self._plan_marks(tx, one, changed_marks, number + planned, after, now)
        planned += self._plan_effects(tx, one, after, now)
        desired.not_due(tx, self._connection, one.person)
        if not (delta or creates):
            # A record that was found as it should be is dated by our clock; what was confirmed keeps its date.
            there = now if self._side == "crm" and one.have is None else None
            desired.settle_wish(tx, self._connection, one.person, fields, one.points_mp, now, there)
            if self._clock is not None and not one.limited and leads.awaits_push(tx, one.person):
                self._stand.append(one.person)
        return planned

    def _opt_out(self, tx: Tx, one: Desired, delta: Mapping[str, Any]) -> dict[str, Any]:
        """What is written by itself, so that nothing holds it: that the person opted out."""
        if self._consent.isdisjoint(delta) or "denied" not in consents(tx, one.person).values():
            return {}
        return {name: value for name, value in delta.items() if one.limited or name in self._consent}

    def _record(self, one: Desired, fields: Mapping[str, Any], number: int) -> LeadWrite:
        return LeadWrite(
            effect=f"{self._connection}:{one.person}:{self._kind}:{number}",
            kind=self._kind, key="", object=one.object, record_id=one.record_id, fields=fields, fresh=one.fresh,
        )  # fmt: skip

    def _held(self, creates: bool) -> str | None:
        if creates:
            self._budget.creates -= 1
            return HELD_BY_GUARD if self._budget.creates < 0 else None
        self._budget.changes -= 1
        return HELD_BY_GUARD if self._budget.changes < 0 else None

    def _plan_marks(
        self, tx: Tx, one: Desired, marks: Mapping[str, bool], number: int, after: int | None,
        now: datetime,
    ) -> int:  # fmt: skip
        for step, (key, on) in enumerate(sorted(marks.items())):
            kind, _, name = key.partition(":")
            write = LeadWrite(
                effect=f"{self._connection}:{one.person}:{key}:{number + step}",
                kind=kind, key="", object=one.object, record_id=one.record_id, fields={}, name=name, on=on,
                fresh=one.fresh,
            )  # fmt: skip
            self._put(tx, one, write, now, waits_for=after)
        return len(marks)

    def _plan_effects(self, tx: Tx, one: Desired, after: int | None, now: datetime) -> int:
        planned = 0
        for effect in one.effects:
            write = LeadWrite(
                effect=effect["effect"], kind=effect["kind"], key="", object=one.object, record_id=one.record_id,
                fields=effect["fields"], name=effect["name"], on=effect["on"], fresh=one.fresh,
            )  # fmt: skip
            if self._put(tx, one, write, now, waits_for=after, cycle=effect["cycle"]) is None:
                outbox.plan_again(tx, write.effect, after, one.record_id)
            else:
                planned += 1
        return planned

    def _put(
        self, tx: Tx, one: Desired, write: LeadWrite, now: datetime, *, creates: bool = False,
        held: str | None = None, waits_for: int | None = None, cycle: int | None = None, limited: bool = False,
    ) -> int | None:  # fmt: skip
        return outbox.plan(
            tx, self._connection, self._side, one.person, cycle or one.cycle, write, now, run=self._loop.run,
            creates=creates, points_mp=one.points_mp, waits_for=waits_for, held=held, limited=limited or one.limited,
            before=_before(one, write.fields),
        )  # fmt: skip


def _split(want: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, bool]]:
    """Fields of the record, and the marks beside them."""
    marks = {name: bool(value) for name, value in want.items() if desired.is_mark(name)}
    return {name: value for name, value in want.items() if name not in marks}, marks


def _is_news(one: Desired, mark: str, *, on: bool) -> bool:
    return mark in one.marks_before or bool((one.have or {}).get(mark)) is not on


def _before(one: Desired, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one.known.get(name) for name in fields}
