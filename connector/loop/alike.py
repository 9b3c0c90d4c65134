"""Are two values the same once told by different platforms? Numbers come back as texts, texts trimmed, moments cut.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from connector.conditions import is_blank
from connector.model import LeadWrite, ReadBack

MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


def alike(ours: Any, theirs: Any) -> bool:
    """Would writing `ours` over `theirs` change nothing?"""
    if ours == theirs:
        return True
    if is_blank(ours) or is_blank(theirs):
        return is_blank(ours) and is_blank(theirs)
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return str(ours).lower() == str(theirs).lower()
    if isinstance(ours, str) and isinstance(theirs, str):  # digits of a phone, a postcode, an id: no number
        return _as_told(ours) == _as_told(theirs)
    try:
        return float(ours) == float(theirs)
    except (TypeError, ValueError):
        return _as_told(ours) == _as_told(theirs)


def _as_told(value: Any) -> str | datetime:
    """A text as any platform may tell it; a moment to the second, as most keep them."""
    text = str(value).strip().replace("\r\n", "\n")
    if MOMENT.match(text) is None:
        return text
    try:
        return datetime.fromisoformat(text).replace(microsecond=0)
    except ValueError:
        return text


def differing(want: Mapping[str, Any], have: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of `want` that `have` does not hold alike."""
    return {name: value for name, value in want.items() if name not in have or not alike(value, have[name])}


def holds(write: LeadWrite, seen: ReadBack) -> bool:
    """Does the target hold what was written, as far as it shows the fields?"""
    return all(alike(value, seen.fields[name]) for name, value in write.fields.items() if name in seen.fields)
