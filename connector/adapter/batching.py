"""Writes as rows of calls, for platforms whose calls hold one kind of change of one object.

Two rows of one record may not share a call: such platforms refuse an id or a key that stands twice. What each call's
answer means, and which smaller calls come of one that was refused, is the platform's own (compare connector.adapter's
Sending, for calls that may hold any writes).
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

from msgspec import Struct

from connector.adapter.sending import PAUSE_S
from connector.errors import ContractError, LeadloopError, RetryableError, UnknownOutcome
from connector.model import Json, LeadWrite, Outcome

Told = dict[str, Outcome]
"""What became of each write so far, by its effect."""
How = TypeVar("How")
"""A platform's own words for kinds of calls: update, upsert …"""


# No slots on these three: Python 3.11 cannot make `Row[How](…)` of a class that is frozen, generic and has them.


class Route(Struct, Generic[How], frozen=True):
    """How a row travels; rows of one route share calls. `key` is the field that new records are known by."""

    how: How
    object: str
    key: str = ""


class Row(Struct, Generic[How], frozen=True):
    """A write on its way. `identity` is what may stand only once in a call: the record's id, or the key's value."""

    write: LeadWrite
    route: Route[How]
    identity: str
    body: Json


class Call(Struct, Generic[How], frozen=True):
    """Rows that travel together."""

    route: Route[How]
    rows: Sequence[Row[How]]

    @property
    def is_fresh(self) -> bool:
        """A call costs the same however many rows it has: one fresh row takes its companions along."""
        return any(row.write.fresh for row in self.rows)

    def halves(self) -> list[Call[How]]:
        """The same rows in two calls, to find the bad one."""
        middle = len(self.rows) // 2
        return [Call(self.route, self.rows[:middle]), Call(self.route, self.rows[middle:])]


def calls_of(rows: Iterable[Row[How]], most: int) -> list[Call[How]]:
    """Full calls by route; a row whose identity came before travels in a later call than that one."""
    turns: Counter[tuple[Route[How], str]] = Counter()
    waves: dict[tuple[int, Route[How]], list[Row[How]]] = {}
    for row in rows:
        turn = turns[row.route, row.identity]
        turns[row.route, row.identity] += 1
        waves.setdefault((turn, row.route), []).append(row)
    return [
        Call(route, wave[start : start + most])
        for (_, route), wave in sorted(waves.items(), key=lambda pair: pair[0][0])
        for start in range(0, len(wave), most)
    ]


def send(calls: Iterable[Call[How]], send_one: Callable[[Call[How]], tuple[Told, list[Call[How]]]]) -> Told:
    """Outcomes by effect. `send_one` tells what became of a call's rows, and which calls are to be tried next.

    Raises the error of the first call; once something may have been applied, the remaining rows are put off instead.
    Of a call whose answer nobody documented the outcome is unknown.
    """
    told: Told = {}
    todo = deque(calls)
    while todo:
        call = todo.popleft()
        try:
            now, again = send_one(call)
        except LeadloopError as error:
            if not told:
                raise
            told |= {row.write.effect: interrupted(row.write, error) for row in call.rows}
            return told | {row.write.effect: put_off(row.write, error) for one in todo for row in one.rows}
        told |= now
        todo.extendleft(reversed(again))
    return told


def interrupted(write: LeadWrite, error: LeadloopError) -> Outcome:
    """The outcome of a write whose own call met `error`: unknown where that does not say that nothing was applied."""
    if isinstance(error, UnknownOutcome | ContractError):
        return Outcome(
            write.effect, "unknown", record_id=write.record_id, object=write.object, code=error.code,
            text=error.message, hint=error.hint,
        )  # fmt: skip
    return put_off(write, error)


def put_off(write: LeadWrite, error: LeadloopError) -> Outcome:
    """The outcome of a write that was not sent any more, since an earlier call of the batch met `error`."""
    wait_s = error.retry_after_s if isinstance(error, RetryableError) else None
    return Outcome(
        write.effect, "rejected", record_id=write.record_id, object=write.object, code=error.code,
        text="not sent: " + error.message, retry_after_s=PAUSE_S if wait_s is None else wait_s, hint=error.hint,
    )  # fmt: skip
