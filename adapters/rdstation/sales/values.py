"""Values on their way into a field and out of it: choices by their wording, days as Brazilians write them.

Source: https://developers.rdstation.com/reference/crm-v1-introducao-e-requisitos and the samples of deals there.
"""

from __future__ import annotations

import re
from typing import Any, Final

from adapters.rdstation.sales.columns import NO, SHORTEST, YES, Column, folded
from connector.errors import RecordError

_DAY: Final = re.compile(r"(\d{2})/(\d{2})/(\d{4})")


class UnfitError(RecordError):
    """A value that its field does not take; the text says why and never shows the value."""

    def __init__(self, column: Column, code: str, text: str) -> None:
        super().__init__(text, code=code, field=column.name)


def encoded(column: Column, value: Any) -> Any:
    """A value as the API takes it; None clears the field. Raises UnfitError."""
    if value is None or value in ("", []):
        return None
    if column.type == "yesno":
        return _yesno(column, value)
    if column.type == "option":
        return _option(column, value)
    if column.type == "multiple_choice":
        wordings = value if isinstance(value, list | tuple) else str(value).split("; ")
        return [_option(column, one) for one in wordings]
    if column.type in ("number", "count"):
        return _number(column, value)
    if column.type == "date":
        year, month, day = str(value)[:10].split("-")
        return f"{day}/{month}/{year}"
    return _text(column, value)


def decoded(column: Column, raw: Any) -> Any:
    """A value as mappings see it: true and false, days as ISO 8601."""
    if raw is None or raw in ("", []):
        return None
    if column.type == "yesno":
        return folded(str(raw[0] if isinstance(raw, list) else raw)) in YES
    if column.type == "date" and (day := _DAY.fullmatch(str(raw))):
        return f"{day[3]}-{day[2]}-{day[1]}"
    if column.type == "option" and isinstance(raw, list):
        return raw[0]
    return raw


def settled(column: Column, value: Any) -> Any:
    """What a field tells once this value of ours stands there; the value itself where the field does not take it."""
    try:
        return decoded(column, encoded(column, value))
    except UnfitError:
        return value


def _yesno(column: Column, value: Any) -> str:
    is_yes = value if isinstance(value, bool) else folded(str(value)) in YES | {"true", "1"}
    wanted = YES if is_yes else NO
    return next(one for one in column.options if folded(one) in wanted)


def _option(column: Column, value: Any) -> str:
    for one in column.options:
        if folded(one) == folded(str(value)):
            return one
    raise UnfitError(column, "bad_option", f"'{column.name}' has no such option: add it, or map it with `values`")


def _number(column: Column, value: Any) -> int | float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise UnfitError(column, "bad_number", f"'{column.name}' takes numbers alone") from None
    return int(number) if number.is_integer() else number


def _text(column: Column, value: Any) -> str:
    """Texts of one character are refused: a digit gets a zero in front of it, an initial a dot behind it."""
    if isinstance(value, bool):
        return "Sim" if value else "Não"
    if isinstance(value, int):
        return f"{value:02d}"
    text = str(value)
    if len(text) < SHORTEST and not column.custom:
        return f"{text}."
    if len(text) < SHORTEST:
        told = f"'{column.name}' takes texts of {SHORTEST} characters or more: lengthen it with `values`"
        raise UnfitError(column, "too_short", told)
    return text
