"""Values on their way into a field and out of it: options by their ids, money and texts as each field wants them.

Source: https://pipedrive.readme.io/docs/pipedrive-api-v2-migration-guide, "Custom fields"
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from adapters.pipedrive.columns import Column, folded

YES: Final = frozenset({"yes", "sim", "sí", "si"})
NO: Final = frozenset({"no", "não", "nao"})


class UnfitError(ValueError):
    """A value that its field does not take. `code` is stable, `text` says why and never shows the value."""

    def __init__(self, column: Column, code: str, text: str) -> None:
        super().__init__(text)
        self.column = column
        self.code = code
        self.text = text


def type_of(told: str, options: Mapping[int, str]) -> str:
    """The type of a field; a choice between exactly Yes and No is a type of its own."""
    words = {folded(label) for label in options.values()}
    is_yesno = told == "enum" and len(words) == 2 and bool(words & YES) and bool(words & NO)
    return "yesno" if is_yesno else told


def encoded(column: Column, value: Any) -> Any:
    """A value as the API takes it; None clears the field. Raises UnfitError."""
    if value is None or value in ("", []):
        return None
    if column.type == "yesno":
        return _yesno_id(column, value)
    if column.type == "enum":
        return _option_id(column, value)
    if column.type == "set":
        labels = value if isinstance(value, list | tuple) else str(value).split("; ")
        return [_option_id(column, one) for one in labels]
    if column.type in ("double", "monetary", "int", "user", "org", "people"):
        return _number(column, value)
    if column.type == "date":
        return str(value)[:10]
    if column.type == "address":
        return {"value": str(value)}
    return _text(column, value)


def decoded(column: Column, raw: Any) -> Any:
    """A value as mappings see it: labels instead of ids, true and false, the amount of a money field."""
    if raw is None or raw == []:
        return None
    if column.type in ("yesno", "enum"):
        label = column.options.get(_id(raw), None if raw == "" else str(raw))
        return folded(str(label)) in YES if column.type == "yesno" and label is not None else label
    if column.type == "set":
        ids = raw.split(",") if isinstance(raw, str) else raw
        return [column.options.get(_id(one), str(one)) for one in ids]
    if isinstance(raw, Mapping):
        return raw.get("value", raw.get("amount"))
    return raw


def settled(column: Column, value: Any) -> Any:
    """What a field tells once this value of ours stands there; the value itself where the field does not take it."""
    try:
        return decoded(column, encoded(column, value))
    except UnfitError:
        return value


def _yesno_id(column: Column, value: Any) -> int:
    is_yes = value if isinstance(value, bool) else folded(str(value)) in YES | {"true", "1"}
    wanted = YES if is_yes else NO
    return next(one for one, label in column.options.items() if folded(label) in wanted)


def _option_id(column: Column, value: Any) -> int:
    for one, label in column.options.items():
        if folded(label) == folded(str(value)):
            return one
    raise UnfitError(column, "bad_option", f"'{column.name}' has no such option: add it, or map it with `values`")


def _number(column: Column, value: Any) -> int | float:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            raise UnfitError(column, "bad_number", f"'{column.name}' takes numbers alone") from None
    if column.type == "monetary" and column.custom:
        raise UnfitError(column, "needs_currency", f"'{column.name}' holds money with a currency: use a number field")
    return int(value) if float(value).is_integer() else float(value)


def _text(column: Column, value: Any) -> str:
    text = ("Yes" if value else "No") if isinstance(value, bool) else str(value)
    if column.max_length is not None and len(text) > column.max_length:
        told = f"'{column.name}' holds {column.max_length} characters: set max_length in the mapping"
        raise UnfitError(column, "too_long", told)
    return text


def _id(raw: Any) -> int:
    """An option's id; version 1 tells it as a text."""
    try:
        return int(raw)
    except (TypeError, ValueError):
        return -1
