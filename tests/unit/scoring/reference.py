"""The points arithmetic once more, written as naively as its description reads: what the engine must agree with.

Nothing is shared with the engine: no table, no index, no prefix that is reused. Exact fractions and 50 digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from connector.model import Activity, Recycled


def half_even(exact: Fraction) -> int:
    return round(exact)


def rule_sum(
    rule: dict[str, Any], acts: Sequence[Activity], at: datetime, zone: ZoneInfo, recycled: Sequence[Recycled]
) -> int:
    """The size of one rule's sum in milli-points; `when` is one type."""

    def day(act: Activity) -> int:
        return act.at.astimezone(zone).toordinal()

    today = at.astimezone(zone).toordinal()
    found = [act for act in acts if act.type == rule["when"]["type"]]
    if rule.get("by_machine") != "count":
        found = [act for act in found if act.by_machine is not True]
    if "window_days" in rule:
        found = [act for act in found if max(0, today - day(act)) <= rule["window_days"]]
    found.sort(key=lambda act: (act.at, act.key), reverse=True)
    if "at_least" in rule:
        found = heads_of_runs(found, [day(act) for act in found], rule)
    kept = repeated(found, rule.get("repeat", "every_time"))
    by_day: dict[int, int] = {}
    for act in kept:
        size = half_even(Fraction(str(abs(rule["points"]))) * 1000 * factor(rule, max(0, today - day(act))))
        reduced = Fraction(size)
        for rejection in recycled:
            reduced *= Fraction(rejection.factor) if act.at < rejection.at else 1
        by_day[day(act)] = by_day.get(day(act), 0) + half_even(reduced)
    if "cap_per_day" in rule:
        by_day = {key: min(size, rule["cap_per_day"] * 1000) for key, size in by_day.items()}
    total = sum(by_day.values())
    return min(total, rule["cap"] * 1000) if "cap" in rule else total


def heads_of_runs(acts: list[Activity], days: list[int], rule: dict[str, Any]) -> list[Activity]:
    heads, position, size = [], 0, rule["at_least"]
    while position + size <= len(acts):
        spread = days[position] - days[position + size - 1]
        if "within_days" not in rule or spread <= rule["within_days"] - 1:
            heads.append(acts[position])
            position += size
        else:
            position += 1
    return heads


def repeated(acts: list[Activity], repeat: Any) -> list[Activity]:
    if repeat == "every_time":
        return acts
    if repeat == "once":
        return acts[:1]
    if repeat == "once_per_asset":
        kept: list[Activity] = []
        for act in acts:
            if act.asset not in [other.asset for other in kept]:
                kept.append(act)
        return kept
    return acts[: repeat["newest"]]


def factor(rule: dict[str, Any], age: int) -> Fraction:
    if "half_life_days" in rule:
        with localcontext(prec=50):
            return Fraction(Decimal(2) ** -(Decimal(age) / rule["half_life_days"]))
    if "linear_days" in rule:
        return max(Fraction(0), 1 - Fraction(age, rule["linear_days"]))
    reached = [share for start, share in sorted(rule.get("steps", {}).items()) if age >= start]
    return Fraction(str(reached[-1])) if reached else Fraction(1)
