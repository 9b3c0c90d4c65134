"""Values on their way to Zoho, which takes many that a field should not hold, and from it, in one shape each."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from adapters.zoho.api import moment, moment_text
from adapters.zoho.columns import CHOICES, NUMBERS, REFERENCES, WHOLE, Column
from connector.adapter import fitting
from connector.errors import ContractError, RecordError


def encoded(column: Column, value: Any) -> Any:
    """A value as its field takes it. Raises RecordError, naming the field, when it does not fit."""
    if value is None or value == "":
        return None
    if column.type == "boolean":
        return fitting.flag(column.name, value)
    if column.type in NUMBERS:
        return fitting.number(column.name, value, whole=column.type in WHOLE)
    if column.type == "picklist":
        return _option(column, value)
    if column.type == "multiselectpicklist":
        return [_option(column, one) for one in fitting.listed(value)]
    if column.type == "date":
        return fitting.day(column.name, value).isoformat()
    if column.type == "datetime":
        return moment_text(fitting.moment(column.name, value))
    if column.type in REFERENCES:
        return {"id": str(value)}
    return fitting.text(column.name, value, column.length)


def decoded(column: Column | None, told: Any) -> Any:
    """A value as mappings see it: a record by its id, tags by name, a moment in UTC; None for what is blank."""
    if isinstance(told, Mapping):
        return str(told["id"]) if told.get("id") else None
    if isinstance(told, list):
        return [one.get("name") if isinstance(one, Mapping) else one for one in told] or None
    if told == "":
        return None
    if column is not None and column.type == "datetime" and isinstance(told, str):
        with suppress(ContractError):  # what is no moment stands as it is, for the mapping to say so of its field
            return moment(told).isoformat().replace("+00:00", "Z")
    return told


def settled(column: Column, value: Any) -> Any:
    """What a field tells once this value of ours stands there; the value itself where the field does not take it."""
    try:
        return decoded(column, encoded(column, value))
    except RecordError:
        return value


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


def _option(column: Column, value: Any) -> str:
    """Zoho takes any text for most choices and then shows a value that nobody can pick: so it is refused here."""
    return fitting.option(column.name, value, column.options)
