"""What an unquoted word of a file means: the core schema of YAML 1.2, less its infinities.

So `NO`, `yes`, `on`, `2026-01-01`, `1_000`, `12:30` and `.inf` are texts. Source: yaml.org/spec/1.2.2, section 10.3.2.
"""

from __future__ import annotations

import math
import re

Scalar = str | int | float | bool | None

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEAN = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]{1,300}")
_OTHER_BASE = re.compile(r"0o[0-7]{1,300}|0x[0-9a-fA-F]{1,300}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def plain(text: str) -> Scalar:
    """The value of an unquoted scalar; whatever is no null, boolean or finite number is a text."""
    if text in _NULL:
        return None
    if text in _BOOLEAN:
        return _BOOLEAN[text]
    return text if (number := _number(text)) is None else number


def _number(text: str) -> int | float | None:
    if _INTEGER.fullmatch(text):
        return int(text)
    if _OTHER_BASE.fullmatch(text):
        return int(text, base=0)
    if _FLOAT.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return None
