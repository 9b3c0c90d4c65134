"""Times as they stand in files."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from connector.errors import RecordError


def moment(text: str, column: str, time_zone: str) -> datetime | None:
    """The moment in UTC; None for a blank. A time without offset is one of `time_zone`, a date its first moment.

    Takes ISO 8601 (a space for the T is fine) and epoch milliseconds. Raises RecordError (`bad_time`) for the rest:
    03/04/2026 is two different days, so that nothing but a person can read it.
    """
    text = text.strip()
    if not text:
        return None
    try:
        if text.isdecimal() and len(text) >= 12:
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        raise RecordError(
            f"the column '{column}' holds no time that can be read",
            code="bad_time",
            field=column,
            hint="write it as 2026-11-22 14:30:00, with +00:00 behind it if it is not local time",
        ) from None
    local = found if found.tzinfo else found.replace(tzinfo=ZoneInfo(time_zone))
    return local.astimezone(UTC)
