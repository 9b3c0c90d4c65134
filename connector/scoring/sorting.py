"""Which activities fit which conditions, found in one pass over a lead's activities.

What depends on an activity's texts alone is remembered by those texts: soon an activity costs one look-up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from connector.model import Activity
from connector.scoring.when import ActTest, Attributes, When

MOST_KEPT: Final = 8_192
"""Distinct combinations of texts that are remembered; emptied when full."""


class Hit(Struct, frozen=True):
    """An occurrence: an activity, its day, and the day of the oldest activity that it needed (its own, for one alone).

    Days are ordinals of the calendar in the model's time zone.
    """

    act: Activity
    day: int
    oldest_day: int


Hits = dict[int, list[Hit]]
"""By the number of the condition: what fits it, newest first."""

Fitting = tuple[tuple[int, ActTest | None], ...]
"""The numbers of conditions whose texts fit, each with what it still asks of the activity, if anything."""


def day_of(at: datetime, zone: ZoneInfo) -> int:
    """The ordinal of the day in a time zone. At the ends of the calendar, where no zone may move it, its own day."""
    try:
        return at.astimezone(zone).toordinal()
    except OverflowError:
        return at.toordinal()


class Sorter:
    """All conditions of a model that are asked of activities, by number."""

    def __init__(self, conditions: Sequence[When], zone: ZoneInfo) -> None:
        self._conditions = conditions
        self._zone = zone
        self._asks_lead = frozenset(number for number, condition in enumerate(conditions) if condition.lead)
        names = sorted({key for condition in conditions for key in condition.texts}) or ["type"]
        self._texts_of: Callable[[Activity], Any] = attrgetter(*names)
        self._known: dict[Any, Fitting] = {}

    def sort(self, acts: Sequence[Activity], attributes: Attributes) -> Hits:
        """The activities of one lead under each condition that they fit. The order of `acts` changes nothing."""
        hits: Hits = {}
        at, day = None, 0
        for act, fitting in self._asked_for(acts):
            if act.at != at:  # acts of one moment are many where a file has no times
                at = act.at
                day = day_of(at, self._zone)
            hit = Hit(act, day, day)
            for number, still_asks in fitting:
                if still_asks is None or still_asks(act):
                    if number in hits:
                        hits[number].append(hit)
                    else:
                        hits[number] = [hit]
        for number in self._asks_lead.intersection(hits):
            if not self._conditions[number].fits_lead(attributes):
                del hits[number]
        return hits

    def _asked_for(self, acts: Sequence[Activity]) -> list[tuple[Activity, Fitting]]:
        """Those activities whose texts fit some condition, newest first."""
        known, texts_of = self._known, self._texts_of
        found = []
        for act in acts:
            fitting = known.get(texts_of(act))
            if fitting is None:
                fitting = self._learn(act)
            if fitting:
                found.append((act, fitting))
        if len(found) > 1:
            found.sort(key=_when, reverse=True)
        return found

    def _learn(self, act: Activity) -> Fitting:
        if len(self._known) >= MOST_KEPT:
            self._known.clear()
        fitting = self._known[self._texts_of(act)] = tuple(
            (number, _together(when.others)) for number, when in enumerate(self._conditions) if when.fits_texts(act)
        )
        return fitting


def _together(tests: tuple[ActTest, ...]) -> ActTest | None:
    """All of these as one; nearly always there is none or one."""
    if len(tests) < 2:
        return tests[0] if tests else None
    return lambda act: all(test(act) for test in tests)


def _when(found: tuple[Activity, Fitting]) -> tuple[datetime, str]:
    """What orders activities; the key makes the order of two at the same moment one that anybody finds again."""
    return found[0].at, found[0].key
