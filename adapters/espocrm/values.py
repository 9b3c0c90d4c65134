"""Values on their way to EspoCRM, which drops a field that it does not have without a word, and from it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from adapters.espocrm.api import moment, moment_text
from adapters.espocrm.columns import LISTS, NUMBERS, TIMES, WHOLE, Column
from connector.adapter import fitting
from connector.errors import ContractError, RecordError


def encoded(column: Column, value: Any) -> Any:
    """A value as its field takes it. Raises RecordError, naming the field, when it does not fit."""
    if value is None or value == "":
        return None
    if column.type == "bool":
        return fitting.flag(column.name, value)
    if column.type in NUMBERS:
        return fitting.number(column.name, value, whole=column.type in WHOLE)
    if column.type == "enum":
        return _option(column, value)
    if column.type in LISTS:
        return [_option(column, one) for one in fitting.listed(value)]
    if column.type == "date":
        return fitting.day(column.name, value).isoformat()
    if column.type in TIMES:
        return moment_text(fitting.moment(column.name, value))
    return fitting.text(column.name, value, column.length)


def decoded(column: Column | None, told: Any) -> Any:
    """A value as mappings see it: a moment in UTC, an amount as a number; None for what is blank."""
    if told in ("", []):
        return None
    if column is None or not isinstance(told, str):
        return told
    if column.type in NUMBERS:
        return _as_number(told)
    if column.type in ("datetime", "datetimeOptional") and len(told) > len("2026-01-01"):
        with suppress(ContractError):  # what is no moment stands as it is, for the mapping to say so of its field
            return moment(told).isoformat().replace("+00:00", "Z")
    return told


def settled(column: Column, value: Any) -> Any:
    """What a field tells once this value of ours stands there; the value itself where the field does not take it."""
    try:
        return decoded(column, encoded(column, value))
    except RecordError:
        return value


def _as_number(told: str) -> Any:
    """Amounts with many decimals are told as texts."""
    try:
        number = float(told)
    except ValueError:
        return told
    return int(number) if number.is_integer() else number


def _option(column: Column, value: Any) -> str:
    return fitting.option(column.name, value, {one: one for one in column.options}, free=column.free)
