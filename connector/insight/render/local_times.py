"""Times as people read them: a document keeps UTC, and its text shows the time zone of the configuration.

So a table agrees with the clock on the wall, and with what `--since`, `--until` and `--at` take.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from connector.model import Json

STAMP: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
AS_SENT: Final = frozenset({"fields"})
"""What stands under these keys is shown as it was sent."""


def in_zone(document: Json, time_zone: str) -> Json:
    """The document with every moment of ours in that zone; the times in it begin as before: `2026-11-22T13:00`."""
    moved: Json = _moved(document, ZoneInfo(time_zone))
    return moved


def clock_times(rows: Sequence[Json], names: Sequence[str], time_zone: str) -> list[Json]:
    """The rows with the moments of these names, and no others, to the minute; blank where there is none."""
    zone = ZoneInfo(time_zone)
    return [row | {name: (_moved(row[name], zone) or "")[:16].replace("T", " ") for name in names} for row in rows]


def _moved(value: Any, zone: ZoneInfo) -> Any:
    if isinstance(value, str) and STAMP.fullmatch(value):
        return datetime.fromisoformat(value).astimezone(zone).isoformat()
    if isinstance(value, dict):
        return {key: one if key in AS_SENT else _moved(one, zone) for key, one in value.items()}
    return [_moved(one, zone) for one in value] if isinstance(value, list) else value
