"""The receipt: why the points are what they are, line by line. Its lines sum to the score by construction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from connector.model import ReceiptLine
from connector.scoring.compiled import LeadRule
from connector.scoring.counting import ActRule
from connector.scoring.sorting import Hit
from connector.scoring.tally import Counted, Tally


def receipt_of(tally: Tally, sum_mp: int, points_mp: int) -> tuple[ReceiptLine, ...]:
    """A line per rule that counted, was capped, had aged or was withheld; then what floor and cap changed."""
    lines = [line for counted in tally.interest for line in _counted(counted, tally, "interest")]
    lines += [ReceiptLine(rule.name, rule.points_mp, "fits the lead") for rule in tally.interest_of_lead]
    lines += [ReceiptLine(name, points_mp, f"comes from {name}", "channel") for name, points_mp in tally.channels]
    lines += [line for counted in tally.undesirables for line in _counted(counted, tally, "undesirable")]
    lines += [_undesirable_of_lead(rule) for rule in tally.undesirables_of_lead]
    lines += _limit(tally, sum_mp, points_mp)
    return tuple(lines)


def points_text(points_mp: int) -> str:
    """Milli-points as people write points: `12`, `12.5`, `-0.125`."""
    sign, size = ("-" if points_mp < 0 else ""), abs(points_mp)
    return f"{sign}{size // 1000}.{size % 1000:03}".rstrip("0").rstrip(".")


def _counted(counted: Counted, tally: Tally, kind: str) -> Iterator[ReceiptLine]:
    rule = counted.rule
    if counted.withheld:
        yield ReceiptLine(rule.name, 0, f"{_times(counted.withheld)} by machine, not counted", "withheld")
    if not counted.fitting:
        return
    before_mp = rule.sum_mp(counted.kept, tally.today) if tally.recycled else counted.sum_mp
    newest = _newest(counted.kept[0], tally.today) if counted.kept else ""
    yield ReceiptLine(rule.name, rule.sign * before_mp, _why(counted, tally.today, before_mp), kind, newest)
    if before_mp != counted.sum_mp:
        why = "what happened before sales gave the lead back counts less"
        yield ReceiptLine(rule.name, rule.sign * (counted.sum_mp - before_mp), why, "recycle")


def _why(counted: Counted, today: int, sum_mp: int) -> str:
    rule, kept = counted.rule, counted.kept
    parts = [f"veto: {rule.because}" if rule.veto else rule.because] if rule.because else []
    parts.append(f"{_counts(rule, len(kept))} of {_times(len(counted.fitting))}")
    if kept:
        parts.append(f"the newest {_newest(kept[0], today)}")
    return "; ".join([*parts, *_changes(rule, kept, today, sum_mp)])


def _newest(hit: Hit, today: int) -> str:
    return f"{_ago(today - hit.day)}{_asset(hit)}"


def _changes(rule: ActRule, kept: Sequence[Hit], today: int, sum_mp: int) -> Iterator[str]:
    """How the plain sum became the line's: what aged away, what a cap cut."""
    if not kept and rule.window_days is not None:
        yield f"nothing in the last {rule.window_days} days"
    fresh_mp = rule.points_mp * len(kept)
    aged_mp = sum(rule.worth[today - hit.day] for hit in kept)
    if aged_mp != fresh_mp:
        yield f"aged from {points_text(fresh_mp)} to {points_text(aged_mp)}"
    if sum_mp != aged_mp:
        yield f"capped at {points_text(sum_mp)}"


def _counts(rule: ActRule, occurrences: int) -> str:
    runs = f"{occurrences} runs of {rule.at_least}" if rule.at_least > 1 else f"{occurrences}"
    return f"{points_text(rule.sign * rule.points_mp)} × {runs}"


def _times(number: int) -> str:
    return "1 activity" if number == 1 else f"{number} activities"


def _ago(days: int) -> str:
    if days <= 0:
        return "today"
    return "1 day ago" if days == 1 else f"{days} days ago"


def _asset(hit: Hit) -> str:
    return f" ({hit.act.asset})" if hit.act.asset else ""


def _undesirable_of_lead(rule: LeadRule) -> ReceiptLine:
    why = f"veto: {rule.because}" if rule.veto else rule.because
    return ReceiptLine(rule.name, rule.points_mp, why, "undesirable")


def _limit(tally: Tally, sum_mp: int, points_mp: int) -> Iterator[ReceiptLine]:
    if points_mp > sum_mp:
        yield ReceiptLine("floor", points_mp - sum_mp, f"not below {points_text(tally.model.floor_mp)}", "limit")
    elif points_mp < sum_mp:
        yield ReceiptLine("cap", points_mp - sum_mp, f"not above {points_text(points_mp)}", "limit")
