"""Values on their way into a field: what a platform would cut, misread or take in silence is refused here.

So it sinks its own row alone. Each function gives the value in one shape, or raises RecordError that names the field
and never shows the value. How a platform writes that shape (its moments, its ids of options) is its adapter's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from connector.errors import RecordError


def unfit(name: str, code: str, what: str) -> RecordError:
    """The refusal of a value for the field `name`, in words that go on from its name."""
    return RecordError(f"'{name}' {what}", code=code, field=name)


def flag(name: str, value: Any) -> bool:
    """True or false, and nothing that only looks like it."""
    if not isinstance(value, bool):
        raise unfit(name, "bad_value", "takes true or false alone")
    return value


def number(name: str, value: Any, *, whole: bool = False) -> int | float:
    """A number; `whole`: 7.0 is 7, and 7.5 is refused."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise unfit(name, "bad_value", "takes a number")
    if not whole:
        return value
    if not float(value).is_integer():
        raise unfit(name, "bad_value", "takes whole numbers alone")
    return int(value)


def option(name: str, value: Any, options: Mapping[str, str], *, free: bool = False) -> str:
    """The option that is called so, by its value or by the label that people see, in any case.

    A field without options, or a `free` one, takes any word.
    """
    word = str(value).strip()
    for one, label in options.items():
        if word.casefold() in (one.casefold(), label.casefold()):
            return one
    if options and not free:
        raise unfit(name, "bad_option", "has no such option: add it, or map it with `values`")
    return word


def listed(value: Any) -> list[Any]:
    """The values for a field that holds several; in a text they stand with semicolons between them."""
    return list(value) if isinstance(value, list | tuple) else str(value).split(";")


def day(name: str, value: Any) -> date:
    """A day; of a moment, the day in the moment's own zone."""
    at = _time(name, value)
    return at.date() if isinstance(at, datetime) else at


def moment(name: str, value: Any) -> datetime:
    """An aware moment; a day is its midnight, and what names no zone is in UTC."""
    at = _time(name, value)
    if not isinstance(at, datetime):
        at = datetime(at.year, at.month, at.day, tzinfo=UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def text(name: str, value: Any, most: int | None, *, between: str = ";") -> str:
    """A text of at most so many characters (None or 0: any number); several values stand one after the other."""
    whole = between.join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    if most and len(whole) > most:
        raise unfit(name, "too_long", f"holds {most} characters: set max_length in the mapping")
    return whole


def _time(name: str, value: Any) -> date:
    try:
        return value if isinstance(value, date) else datetime.fromisoformat(str(value))
    except ValueError:
        raise unfit(name, "bad_value", "takes a day or a moment") from None
