"""When a step runs: an interval such as `5m`, or a cron text of five fields."""

from __future__ import annotations

import re

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
    for field, (name, low, high, words) in zip(fields, _FIELDS, strict=True):
        if not all(_fits(part, low, high, words) for part in field.split(",")):
            allowed = f"{low} to {high}" + (f" or {words[0]} to {words[-1]}" if words else "")
            raise Wrong(f"the cron text's {name} '{field}' is wrong", f"allowed: *, {allowed}, with , - and /")
    return text


def _fits(part: str, low: int, high: int, words: tuple[str, ...]) -> bool:
    found = _PART.fullmatch(part)
    if found is None:
        return False
    if found["all"]:
        return True
    first = _number(found["first"], low, words)
    last = first if found["last"] is None else _number(found["last"], low, words)
    return first is not None and last is not None and low <= first <= last <= high


def _number(text: str, low: int, words: tuple[str, ...]) -> int | None:
    if text.lower() in words:
        return words.index(text.lower()) + low
    return int(text) if text.isdecimal() else None
