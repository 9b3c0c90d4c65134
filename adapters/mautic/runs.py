"""Ids that were met, as runs of neighbours: however long a table is, few numbers say what of it was read.

A run is its first and its last id. Runs stand in order, and an id is missing between each and the next.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

Run = Sequence[int]


def joined(runs: Iterable[Run], ids: Iterable[int]) -> list[list[int]]:
    """The runs with these ids, too."""
    whole: list[list[int]] = []
    for first, last in sorted([*map(tuple, runs), *((id_, id_) for id_ in ids)]):
        if whole and first <= whole[-1][1] + 1:
            whole[-1][1] = max(whole[-1][1], last)
        else:
            whole.append([first, last])
    return whole


def past(runs: Sequence[Run], id_: int) -> int:
    """The id behind which reading goes on: all that follow this one up to there were met."""
    number = bisect_right(runs, id_ + 1, key=lambda run: run[0])
    return max(id_, runs[number - 1][1]) if number else id_


def holds(runs: Sequence[Run], id_: int) -> bool:
    """Was this id met?"""
    return past(runs, id_ - 1) >= id_
