"""The state machine of a lead: how its log of events folds into where it stands. Pure.

    lead → mql → accepted (SAL) → qualified (SQL) → won | lost;   rejected or recycled → lead, next cycle

The log keeps everything; the newest counts. Order is the event's own time, ties by stage. A decision older than
this cycle's push belongs to the cycle before and changes history only. A decision on a person never pushed is
sales' own (`origin: sales`) and stays outside all MQL rates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from connector.model import Precision, Stage

EventKind = Literal["mql", "left", "pushed", "accepted", "qualified", "rejected", "recycled", "won", "lost"]
By = Literal["rule", "sales", "person"]

MQL_STAGES: Final = frozenset({"mql", "accepted", "qualified", "won"})
"""Stages in which `lead.is_mql` is true: a later stage implies the earlier."""

ORDER: Final[dict[str, int]] = {
    "left": 0, "mql": 1, "pushed": 2, "accepted": 3, "qualified": 4, "rejected": 5, "recycled": 5, "won": 6, "lost": 6,
}  # fmt: skip
FORWARD: Final[dict[str, Stage]] = {"accepted": "accepted", "qualified": "qualified", "won": "won", "lost": "lost"}
BACK: Final = frozenset({"rejected", "recycled"})


class Event(Struct, frozen=True):
    """One line of a lead's log. `known_at` is when leadloop learned it, `at` when it happened.

    `lead` is set where it happened to another lead that was joined into this one since: that lead's leadloop_id, and
    in `lead_cycle` the cycle that it was in.
    """

    kind: EventKind
    at: datetime
    known_at: datetime
    by: By = "rule"
    precision: Precision = "exact"
    fast: bool = False
    track: str = "mql"
    reason: str | None = None
    id: int = 0
    lead: str = ""
    lead_cycle: int = 0

    @property
    def happened_by(self) -> datetime:
        """The latest moment at which it can have happened: a date alone may mean any hour of its day (UTC)."""
        if self.precision != "date":
            return self.at
        return max(self.at, min(self.known_at, self.at + timedelta(days=1)))


class Standing(Struct, frozen=True):
    """Where a lead stands: the fold of its log.

    `decided_at`/`decision` are of the newest decision of sales in the current cycle or the one that ended the last
    cycle, `decided_at` at the latest. `pushed_at` is this cycle's first confirmed push. `rejected_at` and
    `rejected_known_at` belong to the last rejection or recycling; `new_since` is the latest moment at which it can have
    happened, and new evidence must be newer. `origin` is `sales` while the stage came from sales alone.
    """

    stage: Stage = "lead"
    cycle: int = 1
    since: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    mql_at: datetime | None = None
    pushed_at: datetime | None = None
    ever_pushed: bool = False
    fast: bool = False
    track: str = "mql"
    decided_at: datetime | None = None
    decision: str | None = None
    decided_by: By | None = None
    reason: str | None = None
    rejected_at: datetime | None = None
    rejected_known_at: datetime | None = None
    new_since: datetime | None = None
    origin: Literal["leadloop", "sales"] = "leadloop"
    ended: Standing | None = None
    """How it stood before sales gave it back, as long as nothing has begun since: sales may think better of it."""

    @property
    def is_mql(self) -> bool:
        """Does the lead count as an MQL now? What sales took up by itself is none: marketing did not qualify it."""
        return self.stage in MQL_STAGES and self.origin == "leadloop"

    @property
    def has_decision(self) -> bool:
        """Does a decision of this cycle stand?"""
        return self.stage not in ("lead", "mql")


class Placed(Struct, frozen=True):
    """An event with what the fold made of it: its cycle, whether it moved the lead, and the stages it implies."""

    event: Event
    cycle: int
    origin: Literal["leadloop", "sales"]
    moved: bool
    implied: tuple[Stage, ...] = ()


def in_order(events: Iterable[Event]) -> list[Event]:
    """By time, ties by stage, then as they were learned.

    A push is dated by the CRM's clock, so that decisions compare with it; what the machine did before that push can
    not be later than it, whatever our own clock says.
    """
    learned = sorted(events, key=lambda event: (event.known_at, event.id, ORDER[event.kind]))
    times: dict[int, datetime] = {}
    latest: datetime | None = None
    for event in reversed(learned):
        if event.kind == "pushed":
            latest = event.at
        at = event.happened_by
        times[id(event)] = min(at, latest) if event.by == "rule" and latest is not None else at
        if event.kind == "mql":
            latest = None
    return sorted(learned, key=lambda event: (times[id(event)], ORDER[event.kind], event.known_at, event.id))


def fold(events: Iterable[Event], start: datetime) -> tuple[Standing, list[Placed]]:
    """Where the lead stands after all events, and what each one did. `start`: since when it is a lead."""
    standing = Standing(since=start)
    placed: list[Placed] = []
    for event in in_order(events):
        standing, line = _take(standing, event)
        placed.append(line)
    return standing, placed


def _take(now: Standing, event: Event) -> tuple[Standing, Placed]:
    handler: Callable[[Standing, Event], tuple[Standing, Placed]] = {
        "mql": _become_mql,
        "left": _leave,
        "pushed": _pushed,
    }.get(event.kind, _decide)
    return handler(now, event)


def _become_mql(now: Standing, event: Event) -> tuple[Standing, Placed]:
    if now.stage != "lead":
        return now, Placed(event, now.cycle, "leadloop", moved=False)
    after = replace(
        now, stage="mql", since=event.at, mql_at=event.at, fast=event.fast, track=event.track, origin="leadloop",
        ended=None,
    )  # fmt: skip
    return after, Placed(event, now.cycle, "leadloop", moved=True)


def _leave(now: Standing, event: Event) -> tuple[Standing, Placed]:
    moved = now.stage == "mql"
    after = replace(now, stage="lead", since=event.at, fast=False) if moved else now
    return after, Placed(event, now.cycle, "leadloop", moved=moved)


def _pushed(now: Standing, event: Event) -> tuple[Standing, Placed]:
    # Handed over, it counts as an MQL, also where sales had taken the person up before: under another record that
    # turned out to be theirs, or in a decision that was learned too late.
    after = replace(now, pushed_at=now.pushed_at or event.at, ever_pushed=True, origin="leadloop")
    return after, Placed(event, now.cycle, "leadloop", moved=False)


def _decide(now: Standing, event: Event) -> tuple[Standing, Placed]:
    origin: Literal["leadloop", "sales"] = "sales" if event.by == "sales" and not now.ever_pushed else "leadloop"
    if now.ended is not None:
        return _reconsider(now, now.ended, event, origin)
    if event.by != "rule" and now.pushed_at is None and now.ever_pushed:
        return now, Placed(event, max(1, now.cycle - 1), "leadloop", moved=False)
    if event.kind in BACK:
        return _go_back(now, event, origin)
    return _go_forward(now, event, FORWARD[event.kind], origin)


def _reconsider(
    now: Standing, ended: Standing, event: Event, origin: Literal["leadloop", "sales"]
) -> tuple[Standing, Placed]:
    """Sales decides again on the cycle that it ended: the newest counts, be it a reason or that it takes the lead back.

    The wait, and what counts as new, run from the moment at which the lead was given back.
    """
    if event.kind in BACK:
        after = replace(
            now, decided_at=event.happened_by, decision=event.kind, decided_by=event.by, reason=event.reason
        )
        return after, Placed(event, ended.cycle, origin, moved=False)
    after, line = _go_forward(ended, event, FORWARD[event.kind], origin)
    return after, replace(line, moved=True)


def _go_forward(
    now: Standing, event: Event, stage: Stage, origin: Literal["leadloop", "sales"]
) -> tuple[Standing, Placed]:
    after = replace(
        now,
        stage=stage,
        since=event.at,
        decided_at=event.happened_by,
        decision=event.kind,
        decided_by=event.by,
        reason=event.reason if stage == "lost" else None,
        origin=origin if now.stage == "lead" else now.origin,
        fast=now.fast or event.fast,
    )
    return after, Placed(event, now.cycle, origin, moved=now.stage != stage, implied=_implied(now.stage, stage))


def _go_back(now: Standing, event: Event, origin: Literal["leadloop", "sales"]) -> tuple[Standing, Placed]:
    after = Standing(
        stage="lead",
        cycle=now.cycle + 1,
        since=event.at,
        ever_pushed=now.ever_pushed,
        decided_at=event.happened_by,
        decision=event.kind,
        decided_by=event.by,
        reason=event.reason,
        rejected_at=event.at,
        rejected_known_at=event.known_at,
        new_since=event.happened_by,
        ended=replace(now, ended=None),
    )
    return after, Placed(event, now.cycle, origin, moved=True)


def _implied(before: Stage, after: Stage) -> tuple[Stage, ...]:
    path: tuple[Stage, ...] = ("mql", "accepted", "qualified")
    if after in ("won", "lost"):
        upto: Sequence[Stage] = path if after == "won" else path[:1]
    else:
        upto = path[: path.index(after)]
    reached = path.index(before) + 1 if before in path else (len(path) if before in ("won", "lost") else 0)
    return tuple(stage for stage in upto if path.index(stage) >= reached)


# What the machine's verdict makes of a standing.


def may_enter(
    now: Standing, at: datetime, *, wait_days: int, has_new_evidence: bool, meets_require: bool = True
) -> bool:
    """May a lead that the model would pass become an MQL now?

    In its first cycle always. After a rejection: the wait is over, something new counts since, and what the reason
    asks for is filled in.
    """
    if now.stage != "lead":
        return False
    if now.rejected_at is None:
        return True
    return at >= wait_over_at(now, wait_days) and has_new_evidence and meets_require


def wait_over_at(now: Standing, wait_days: int) -> datetime:
    """When the wait after the last rejection ends."""
    return (now.rejected_at or now.since) + timedelta(days=wait_days)


def may_leave(now: Standing, at: datetime, *, stay_days: int) -> bool:
    """May an MQL that the model would no longer pass be taken back? Never while a decision stands."""
    return now.stage == "mql" and at >= may_leave_at(now, stay_days)


def may_leave_at(now: Standing, stay_days: int) -> datetime:
    """The first moment at which an MQL may be taken back."""
    return (now.mql_at or now.since) + timedelta(days=stay_days)
