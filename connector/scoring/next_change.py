"""When a lead's state can change by age alone: the first day to look at it again, if nothing new happens.

All that counts only shrinks with age, on both sides: interest falls, undesirables fade. So the points of every day
between two days lie between *interest then − lost now* and *interest now − lost then*; a stretch of days whose bounds
cross no threshold is passed over whole, and only a few days are ever computed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from msgspec import Struct, field

from connector.scoring.compiled import HandRaise, Track
from connector.scoring.sorting import Hit, Hits
from connector.scoring.tally import Tally
from connector.scoring.when import Attributes, missing


def next_change_at(tally: Tally, lead: Attributes, grade: str) -> datetime | None:
    """Start (UTC) of the first day on which a track may be entered or left by age alone; None if there is none.

    Whether the lead stands in a track, and what sales decided, is not asked: the day is right for every answer.
    """
    if any(rule.veto for rule in tally.undesirables_of_lead):
        return None
    watched = list(_watched(tally, lead, grade))
    if not watched:
        return None
    day = _Outlook(tally, watched).first_change()
    if day is None:
        return None
    midnight = datetime.combine(date.fromordinal(day), time.min, tzinfo=tally.model.zone)
    return midnight.astimezone(UTC)


def raised_hand(hand: HandRaise, hits: Hits) -> Hit | None:
    """The newest activity, not by machine, by which the lead asks for sales."""
    return next((hit for hit in hits.get(hand.condition, ()) if not hit.act.by_machine), None)


def is_on(track: Track, hits: Hits, lead: Attributes) -> bool:
    """Is the lead on this track at all?"""
    if track.membership is None:
        return True
    if track.membership_condition is None:
        return track.membership.fits_lead(lead)
    return any(not hit.act.by_machine for hit in hits.get(track.membership_condition, ()))


class _Watch(Struct, frozen=True):
    """One track that the lead may enter or leave: the points that matter there, and the last day of a raised hand."""

    groups: frozenset[str] | None
    levels_mp: tuple[int, ...]
    hand_until: int


def _watched(tally: Tally, lead: Attributes, grade: str) -> Iterator[_Watch]:
    for track in tally.model.qualification.values():
        if not is_on(track, tally.hits, lead):
            continue
        hand_until = _hand_until(track, tally, lead)
        levels = _levels_in_reach(track, tally, lead, grade)
        if levels or hand_until >= tally.today:
            yield _Watch(track.groups, levels, hand_until)


def _hand_until(track: Track, tally: Tally, lead: Attributes) -> int:
    hand = track.hand_raise
    raised = raised_hand(hand, tally.hits) if hand else None
    if hand is None or raised is None or missing(hand.needs, lead):
        return 0
    return raised.day + hand.within_days


def _levels_in_reach(track: Track, tally: Tally, lead: Attributes, grade: str) -> tuple[int, ...]:
    """Threshold and leave level of the grade, those that the positive part of the points reaches."""
    if grade not in track.enter_mp or missing(track.require, lead):
        return ()
    counting = tally.groups if track.groups is None else track.groups.intersection(tally.groups)
    best_mp = tally.model.held(sum([tally.groups[name] for name in counting]) + tally.steady_mp)
    return tuple(level for level in (track.leave_mp[grade], track.enter_mp[grade]) if level <= best_mp)


class _Outlook(Struct):
    """What the coming days bring for one lead."""

    tally: Tally
    watched: list[_Watch]
    _known: dict[tuple[int, frozenset[str] | None], tuple[int, int]] = field(default_factory=dict)

    def first_change(self) -> int | None:
        """The first day whose state differs from today's."""
        today = self.tally.today
        return self._first_between(today, max(today, self._settled_day()))

    def _first_between(self, start: int, end: int) -> int | None:
        """The first day after `start`, up to `end`, that differs from `start`. Halves what it cannot pass over."""
        if start == end or not self._may_differ(start, end):
            return None
        if end == start + 1:
            return end if self._state(end) != self._state(start) else None
        middle = (start + end) // 2
        earlier = self._first_between(start, middle)
        return self._first_between(middle, end) if earlier is None else earlier

    def _may_differ(self, start: int, end: int) -> bool:
        if self.tally.vetoes_on(end):
            return False  # vetoes only fade: it holds all the while, and whoever is vetoed is in no track
        if self.tally.vetoes_on(start):
            return True
        return any(self._may_cross(watch, start, end) for watch in self.watched)

    def _may_cross(self, watch: _Watch, start: int, end: int) -> bool:
        if start <= watch.hand_until < end:
            return True
        (interest_now, lost_now), (interest_then, lost_then) = self._sums(start, watch), self._sums(end, watch)
        lowest, highest = self._points(interest_then, lost_now), self._points(interest_now, lost_then)
        return any(lowest < level <= highest for level in watch.levels_mp)

    def _state(self, day: int) -> tuple[object, ...]:
        """What each track would say; with a veto, no to all."""
        free = not self.tally.vetoes_on(day)
        return tuple(
            (
                free and day <= watch.hand_until,
                *(free and self._points(*self._sums(day, watch)) >= level for level in watch.levels_mp),
            )
            for watch in self.watched
        )

    def _points(self, interest_mp: int, lost_mp: int) -> int:
        return self.tally.model.held(interest_mp + self.tally.steady_mp - lost_mp)

    def _sums(self, day: int, watch: _Watch) -> tuple[int, int]:
        key = (day, watch.groups)
        if key not in self._known:
            self._known[key] = self.tally.interest_on(day, watch.groups), self.tally.lost_on(day)
        return self._known[key]

    def _settled_day(self) -> int:
        """A day from which nothing changes any more, never past the end of the calendar."""
        days = [watch.hand_until + 1 for watch in self.watched]
        rules = (*self.tally.interest, *self.tally.undesirables)
        days += [counted.kept[0].day + counted.rule.settled_days for counted in rules if counted.kept]
        return min(max(days), date.max.toordinal())
