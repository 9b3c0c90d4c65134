"""Which activities fit which conditions, found in one pass over a lead's activities.

What depends on an activity's texts alone is remembered by those texts: soon an activity costs one look-up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from connector.model import Activity
from connector.scoring.when import Attributes, When

MOST_KEPT: Final = 32_768
"""Distinct combinations of texts that are remembered; emptied when full."""

_NEWEST_FIRST: Final = attrgetter("at", "key")


class Hit(NamedTuple):
    """An occurrence: an activity, its day, and the day of the oldest activity that it needed (its own, for one alone).

    Days are ordinals of the calendar in the model's time zone.
    """

    act: Activity
    day: int
    oldest_day: int


Hits = dict[int, list[Hit]]
"""By the number of the condition: what fits it, newest first."""


class Sorter:
    """All conditions of a model that are asked of activities, by number."""

    def __init__(self, conditions: Sequence[When], zone: ZoneInfo) -> None:
        self._conditions = conditions
        self._zone = zone
        names = sorted({key for condition in conditions for key in condition.texts}) or ["type"]
        self._texts_of: Callable[[Activity], Any] = attrgetter(*names)
        self._known: dict[Any, tuple[int, ...]] = {}

    def sort(self, acts: Sequence[Activity], attributes: Attributes) -> Hits:
        """The activities of one lead under each condition that they fit. The order of `acts` changes nothing."""
        hits: Hits = {}
        for act in sorted(acts, key=_NEWEST_FIRST, reverse=True):
            numbers = self._numbers(act)
            if numbers:
                day = act.at.astimezone(self._zone).toordinal()
                hit = Hit(act, day, day)
                for number in numbers:
                    if not self._conditions[number].others or self._conditions[number].fits_others(act):
                        hits.setdefault(number, []).append(hit)
        return {number: found for number, found in hits.items() if self._conditions[number].fits_lead(attributes)}

    def _numbers(self, act: Activity) -> tuple[int, ...]:
        texts = self._texts_of(act)
        known = self._known.get(texts)
        if known is None:
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            fits = (number for number, condition in enumerate(self._conditions) if condition.fits_texts(act))
            known = self._known[texts] = tuple(fits)
        return known
