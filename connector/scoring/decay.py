"""What one occurrence is worth by its age: a table per rule, computed once in decimal and read by every technique."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from math import ceil

from connector.scoring.language import Counting

PRECISION = 60
"""Digits: more than any exact product of points and factor needs, so that halves are seen as halves."""


class Worth(dict[int, int]):
    """Milli-points of one occurrence by its age in whole days; a future date has age 0.

    Filled as ages are asked for. `settled_days` is an age from which nothing changes any more.
    """

    __slots__ = ("_worth", "settled_days")

    def __init__(self, worth: Callable[[int], Decimal], settled_days: int) -> None:
        super().__init__()
        self._worth = worth
        self.settled_days = settled_days

    def __missing__(self, age: int) -> int:
        with localcontext(prec=PRECISION):
            exact = self._worth(min(max(age, 0), self.settled_days))
            worth = self[age] = int(exact.to_integral_value(ROUND_HALF_EVEN))
        return worth


def worth_by_age(points_mp: int, counting: Counting) -> Worth:
    """The table of a rule whose occurrences are worth `points_mp` (not negative) when fresh."""
    points = Decimal(points_mp)
    if counting.half_life_days is not None:
        return _halving(points, counting.half_life_days)
    if counting.linear_days is not None:
        return _linear(points, counting.linear_days)
    if counting.steps is not None:
        return _stepwise(points, counting.steps)
    return Worth(lambda _age: points, 0)


def _halving(points: Decimal, half_life_days: Decimal) -> Worth:
    # After this many halvings less than half a milli-point is left, which rounds to nothing.
    halvings = int(points * 2).bit_length()
    half = Decimal("0.5")
    return Worth(lambda age: points * half ** (age / half_life_days), ceil(halvings * half_life_days) + 1)


def _linear(points: Decimal, linear_days: Decimal) -> Worth:
    # Multiplied before divided: what is half a milli-point then comes out as exactly that.
    return Worth(lambda age: points * max(Decimal(0), linear_days - age) / linear_days, ceil(linear_days))


def _stepwise(points: Decimal, steps: dict[int, Decimal]) -> Worth:
    reached = sorted(steps.items(), reverse=True)

    def worth(age: int) -> Decimal:
        return points * next((factor for day, factor in reached if age >= day), Decimal(1))

    return Worth(worth, reached[0][0])
