"""Values on their way to Zoho, which takes many that a field should not hold, and from it, in one shape each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from adapters.zoho.api import moment, moment_text
from adapters.zoho.columns import CHOICES, NUMBERS, REFERENCES, WHOLE, Column
from connector.errors import RecordError


def encoded(column: Column, value: Any) -> Any:
    """A value as its field takes it. Raises RecordError, naming the field, when it does not fit."""
    if value is None or value == "":
        return None
    if column.type == "boolean":
        return _flag(column, value)
    if column.type in NUMBERS:
        return _number(column, value)
    if column.type == "picklist":
        return _option(column, value)
    if column.type == "multiselectpicklist":
        listed = value if isinstance(value, list | tuple) else str(value).split(";")
        return [_option(column, one) for one in listed]
    if column.type in ("datetime", "date"):
        return _time(column, value)
    if column.type in REFERENCES:
        return {"id": str(value)}
    return _text(column, value)


def decoded(column: Column | None, told: Any) -> Any:
    """A value as mappings see it: a record by its id, tags by name, a moment in UTC; None for what is blank."""
    if isinstance(told, Mapping):
        return str(told["id"]) if told.get("id") else None
    if isinstance(told, list):
        return [one.get("name") if isinstance(one, Mapping) else one for one in told] or None
    if told == "":
        return None
    if column is not None and column.type == "datetime" and isinstance(told, str):
        return moment(told).isoformat().replace("+00:00", "Z")
    return told


def remembered(column: Column, told: Any) -> Any:
    """A value of a record's own history, where all are texts in the words that people see."""
    if told in (None, "", "-None-"):
        return None
    if column.type in CHOICES:
        return next((value for value, label in column.options.items() if told in (value, label)), told)
    if column.type == "boolean":
        return str(told).casefold() in ("true", "1", "yes")
    if column.type in NUMBERS:
        try:
            number = float(str(told))
        except ValueError:
            return told
        return int(number) if number.is_integer() else number
    return decoded(column, told)


def _flag(column: Column, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _unfit(column, "bad_value", "takes true or false alone")
    return value


def _number(column: Column, value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _unfit(column, "bad_value", "takes a number")
    if column.type in WHOLE:
        if not float(value).is_integer():
            raise _unfit(column, "bad_value", "takes whole numbers alone")
        return int(value)
    return value


def _option(column: Column, value: Any) -> str:
    """Zoho takes any text for most choices and then shows a value that nobody can pick: so it is refused here."""
    word = str(value).strip()
    for option, label in column.options.items():
        if word.casefold() in (option.casefold(), label.casefold()):
            return option
    if column.options:
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
