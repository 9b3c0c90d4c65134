"""The little statistics that reports need, in plain Python: shares, their intervals, and whether one stands out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from math import exp, lgamma, sqrt
from statistics import median
from typing import Final

Z_95: Final = 1.959964
"""The normal quantile of a two-sided 95 % interval."""
NEGLIGIBLE: Final = 1e-18
DAY: Final = timedelta(days=1)


def percent(part: int, whole: int) -> float | None:
    """A share in percent with one decimal; None of nothing."""
    return round(100 * part / whole, 1) if whole else None


def wilson(part: int, whole: int) -> tuple[float, float] | None:
    """The 95 % interval of a share in percent, one decimal; None of nothing.

    Source: Wilson (1927), which stays sensible for few cases and shares near 0 and 1, unlike the plain normal one.
    """
    if not whole:
        return None
    share, z2 = part / whole, Z_95 * Z_95
    middle = (share + z2 / (2 * whole)) / (1 + z2 / whole)
    half = Z_95 * sqrt(share * (1 - share) / whole + z2 / (4 * whole * whole)) / (1 + z2 / whole)
    return round(100 * max(0.0, middle - half), 1), round(100 * min(1.0, middle + half), 1)


def chance_of_as_many(found: int, drawn: int, marked: int, total: int) -> float:
    """How likely a draw of `drawn` out of `total` holds `found` or more of the `marked` ones by chance alone.

    Fisher's exact test, one-sided. Terms fall from the mean on, so the sum stops when they no longer count.
    """
    least = max(0, drawn + marked - total)
    if found <= least:
        return 1.0
    most = min(drawn, marked)
    if found > most:
        return 0.0
    term = _chance_of(found, drawn, marked, total)
    whole = term
    for hits in range(found, most):
        term *= (marked - hits) * (drawn - hits) / ((hits + 1) * (total - marked - drawn + hits + 1))
        whole += term
        if term < whole * NEGLIGIBLE:
            break
    return min(1.0, whole)


def _chance_of(hits: int, drawn: int, marked: int, total: int) -> float:
    """The hypergeometric probability of exactly so many hits."""
    others = total - marked
    return exp(_log_choose(marked, hits) + _log_choose(others, drawn - hits) - _log_choose(total, drawn))


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def median_days(spans: Iterable[timedelta]) -> float | None:
    """The median in days with one decimal; a span that a rounded date made negative counts as none."""
    days = [max(0.0, span / DAY) for span in spans]
    return round(median(days), 1) if days else None
