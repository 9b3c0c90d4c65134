"""From the activities that fit a rule to its points: window, runs, repeat, decay, caps; in this order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from math import prod

from msgspec import Struct
from msgspec.structs import replace

from connector.conditions import normalise
from connector.model import Recycled
from connector.scoring.decay import Worth
from connector.scoring.rounding import half_even
from connector.scoring.sorting import Hit


class ActRule(Struct, frozen=True):
    """A group, or an undesirable that is asked of activities. Amounts are sizes; `sign` says which way they count.

    `keep` is how many occurrences count, None for all; `once_per_asset` keeps the newest of each asset.
    """

    name: str
    condition: int
    sign: int
    points_mp: int
    worth: Worth
    window_days: int | None
    at_least: int
    within_days: int | None
    keep: int | None
    once_per_asset: bool
    cap_per_day_mp: int | None
    cap_mp: int | None
    counts_machines: bool
    because: str
    veto: bool

    def occurrences(self, hits: Sequence[Hit], today: int) -> Sequence[Hit]:
        """What counts today of the fitting activities (newest first), before its worth is asked."""
        found = self.in_window(hits, today)
        if self.at_least > 1:
            found = _runs(found, self.at_least, self.within_days)
        if self.once_per_asset:
            found = _newest_of_each_asset(found)
        return found if self.keep is None else found[: self.keep]

    def in_window(self, hits: Sequence[Hit], today: int) -> Sequence[Hit]:
        """Occurrences none of whose activities is older than the window.

        Later days need nothing else: as days pass, only the oldest occurrences fall out of those of today.
        """
        if self.window_days is None:
            return hits
        first = today - self.window_days
        return [hit for hit in hits if hit.oldest_day >= first]

    def sum_mp(self, kept: Sequence[Hit], today: int, recycled: Sequence[Recycled] = ()) -> int:
        """The size of the rule's sum on a day, decayed and capped."""
        worth = self.worth
        if recycled or self.cap_per_day_mp is not None:
            total = self._by_day_mp(kept, today, recycled)
        else:
            total = sum([worth[today - hit.day] for hit in kept])
        return total if self.cap_mp is None or total < self.cap_mp else self.cap_mp

    def _by_day_mp(self, kept: Sequence[Hit], today: int, recycled: Sequence[Recycled]) -> int:
        days: dict[int, int] = {}
        for hit in kept:
            worth_mp = _reduced(self.worth[today - hit.day], hit.act.at, recycled)
            days[hit.day] = days.get(hit.day, 0) + worth_mp
        cap = self.cap_per_day_mp
        return sum(days.values()) if cap is None else sum(min(day, cap) for day in days.values())

    @property
    def settled_days(self) -> int:
        """Age of an occurrence from which it changes nothing any more."""
        return max(self.worth.settled_days, 0 if self.window_days is None else self.window_days + 1)


def _runs(hits: Sequence[Hit], at_least: int, within_days: int | None) -> list[Hit]:
    """Taken from the newest back: n activities whose days lie close enough are one occurrence, as its newest."""
    runs: list[Hit] = []
    head = 0
    while (last := head + at_least - 1) < len(hits):
        newest, oldest = hits[head], hits[last]
        if within_days is None or newest.day - oldest.day <= within_days - 1:
            runs.append(replace(newest, oldest_day=oldest.day))
            head += at_least
        else:
            head += 1
    return runs


def _newest_of_each_asset(hits: Sequence[Hit]) -> list[Hit]:
    newest: dict[str, Hit] = {}
    for hit in hits:
        newest.setdefault(normalise(hit.act.asset or ""), hit)
    return list(newest.values())


def _reduced(worth_mp: int, at: datetime, recycled: Sequence[Recycled]) -> int:
    factor = prod((Fraction(rejection.factor) for rejection in recycled if at < rejection.at), start=Fraction(1))
    return half_even(worth_mp * factor.numerator, factor.denominator)
