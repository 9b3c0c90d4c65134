"""Are two values the same once told by different platforms? Numbers come back as texts, texts trimmed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.conditions import is_blank
from connector.model import LeadWrite, ReadBack


def alike(ours: Any, theirs: Any) -> bool:
    """Would writing `ours` over `theirs` change nothing?"""
    if ours == theirs:
        return True
    if is_blank(ours) or is_blank(theirs):
        return is_blank(ours) and is_blank(theirs)
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return str(ours).lower() == str(theirs).lower()
    try:
        return float(ours) == float(theirs)
    except (TypeError, ValueError):
        return str(ours).strip().replace("\r\n", "\n") == str(theirs).strip().replace("\r\n", "\n")


def differing(want: Mapping[str, Any], have: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of `want` that `have` does not hold alike."""
    return {name: value for name, value in want.items() if name not in have or not alike(value, have[name])}


def holds(write: LeadWrite, seen: ReadBack) -> bool:
    """Does the target hold what was written, as far as it shows the fields?"""
    return all(alike(value, seen.fields[name]) for name, value in write.fields.items() if name in seen.fields)
