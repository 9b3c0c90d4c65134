"""Pydantic's findings in the words of a person who edits a file and is no programmer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.documents.copied import number_remedy

EMPTY = "give it a value, or delete the line"

_SHOULD_BE = {
    "string": "should be a text",
    "path": "should be a text",
    "int": "should be a whole number",
    "float": "should be a number",
    "decimal": "should be a number",
    "finite": "should be a number",
    "bool": "should be true or false",
    "list": "should be a list",
    "tuple": "should be a list",
    "set": "should be a list",
    "frozen": "should be a list",
    "dict": "should be a group of keys",
    "mapping": "should be a group of keys",
    "model": "should be a group of keys",
    "date": "should be a date",
    "datetime": "should be a date and time",
    "time": "should be a time",
}
"""By the first word of pydantic's error type."""

_REMEDIES = {
    "should be a list": "write [one, two], or one item a line after '- '",
    "should be a group of keys": "write 'key: value' lines, indented, below it",
    "should be a date": "write it as 2026-01-31",
    "should be a date and time": "write it as 2026-01-31T12:00:00Z",
}

_PHRASES = {
    "greater_than": "should be more than {gt}",
    "greater_than_equal": "should be {ge} or more",
    "less_than": "should be less than {lt}",
    "less_than_equal": "should be {le} or less",
    "multiple_of": "should be a multiple of {multiple_of}",
    "decimal_max_places": "should have at most {decimal_places} decimals",
    "string_too_long": "should have at most {max_length} characters",
    "string_pattern_mismatch": "should fit the pattern {pattern}",
    "union_tag_invalid": "{discriminator} is none of the allowed words: {expected_tags}",
    "union_tag_not_found": "{discriminator} is missing",
    "too_long": "should have at most {max_length} items",
}


def worded(kind: str, context: Mapping[str, Any], text: str, value: object) -> tuple[str, str | None]:
    """Message and remedy for an error type of pydantic, its context and its own text."""
    if kind == "value_error":
        error = context.get("error")
        return str(error or text), getattr(error, "remedy", None)
    if kind in _PHRASES:
        return _PHRASES[kind].format_map({name: _short(value) for name, value in context.items()}), None
    if kind == "invalid_key":
        return "a key must be a word, no number", "write a decimal with a point (7.5), and a key of digits in quotes"
    if kind in ("too_short", "string_too_short"):
        return _too_short(kind, context)
    message = _SHOULD_BE.get(kind.split("_", maxsplit=1)[0])
    if message is None:
        return text[:1].lower() + text[1:], context.get("remedy")
    return _wrong_kind(message, value)


def _wrong_kind(message: str, value: object) -> tuple[str, str | None]:
    if value is None:
        return f"is empty and {message}", EMPTY
    if isinstance(value, str) and message.endswith("number"):
        return message, number_remedy(value)
    if message == "should be a text" and isinstance(value, (bool, int, float)):
        return message, "put it in quotes"
    return message + _not(value), _REMEDIES.get(message)


def _not(value: object) -> str:
    if isinstance(value, dict):
        return ", not a group of keys"
    return ", not a list" if isinstance(value, list) else ""


def _short(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _too_short(kind: str, context: Mapping[str, Any]) -> tuple[str, str | None]:
    least = context["min_length"]
    if least == 1:
        return "is empty", EMPTY
    return f"should have at least {least} {'items' if kind == 'too_short' else 'characters'}", None
