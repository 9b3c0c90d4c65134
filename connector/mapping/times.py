"""How platforms write moments, read into aware UTC datetimes: ISO 8601, epoch numbers, dates of people's files."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

DATE_ORDERS: Final = ("day_first", "month_first")
EPOCH_MS_FROM: Final = 10**11
"""Numbers from here on count milliseconds since 1970 (as seconds they would lie in the year 5138)."""
LATEST_MS: Final = 253_402_300_799_999
NO_TIME: Final = "this is no date or time"
_BY_PEOPLE: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T,]+(\d{1,2}:\d{2}(?::\d{2})?))?")
_EPOCH: Final = re.compile(r"-?\d{9,16}(\.\d+)?")
_UTC_ZONE: Final = ZoneInfo("UTC")


def read_time(value: Any, zone: ZoneInfo = _UTC_ZONE, order: str | None = None) -> datetime:
    """The moment that a value tells. A text without an offset is local to `zone`; a date is its first moment there.

    `order` reads 03/04/2026 as the third of April (`day_first`) or the fourth of March (`month_first`); without it
    such a text is refused, because nobody can tell. Raises ValueError.
    """
    if type(value) is str and value[4:5] == "-" and value[10:11] == "T":  # what nearly all platforms send
        try:  # contextlib.suppress costs more than the reading
            return _aware(datetime.fromisoformat(value), zone)
        except ValueError:
            pass
    if isinstance(value, datetime):
        return _aware(value, zone)
    if isinstance(value, date):
        return _aware(datetime.combine(value, time()), zone)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_epoch(float(value))
    text = str(value).strip()
    if _EPOCH.fullmatch(text):
        return _from_epoch(float(text))
    return _aware(_from_text(text, order), zone)


def read_date(value: Any, zone: ZoneInfo = _UTC_ZONE, order: str | None = None) -> date:
    """The day that a value tells: as written when it is a date, of the moment in `zone` when it has an offset."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    at = read_time(value, zone, order)
    try:
        return at.astimezone(zone).date()
    except OverflowError:  # the first hours of the year 1, seen from the west
        raise ValueError(NO_TIME) from None


def has_time(value: Any) -> bool:
    """Does the value tell a time of day, or a day only?"""
    if isinstance(value, str):
        return ":" in value or _EPOCH.fullmatch(value.strip()) is not None
    return not isinstance(value, date) or isinstance(value, datetime)


def utc_text(at: datetime) -> str:
    """`2026-11-22T10:00:00Z`: to the second unless it has parts of one."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _from_text(text: str, order: str | None) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    found = _BY_PEOPLE.fullmatch(text)
    if found is None or order is None:
        raise ValueError(NO_TIME)
    first, second, year, clock = found.groups()
    day, month = (first, second) if order == "day_first" else (second, first)
    hours = f"{clock:0>5}" if clock and clock.count(":") == 1 else f"{clock or '00:00:00':0>8}"
    return datetime.fromisoformat(f"{year}-{int(month):02}-{int(day):02}T{hours}")


def _from_epoch(count: float) -> datetime:
    milliseconds = count if abs(count) >= EPOCH_MS_FROM else count * 1000
    if not 0 <= milliseconds <= LATEST_MS:
        raise ValueError(NO_TIME)
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _aware(at: datetime, zone: ZoneInfo) -> datetime:
    if at.tzinfo is UTC:
        return at
    try:
        return (at if at.tzinfo is not None else at.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:  # the last day of the year 9999, west of Greenwich: a stand-in for "never"
        raise ValueError(NO_TIME) from None
