"""Which source, channel, campaign, form or rule brings leads that sales rejects."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import datetime
from typing import Final, Self

from msgspec import Struct

from connector.insight.cohort import Cycle, decided_without_us, mqls
from connector.insight.origins import DIMENSIONS, Groups, origins
from connector.insight.outliers import causes
from connector.insight.report import Period, report
from connector.insight.statistics import percent, wilson
from connector.model import Json
from connector.state.store import Tx

INVALID: Final = "invalid_data"


def sources(db: Tx, *, since: datetime | None = None, until: datetime | None = None) -> Json:
    """Rows `{dimension, value, mql, accepted, qualified, rejected, invalid_data, …}`, the most harm first.

    Beside the counts: `accepted_percent`, `qualified_percent`, `rejected_percent` with its 95 % interval `rejected_low`
    to `rejected_high` (Wilson), `invalid_data_percent`, and `harm`: how many more rejections there are than if its
    MQLs were rejected as often as the average one. `value` is null for MQLs that name none; a lead with two forms
    counts in both. `rejected` is rejected, recycled or lost. `notes` name root causes.
    """
    period = Period(since, until)
    cycles = mqls(db, period)
    groups = origins(db, cycles)
    ended = _Ended.of(cycles)
    rows = [_row(key, group, ended, len(cycles)) for key, group in groups.items()]
    rows.sort(key=lambda row: (-row["harm"], DIMENSIONS.index(row["dimension"]), row["value"] or ""))
    return report("sources", period, rows, _notes(db, period, cycles, groups))


class _Ended(Struct, frozen=True):
    """The places of the cycles that came so far, or ended so: counting a group is then an intersection."""

    accepted: set[int]
    qualified: set[int]
    rejected: set[int]
    invalid: set[int]

    @classmethod
    def of(cls, cycles: Sequence[Cycle]) -> Self:
        return cls(
            {place for place, cycle in enumerate(cycles) if cycle.reached("accepted")},
            {place for place, cycle in enumerate(cycles) if cycle.reached("qualified")},
            {place for place, cycle in enumerate(cycles) if cycle.failed is not None},
            {
                place
                for place, cycle in enumerate(cycles)
                if cycle.failed is not None and cycle.failed.reason == INVALID
            },
        )


def _row(key: tuple[str, str | None], group: Set[int], ended: _Ended, all_mqls: int) -> Json:
    size, rejected, invalid = len(group), len(group & ended.rejected), len(group & ended.invalid)
    accepted, qualified = len(group & ended.accepted), len(group & ended.qualified)
    low, high = wilson(rejected, size) or (0.0, 100.0)
    return {
        "dimension": key[0], "value": key[1], "mql": size, "accepted": accepted, "qualified": qualified,
        "rejected": rejected, "invalid_data": invalid, "accepted_percent": percent(accepted, size),
        "qualified_percent": percent(qualified, size), "rejected_percent": percent(rejected, size),
        "rejected_low": low, "rejected_high": high, "invalid_data_percent": percent(invalid, size),
        "harm": round(rejected - size * len(ended.rejected) / all_mqls, 1),
    }  # fmt: skip


def _notes(db: Tx, period: Period, cycles: Sequence[Cycle], groups: Groups) -> list[str]:
    if not cycles:
        return ["No lead became an MQL in this period."]
    found = causes(groups, _by_reason(cycles), len(cycles))
    notes = [cause.in_words() for cause in found]
    if not found:
        notes.append("No value stands out for one reason beyond what chance explains.")
    if silent := [dimension for dimension in DIMENSIONS if not any(key[0] == dimension for key in groups)]:
        notes.append(f"Nothing is known of: {', '.join(silent)}. A line in the mapping can read it.")
    if without := decided_without_us(db, period):
        notes.append(f"Leads that sales decided on and leadloop never handed over: {without}; they are in no rate.")
    return notes


def _by_reason(cycles: Sequence[Cycle]) -> dict[str, Set[int]]:
    """The places of the cycles that failed, by reason; those without a reason name no cause."""
    found: dict[str, set[int]] = {}
    for place, cycle in enumerate(cycles):
        if cycle.failed is not None and cycle.failed.reason not in (None, "none_given"):
            found.setdefault(str(cycle.failed.reason), set()).add(place)
    return dict(found)
