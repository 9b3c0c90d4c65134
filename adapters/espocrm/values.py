"""Values on their way to EspoCRM, which drops a field that it does not have without a word, and from it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from adapters.espocrm.api import moment, moment_text
from adapters.espocrm.columns import LISTS, NUMBERS, TIMES, WHOLE, Column
from connector.errors import RecordError


def encoded(column: Column, value: Any) -> Any:
    """A value as its field takes it. Raises RecordError, naming the field, when it does not fit."""
    if value is None or value == "":
        return None
    if column.type == "bool":
        return _flag(column, value)
    if column.type in NUMBERS:
        return _number(column, value)
    if column.type == "enum":
        return _option(column, value)
    if column.type in LISTS:
        return [_option(column, one) for one in _listed(value)]
    if column.type in TIMES:
        return _time(column, value)
    return _text(column, value)


def decoded(column: Column | None, told: Any) -> Any:
    """A value as mappings see it: a moment in UTC, an amount as a number; None for what is blank."""
    if told in ("", []):
        return None
    if column is None or not isinstance(told, str):
        return told
    if column.type in NUMBERS:
        return _as_number(told)
    if column.type in ("datetime", "datetimeOptional") and len(told) > len("2026-01-01"):
        return moment(told).isoformat().replace("+00:00", "Z")
    return told


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else str(value).split(";")


def _flag(column: Column, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _unfit(column, "bad_value", "takes true or false alone")
    return value


def _number(column: Column, value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _unfit(column, "bad_value", "takes a number")
    if column.type not in WHOLE:
        return value
    if not float(value).is_integer():
        raise _unfit(column, "bad_value", "takes whole numbers alone")
    return int(value)


def _as_number(told: str) -> Any:
    """Amounts with many decimals are told as texts."""
    try:
        number = float(told)
    except ValueError:
        return told
    return int(number) if number.is_integer() else number


def _option(column: Column, value: Any) -> str:
    word = str(value).strip()
    for option in column.options:
        if word.casefold() == option.casefold():
            return option
    if column.options and not column.free:
        raise _unfit(column, "bad_option", "has no such option: add it, or map it with `values`")
    return word


def _time(column: Column, value: Any) -> str:
    try:
        at = value if isinstance(value, date) else datetime.fromisoformat(str(value))
    except ValueError:
        raise _unfit(column, "bad_value", "takes a day or a moment") from None
    if column.type == "date":
        return (at.date() if isinstance(at, datetime) else at).isoformat()
    if not isinstance(at, datetime):
        at = datetime(at.year, at.month, at.day, tzinfo=UTC)
    return moment_text(at if at.tzinfo else at.replace(tzinfo=UTC))


def _text(column: Column, value: Any) -> str:
    text = ";".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    if column.length and len(text) > column.length:
        raise _unfit(column, "too_long", f"holds {column.length} characters: set max_length in the mapping")
    return text


def _unfit(column: Column, code: str, what: str) -> RecordError:
    return RecordError(f"'{column.name}' {what}", code=code, field=column.name)
