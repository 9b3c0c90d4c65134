"""When a lane is due next: every so often, or by a cron text in the configuration's time zone.

APScheduler compares due times with the wall clock. So each trigger also says where a due time moves when that clock is
set back: an interval keeps what was left of it, and a cron time that has fired does not fire again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Protocol
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger

from connector.config.schedules import interval_s

WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LOOKED_AHEAD = 8
"""Due times that are looked at for the longest pause of a cron text: a week with its weekend."""
_STEP = timedelta(seconds=1)
_FORGET_AFTER = timedelta(days=1)


class Trigger(Protocol):
    """What the timetable needs of a trigger."""

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime | None:
        """The next due time after `previous`, and not before `now`: what was missed is made up for once."""

    def moved(self, due_at: datetime, jump_s: float, now: datetime) -> datetime | None:
        """Where a due time goes when the wall clock was set back by `-jump_s` seconds."""

    def longest_s(self, now: datetime) -> float:
        """The longest time between two runs, as far as one looks ahead."""


def trigger_for(when: str, zone: str) -> Trigger:
    """The trigger of a schedule as leadloop.yaml writes it (`5m`, `0 3 * * *`)."""
    seconds = interval_s(when)
    return LocalCron(when, ZoneInfo(zone)) if seconds is None else Every(seconds)


class Every(BaseTrigger):  # type: ignore[misc]  # APScheduler 3.x has no type hints
    """At once, and then every `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._interval = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime | None:
        """See Trigger."""
        if previous is None:
            return now
        due_at = previous + self._interval
        return due_at if due_at > now else now + self._interval

    def moved(self, due_at: datetime, jump_s: float, now: datetime) -> datetime | None:
        """See Trigger."""
        return min(due_at + timedelta(seconds=jump_s), now + self._interval)

    def longest_s(self, now: datetime) -> float:
        """See Trigger."""
        return self._interval.total_seconds()


class LocalCron(BaseTrigger):  # type: ignore[misc]  # APScheduler 3.x has no type hints
    """A cron text in local time, in cron's own meaning (Sunday is 0 or 7; two kinds of day mean either).

    Where the text names hours, each local time fires exactly once: 02:30 on the day when the hour repeats fires the
    first time, and on the day when the hour is skipped it fires as much later. With `*` for the hour it fires in every
    hour that passes.
    """

    def __init__(self, text: str, zone: ZoneInfo) -> None:
        self._zone = zone
        self._every_hour = text.split()[1] == "*"
        self._crons = [CronTrigger(**fields, timezone=zone if self._every_hour else UTC) for fields in _fields(text)]
        self._fired: datetime | None = None

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime | None:
        """See Trigger."""
        if previous is not None:
            self._fired = previous
        after = now if previous is None else max(now, previous + _STEP)
        return self._next_elapsed(after) if self._every_hour else self._next_local(after)

    def moved(self, due_at: datetime, jump_s: float, now: datetime) -> datetime | None:
        """See Trigger. A clock that was days ahead is believed to have been wrong: what fired then may fire again."""
        fired = self._fired if self._fired is not None and self._fired - now < _FORGET_AFTER else None
        return self.get_next_fire_time(fired, now)

    def longest_s(self, now: datetime) -> float:
        """See Trigger."""
        times = [self.get_next_fire_time(None, now)]
        while times[-1] is not None and len(times) < LOOKED_AHEAD:
            times.append(
                self._next_elapsed(times[-1] + _STEP) if self._every_hour else self._next_local(times[-1] + _STEP)
            )
        found = [time for time in times if time is not None]
        return max(((late - early).total_seconds() for early, late in pairwise(found)), default=0.0)

    def _next_elapsed(self, after: datetime) -> datetime | None:
        return _earliest([cron.get_next_fire_time(None, after.astimezone(self._zone)) for cron in self._crons])

    def _next_local(self, after: datetime) -> datetime | None:
        """Walk local times as if each day had 24 hours; the first whose real moment is not before `after`."""
        local = after.astimezone(self._zone).replace(tzinfo=UTC)
        while (found := _earliest([cron.get_next_fire_time(None, local) for cron in self._crons])) is not None:
            moment = found.replace(tzinfo=self._zone, fold=0).astimezone(UTC)
            if moment >= after:
                return moment
            local = found + _STEP
        return None


def _earliest(times: Sequence[datetime | None]) -> datetime | None:
    # Two times of one zone compare as the clock on the wall shows them, whichever pass of a repeated hour they mean.
    return min((time.astimezone(UTC) for time in times if time is not None), default=None)


def _fields(text: str) -> list[dict[str, str]]:
    """The text's fields as APScheduler reads them: names for weekdays (it counts Monday as 0) and months.

    Days of the month and of the week together mean either in cron, both in APScheduler: then there are two sets.
    """
    minute, hour, day, month, weekday = text.lower().split()
    common = {"minute": minute, "hour": hour, "month": _named(month, MONTHS, 1)}
    by_day, by_weekday = {**common, "day": day}, {**common, "day_of_week": _named(weekday, WEEKDAYS, 0)}
    if "*" in (day[0], weekday[0]):
        return [{**by_day, **by_weekday}]
    return [by_day, by_weekday]


def _named(field: str, words: Sequence[str], low: int) -> str:
    """A field of numbers or names, as a list of names."""
    if field == "*":
        return field
    days = sorted({number for part in field.split(",") for number in _numbers(part, words, low)})
    return ",".join(dict.fromkeys(words[(number - low) % len(words)] for number in days))


def _numbers(part: str, words: Sequence[str], low: int) -> range:
    span, _, step = part.partition("/")
    first, _, last = span.partition("-")
    top = low + len(words) - 1
    if first == "*":
        return range(low, top + 1, int(step or 1))
    begin = _number(first, words, low)
    end = _number(last, words, low) if last else top if step else begin
    return range(begin, end + 1, int(step or 1))


def _number(text: str, words: Sequence[str], low: int) -> int:
    return words.index(text) + low if text in words else int(text)
