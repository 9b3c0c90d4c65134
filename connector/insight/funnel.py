"""The funnel: how many leads became MQLs, what sales made of them, and how long each stage took.

Leads that asked for sales (hand-raisers) have lines of their own: they would flatter the rate of those that qualified
by points.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from connector.insight.cohort import IMPLIES, Cycle, decided_without_us, mqls
from connector.insight.report import Period, report
from connector.insight.statistics import median_days, percent
from connector.model import Json
from connector.state.clock import moment
from connector.state.packing import pack
from connector.state.store import Tx

BEFORE: Final = {"accepted": "mql", "qualified": "accepted", "won": "qualified"}
"""From which stage a lead comes into each."""


def funnel(db: Tx, *, since: datetime | None = None, until: datetime | None = None) -> Json:
    """Rows `{track, path, stage, count, percent_of_previous, percent_of_mql, median_days, median_days_from_mql}`.

    The first row counts leads first known in the period; the others follow its MQLs, per track and path (`points`,
    `hand_raise`). `percent_of_previous` of an `mql` row is the share of those leads that became such an MQL at any
    time. Medians leave out stages that were only implied.
    """
    period = Period(since, until)
    cycles = mqls(db, period)
    leads, became = _leads(db, period)
    rows = [_row("", "", "lead", leads)]
    for track, path in sorted({(cycle.track, cycle.path) for cycle in cycles}, key=_main_first):
        group = [cycle for cycle in cycles if (cycle.track, cycle.path) == (track, path)]
        rows.append(_mql_row(db, group, percent(became[track, path], leads)))
        rows += [_stage_row(group, stage) for stage in IMPLIES]
        rows += _other_ends(group)
    return report("funnel", period, rows, list(_notes(db, period, cycles)))


def _main_first(key: tuple[str, str]) -> tuple[bool, str, bool]:
    track, path = key
    return track != "mql", track, path != "points"


def _leads(db: Tx, period: Period) -> tuple[int, Counter[tuple[str, str]]]:
    """How many leads became known in the period, and how many of them became MQLs, by track and path."""
    known = db.execute(
        "SELECT count(*) FROM people WHERE merged_into IS NULL AND created_at >= ? AND created_at < ?", period.bounds
    ).fetchone()
    rows = db.execute(
        "SELECT l.track, l.fast, count(DISTINCT l.person_id) FROM lifecycle AS l JOIN people AS p ON p.id = l.person_id"
        " WHERE l.kind = 'mql' AND l.implied = 0 AND l.origin = 'leadloop' AND p.created_at >= ? AND p.created_at < ?"
        " GROUP BY 1, 2",
        period.bounds,
    )
    became = {(track, "hand_raise" if fast else "points"): count for track, fast, count in rows}
    return int(known[0]), Counter(became)


def _mql_row(db: Tx, group: Sequence[Cycle], of_leads: float | None) -> Json:
    created = _created_at(db, [cycle.person for cycle in group if cycle.number == 1])
    spans = [cycle.mql_at - created[cycle.person] for cycle in group if cycle.number == 1 and cycle.person in created]
    row = _row(group[0].track, group[0].path, "mql", len(group))
    return row | {"percent_of_previous": of_leads, "percent_of_mql": 100.0, "median_days": median_days(spans)}


def _created_at(db: Tx, persons: Sequence[int]) -> dict[int, datetime]:
    rows = db.execute(
        "SELECT id, created_at FROM people WHERE id IN (SELECT value FROM json_each(?))", (pack(list(persons)),)
    )
    return {person: moment(at) for person, at in rows}


def _stage_row(group: Sequence[Cycle], stage: str) -> Json:
    before = BEFORE[stage]
    there = [cycle for cycle in group if cycle.reached(stage)]
    came_from = len(group) if before == "mql" else sum(cycle.reached(before) for cycle in group)
    row = _row(group[0].track, group[0].path, stage, len(there))
    return row | {
        "percent_of_previous": percent(len(there), came_from),
        "percent_of_mql": percent(len(there), len(group)),
        "median_days": median_days(_spans(there, before, stage)),
        "median_days_from_mql": median_days(_spans(there, "mql", stage)),
    }


def _spans(cycles: Sequence[Cycle], before: str, stage: str) -> list[timedelta]:
    pairs = ((cycle.mql_at if before == "mql" else cycle.first_at(before), cycle.first_at(stage)) for cycle in cycles)
    return [to - from_ for from_, to in pairs if from_ is not None and to is not None]


def _other_ends(group: Sequence[Cycle]) -> list[Json]:
    """Lost, rejected (and recycled), and not decided yet: where the rest of the MQLs stands."""
    ends = {
        "lost": [cycle for cycle in group if cycle.last is not None and cycle.last.kind == "lost"],
        "rejected": [cycle for cycle in group if cycle.is_given_back],
        "undecided": [cycle for cycle in group if cycle.last is None],
    }
    rows = []
    for stage, cycles in ends.items():
        spans = [cycle.last.at - cycle.mql_at for cycle in cycles if cycle.last is not None]
        row = _row(group[0].track, group[0].path, stage, len(cycles))
        rows.append(
            row | {"percent_of_mql": percent(len(cycles), len(group)), "median_days_from_mql": median_days(spans)}
        )
    return rows


def _row(track: str, path: str, stage: str, count: int) -> Json:
    return {
        "track": track, "path": path, "stage": stage, "count": count, "percent_of_previous": None,
        "percent_of_mql": None, "median_days": None, "median_days_from_mql": None,
    }  # fmt: skip


def _notes(db: Tx, period: Period, cycles: Sequence[Cycle]) -> list[str]:
    notes = [] if cycles else ["No lead became an MQL in this period."]
    again = sum(cycle.number > 1 for cycle in cycles)
    if again:
        notes.append(f"Of the {len(cycles)} MQLs, {again} had been given back by sales before.")
    fast = sum(cycle.fast for cycle in cycles)
    if fast:
        by_rule = _qualified_by_rule(db, cycles)
        notes.append(
            f"Leads that asked for sales: {fast}; a rule made {by_rule} of them SQL at once, which no rate counts."
        )
    if taken_back := _taken_back(db, cycles):
        notes.append(f"Undecided MQLs that were taken back, as they no longer reach the level to stay: {taken_back}.")
    if without := decided_without_us(db, period):
        notes.append(f"Leads that sales decided on and leadloop never handed over: {without}; they are in no rate.")
    return notes


def _qualified_by_rule(db: Tx, cycles: Sequence[Cycle]) -> int:
    fast = {(cycle.person, cycle.number) for cycle in cycles if cycle.fast}
    rows = db.execute("SELECT DISTINCT person_id, cycle FROM lifecycle WHERE kind = 'qualified' AND by = 'rule'")
    return sum((person, number) in fast for person, number in rows)


def _taken_back(db: Tx, cycles: Sequence[Cycle]) -> int:
    undecided = {(cycle.person, cycle.number) for cycle in cycles if cycle.last is None}
    rows = db.execute(
        "SELECT person_id, cycle FROM lifecycle WHERE kind IN ('mql', 'left') AND implied = 0"
        " GROUP BY person_id, cycle"
        " HAVING max(CASE kind WHEN 'left' THEN at END) >= max(CASE kind WHEN 'mql' THEN at END)"
    )
    return sum((person, number) in undecided for person, number in rows)
