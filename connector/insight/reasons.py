"""Why sales gives leads back: rejections, recyclings and losses of MQLs by our list of reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from connector.insight.cohort import Cycle, Said, decided_without_us, mqls
from connector.insight.report import Period, capped, report
from connector.insight.statistics import percent
from connector.model import Json
from connector.state.store import Tx

NONE_GIVEN: Final = "none_given"
OTHER: Final = "other"
EXAMPLES: Final = 3
EXAMPLE_LENGTH: Final = 60
LISTED: Final = 10
"""How many wordings without a reason of their own a note lists."""


def reasons(db: Tx, *, since: datetime | None = None, until: datetime | None = None) -> Json:
    """Rows `{reason, count, rejected, recycled, lost, percent_of_rejections, percent_of_mqls, examples}`, most first.

    Per MQL of the period the decision of sales that stands counts once. `percent_of_rejections` is of all rows
    together. `examples` are the CRM's own words, `{text, count}`, the three most frequent.
    """
    period = Period(since, until)
    cycles = mqls(db, period)
    failed = [cycle.failed for cycle in cycles if cycle.failed is not None]
    by_reason: dict[str, list[Said]] = {}
    for said in failed:
        by_reason.setdefault(said.reason or NONE_GIVEN, []).append(said)
    ranked = sorted(by_reason.items(), key=lambda item: (-len(item[1]), item[0]))
    rows = [_row(reason, said, len(failed), len(cycles)) for reason, said in ranked]
    notes = [*_in_words(cycles, rows), *_to_improve(by_reason), *_outside(db, period)]
    return report("reasons", period, rows, notes)


def _row(reason: str, said: Sequence[Said], failed: int, all_mqls: int) -> Json:
    kinds = Counter(one.kind for one in said)
    return {
        "reason": reason,
        "count": len(said),
        "rejected": kinds["rejected"],
        "recycled": kinds["recycled"],
        "lost": kinds["lost"],
        "percent_of_rejections": percent(len(said), failed),
        "percent_of_mqls": percent(len(said), all_mqls),
        "examples": [{"text": text, "count": count} for text, count in _wordings(said, EXAMPLES)],
    }


def _wordings(said: Sequence[Said], most: int) -> list[tuple[str, int]]:
    texts = Counter(capped(one.reason_text, EXAMPLE_LENGTH) for one in said if one.reason_text)
    return sorted(texts.items(), key=lambda item: (-item[1], item[0]))[:most]


def _in_words(cycles: Sequence[Cycle], rows: Sequence[Json]) -> list[str]:
    """How many became SQL, and the strongest reason among those that did not."""
    if not cycles:
        return ["No lead became an MQL in this period."]
    qualified = sum(cycle.reached("qualified") for cycle in cycles)
    sentence = f"{qualified} of {len(cycles)} MQLs became SQL ({percent(qualified, len(cycles)):g} %)"
    rest = [cycle for cycle in cycles if not cycle.reached("qualified")]
    if not rest or not rows:
        return [sentence + "."]
    reason = rows[0]["reason"]
    given = sum(one.failed is not None and (one.failed.reason or NONE_GIVEN) == reason for one in rest)
    share = percent(given, len(rest))
    return [f"{sentence}; of the other {len(rest)}, {given} were given back as {reason} ({share:g} %)."]


def _to_improve(by_reason: dict[str, list[Said]]) -> list[str]:
    """What an admin, or sales, can do so that the next report says more."""
    notes = []
    if without := len(by_reason.get(NONE_GIVEN, [])):
        notes.append(f"Without a reason: {without}. Ask sales to pick one, or make the field required in the CRM.")
    unlisted = _wordings(by_reason.get(OTHER, []), LISTED)
    if unlisted:
        listed = ", ".join(f"'{text}' ({count})" for text, count in unlisted)
        notes.append(f"Counted as other, in the CRM's words: {listed}. List those with a meaning in the reasons file.")
    return notes


def _outside(db: Tx, period: Period) -> list[str]:
    without = decided_without_us(db, period)
    return [f"Leads that sales decided on and leadloop never handed over: {without}; in no rate."] if without else []
