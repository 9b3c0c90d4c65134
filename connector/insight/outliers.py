"""Root causes, in words: what sales rejects for one reason far more often than chance would have it.

Every value of every dimension is compared with all other MQLs, per reason. The strongest is named, its leads are set
aside, and the rest is looked at again: so a form, and the channel that is full of it, are not blamed twice, and a
second cause is not hidden by the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Final

from msgspec import Struct

from connector.insight.origins import DIMENSIONS, Groups
from connector.insight.statistics import chance_of_as_many, percent

MOST_BY_CHANCE: Final = 0.05
"""How likely one false alarm in a whole report may be: divided by all comparisons made (Bonferroni)."""
FEWEST_MQLS: Final = 10
FEWEST_CASES: Final = 5
"""Below these numbers nothing is said, however large the share."""
LIFT: Final = 1.5
"""How much larger than elsewhere a share must be to be worth telling, however significant."""
SAME_LEADS: Final = 0.8
"""Two values that share this part of their cases tell of one cause; the more specific dimension is named."""
MOST_CAUSES: Final = 3


class Cause(Struct, frozen=True):
    """One value that stands out for one reason. `cases` of `mqls` here, `other_cases` of `other_mqls` elsewhere."""

    dimension: str
    value: str
    reason: str
    cases: int
    mqls: int
    other_cases: int
    other_mqls: int
    chance: float
    same_as: tuple[tuple[str, str], ...] = ()

    def in_words(self) -> str:
        """The sentence that a report prints."""
        here, elsewhere = percent(self.cases, self.mqls) or 0, percent(self.other_cases, self.other_mqls) or 0
        name = f"{self.dimension.capitalize()} '{self.value}'"
        same = ", ".join(f"{dimension} '{value}'" for dimension, value in self.same_as)
        return (
            f"{name}: {self.cases} of {self.mqls} MQLs were rejected as {self.reason}"
            f" ({here:.0f} %; elsewhere {elsewhere:.0f} %)." + (f" Mostly the same leads: {same}." if same else "")
        )


def causes(groups: Groups, by_reason: Mapping[str, Set[int]], total: int) -> list[Cause]:
    """What stands out, the least likely chance first."""
    values = {
        (dimension, value): group
        for (dimension, value), group in groups.items()
        if value is not None and FEWEST_MQLS <= len(group) < total
    }
    asked = {reason: cases for reason, cases in by_reason.items() if len(cases) >= FEWEST_CASES}
    level = MOST_BY_CHANCE / max(1, len(values) * len(asked))
    found = [cause for reason, cases in asked.items() for cause in _of_reason(values, reason, cases, total, level)]
    return sorted(found, key=lambda cause: (cause.chance, DIMENSIONS.index(cause.dimension), cause.value))


Values = Mapping[tuple[str, str], Set[int]]


def _of_reason(values: Values, reason: str, cases: Set[int], total: int, level: float) -> Iterator[Cause]:
    left, cases_left = set(range(total)), set(cases)
    for _ in range(MOST_CAUSES):
        chances = _standing_out(values, left, cases_left, level)
        if not chances:
            return
        chosen, same = _choose(values, cases_left, chances)
        group = values[chosen]
        here = len(group & cases)
        yield Cause(
            *chosen, reason, here, len(group), len(cases) - here, total - len(group), chances[chosen], tuple(same)
        )
        left -= group
        cases_left -= group


def _standing_out(values: Values, left: set[int], cases: set[int], level: float) -> dict[tuple[str, str], float]:
    """The values whose share is beyond chance among those left, each with how likely chance would do it."""
    found = {}
    for key, group in values.items():
        mqls, hits = len(group & left), len(group & cases)
        others = len(left) - mqls
        if mqls < FEWEST_MQLS or hits < FEWEST_CASES or not others:
            continue
        if hits / mqls < LIFT * (len(cases) - hits) / others:
            continue
        chance = chance_of_as_many(hits, mqls, len(cases), len(left))
        if chance <= level:
            found[key] = chance
    return found


def _choose(
    values: Values, cases: set[int], chances: Mapping[tuple[str, str], float]
) -> tuple[tuple[str, str], list[tuple[str, str]]]:
    """The value to name, and the others that tell of mostly the same leads."""
    best = values[min(chances, key=lambda key: chances[key])] & cases
    same = [key for key in chances if len(values[key] & best) >= SAME_LEADS * len(values[key] & cases | best)]
    same.sort(key=lambda key: (DIMENSIONS.index(key[0]), chances[key], key[1]))
    return same[0], same[1:]
