"""Exact division, rounded once: to the nearest, halves to even."""

from __future__ import annotations


def half_even(numerator: int, denominator: int) -> int:
    """`numerator / denominator` to the nearest whole number, halves to even. The denominator is positive."""
    quotient, rest = divmod(numerator, denominator)
    if rest * 2 > denominator or (rest * 2 == denominator and quotient % 2):
        return quotient + 1
    return quotient
