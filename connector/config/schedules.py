"""When a step runs: an interval such as `5m`, or a cron text of five fields."""

from __future__ import annotations

import re
from calendar import monthrange
from typing import Final

from connector.documents import Wrong

_INTERVAL = re.compile(r"([1-9][0-9]{0,5})([smhd])")
_UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: tuple[tuple[str, int, int, tuple[str, ...]], ...] = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of week", 0, 7, _WEEKDAYS),
)
_LEAP_YEAR: Final = 2028
_PART = re.compile(r"(?:(?P<all>\*)|(?P<first>[0-9A-Za-z]+)(?:-(?P<last>[0-9A-Za-z]+))?)(?:/(?P<step>[1-9][0-9]?))?")


def interval_s(text: str) -> int | None:
    """Seconds of an interval such as `90s`, `5m`, `1h` or `2d`; None for a cron text."""
    found = _INTERVAL.fullmatch(text)
    return int(found[1]) * _UNIT_S[found[2]] if found else None


def checked_schedule(text: str) -> str:
    """The text itself. Raises Wrong when it is neither an interval nor a cron text."""
    if interval_s(text) is not None:
        return text
    fields = text.split()
    if len(fields) != len(_FIELDS):
        raise Wrong("is no interval and no cron text", "write 90s, 5m, 1h, 2d, or five cron fields such as '0 3 * * *'")
    meant: list[set[int]] = []
    for field, (name, low, high, words) in zip(fields, _FIELDS, strict=True):
        parts = [_meant(part, low, high, words) for part in field.split(",")]
        if not all(parts):
            allowed = f"{low} to {high}" + (f" or {words[0]} to {words[-1]}" if words else "")
            raise Wrong(f"the cron text's {name} '{field}' is wrong", f"allowed: *, {allowed}, with , - and /")
        meant.append({number for part in parts for number in part})
    _, _, days, months, _ = meant
    if fields[4] == "*" and not any(min(days) <= monthrange(_LEAP_YEAR, month)[1] for month in months):
        raise Wrong(f"never runs: month {fields[3]} has no day {fields[2]}", "name a day that there is")
    return text


def _meant(part: str, low: int, high: int, words: tuple[str, ...]) -> range:
    """The numbers that a part means; none where it does not fit."""
    found = _PART.fullmatch(part)
    if found is None:
        return range(0)
    step = int(found["step"] or 1)
    if found["all"]:
        return range(low, high + 1, step)
    first = _number(found["first"], low, words)
    last = first if found["last"] is None else _number(found["last"], low, words)
    if first is None or last is None or not low <= first <= last <= high:
        return range(0)
    return range(first, (high if found["step"] and found["last"] is None else last) + 1, step)


def _number(text: str, low: int, words: tuple[str, ...]) -> int | None:
    if text.lower() in words:
        return words.index(text.lower()) + low
    return int(text) if text.isdecimal() else None
