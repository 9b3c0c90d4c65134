"""What a value looks like in a cell that we write, and back.

A spreadsheet runs a cell that starts with `=`, `+`, `-`, `@` or a control character as a formula (CWE-1236). Such a
text gets an apostrophe in front, which spreadsheets take as "this is text"; reading takes it away again. A text that
already starts with apostrophes before such a character gets one more, so that every text comes back as it was.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

RISKY = re.compile("'*[=+\\-@\t\r\n]")
PLAIN_NUMBER = re.compile(r"[+-]\d+([.,]\d+)?")
"""A signed number is what it says: a formula that computes itself."""


def cell(value: Any) -> str:
    """The value as a safe cell: booleans as true/false, times as ISO 8601, lists joined by `; `, nothing as blank."""
    text = as_text(value)
    return f"'{text}" if RISKY.match(text) and not PLAIN_NUMBER.fullmatch(text) else text


def restored(text: str) -> str:
    """The text behind a cell written by `cell`."""
    return text[1:] if text.startswith("'") and RISKY.match(text) else text


def as_text(value: Any) -> str:
    """The value as people write it, before it is made safe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return "; ".join(map(as_text, value))
    return str(value)
