"""The MQLs of a period, and what sales made of each: the one basis of all reports, so that their figures agree.

What is counted is a cycle: one hand-over of one lead. It belongs to the period in which the lead became an MQL, with
all that sales decided on it since, so that a rate never mixes this month's decisions with last month's MQLs. Only
decisions of sales count, and only on leads that leadloop handed over.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from msgspec import Struct, field

from connector.insight.report import Period
from connector.state.clock import moment
from connector.state.store import Tx

GIVEN_BACK: Final = frozenset({"rejected", "recycled"})
ENDS_WITH_REASON: Final = frozenset({"rejected", "recycled", "lost"})
IMPLIES: Final = {"accepted": ("accepted", "qualified", "won"), "qualified": ("qualified", "won"), "won": ("won",)}
"""A later stage implies the earlier ones."""


class Said(Struct, frozen=True):
    """One decision of sales."""

    kind: str
    at: datetime
    reason: str | None
    reason_text: str | None


class Cycle(Struct):
    """One hand-over of one lead: since when it is an MQL, how it became one, and what sales decided, oldest first."""

    person: int
    number: int
    mql_at: datetime
    track: str
    fast: bool
    said: list[Said] = field(default_factory=list)

    @property
    def path(self) -> str:
        """How it qualified: `points`, or `hand_raise` when the lead asked for sales."""
        return "hand_raise" if self.fast else "points"

    def reached(self, stage: str) -> bool:
        """Did sales bring it to this stage, or to one that implies it?"""
        return any(one.kind in IMPLIES[stage] for one in self.said)

    def first_at(self, kind: str) -> datetime | None:
        """When sales first decided this very thing."""
        return next((one.at for one in self.said if one.kind == kind), None)

    @property
    def last(self) -> Said | None:
        """The decision that stands: the newest."""
        return self.said[-1] if self.said else None

    @property
    def is_given_back(self) -> bool:
        """Did sales reject or recycle it, and leave it at that?"""
        return self.last is not None and self.last.kind in GIVEN_BACK

    @property
    def failed(self) -> Said | None:
        """The rejection, recycling or loss that stands."""
        return self.last if self.last is not None and self.last.kind in ENDS_WITH_REASON else None


def mqls(db: Tx, period: Period) -> list[Cycle]:
    """Every cycle whose lead became an MQL in the period, oldest first."""
    rows = db.execute(
        "SELECT person_id, cycle, min(at) AS mql_at, track, fast FROM lifecycle"
        " WHERE kind = 'mql' AND implied = 0 AND origin = 'leadloop' GROUP BY person_id, cycle"
        " HAVING min(at) >= ? AND min(at) < ? ORDER BY min(at), person_id",
        period.bounds,
    )
    cycles = [Cycle(person, number, moment(at), track, bool(fast)) for person, number, at, track, fast in rows]
    _add_decisions(db, cycles)
    return cycles


def _add_decisions(db: Tx, cycles: Iterable[Cycle]) -> None:
    by_key = {(cycle.person, cycle.number): cycle for cycle in cycles}
    rows = db.execute(
        "SELECT person_id, cycle, kind, at, reason, reason_text FROM lifecycle"
        " WHERE kind IN ('accepted', 'qualified', 'rejected', 'recycled', 'won', 'lost')"
        " AND by = 'sales' AND origin = 'leadloop' AND implied = 0 ORDER BY at, id"
    )
    for person, number, kind, at, reason, reason_text in rows:
        if (cycle := by_key.get((person, number))) is not None:
            cycle.said.append(Said(kind, moment(at), reason, reason_text))


def decided_without_us(db: Tx, period: Period) -> int:
    """Leads that sales decided on though leadloop never handed them over: outside all rates of MQLs."""
    row = db.execute(
        "SELECT count(DISTINCT person_id) FROM lifecycle WHERE origin = 'sales' AND by = 'sales'"
        " AND at >= ? AND at < ?",
        period.bounds,
    ).fetchone()
    return int(row[0])
