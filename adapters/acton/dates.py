"""Act-On's three ways to write a time: seconds and milliseconds since 1970, and dates in the account's own words.

A worded date without a zone that can be told is no time for us: guessing would order changes wrongly.
Source: https://developer.act-on.com/reference/get-contact-record, /get-message-list, and the older
        https://developer.act-on.com/hc/en-us/articles/8368580743575 (`Aug 30 2022 13:06 Pacific/Marquesas`).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

SHORT_ZONES: Final = {
    "UTC": 0, "GMT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "AKST": -9, "AKDT": -8, "HST": -10, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3,
    "BRT": -3,
}  # fmt: skip
"""Hours from UTC. Names that are used for several zones are read as Act-On's own country reads them."""
FORMATS: Final = ("%b %d %Y %H:%M", "%b %d %Y %I:%M %p")
_ZONED: Final = re.compile(r"(?P<time>.*\d(?: [AP]M)?) (?P<zone>GMT[+-]\d{1,2}:\d{2}|[A-Za-z]+(?:/[A-Za-z_/+-]+)*)")


def milliseconds(at: datetime) -> int:
    """A time as list filters take it, and as answers give it."""
    return int(at.timestamp() * 1000)


def seconds(at: datetime) -> int:
    """A time as the filters of opt-outs take it."""
    return int(at.timestamp())


def from_milliseconds(value: Any) -> datetime | None:
    """The time that a number, or the text of one, counts in milliseconds; None for what is none."""
    try:
        return datetime.fromtimestamp(int(value) / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def from_words(text: Any) -> datetime | None:
    """The time that a localized date tells; None for blank, and for one whose zone is not told."""
    found = _ZONED.fullmatch(" ".join(str(text or "").split()))
    zone = _zone(found["zone"]) if found else None
    local = _local(found["time"]) if found and zone else None
    return None if local is None else local.replace(tzinfo=zone).astimezone(UTC)


def _local(text: str) -> datetime | None:
    """The time on the account's clock. English month names are read whatever this machine's language."""
    try:
        return datetime.fromisoformat(text)  # nearly all are written so, and strptime costs twenty times as much
    except ValueError:
        pass
    for form in FORMATS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - its zone is put in by the caller
        except ValueError:
            continue
    return None


@lru_cache(maxsize=64)
def _zone(name: str) -> tzinfo | None:
    if name.startswith("GMT") and len(name) > 3:
        hours, minutes = name[4:].split(":")
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        return timezone(-offset if name[3] == "-" else offset)
    if name in SHORT_ZONES:
        return timezone(timedelta(hours=SHORT_ZONES[name]))
    if "/" not in name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None
