"""How a value is seen by a comparison: its normal form, its number, its text, and whether it is blank."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, TypeAlias

Key: TypeAlias = Decimal | int | str

PLAIN_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
ACCENT_CLASSES_FROM: Final = 200
"""Combining classes of accents above, below and attached. Lower ones are part of the letter: kana voicing, viramas."""
COLLECTIONS: Final = (list, tuple, set, frozenset)
"""Values that hold several; a tuple made once, because an isinstance against a union costs more than the comparison."""
LONGEST_CACHED: Final = 200
"""Characters; longer texts are rarely seen twice, so they are not worth the memory of a cache."""


def normalise(text: str) -> str:
    """The form in which texts are compared; applying it twice changes nothing more."""
    if text.isascii():
        return text.strip().lower()
    return _normalise_short(text) if len(text) <= LONGEST_CACHED else _normalise(text)


def _normalise(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    parts = unicodedata.normalize("NFKD", folded)
    bare = "".join(c for c in parts if unicodedata.combining(c) < ACCENT_CLASSES_FROM)
    # Folded once more, because taking an accent away can leave a letter that folds further.
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", bare).casefold()).strip()


_normalise_short = lru_cache(maxsize=16_384)(_normalise)


def is_blank(value: Any) -> bool:
    """Is there nothing? Absent, null, spaces, or a list of such. Zero and false are something."""
    if value is None:
        return True
    if isinstance(value, str):
        return not value or value.isspace()
    if isinstance(value, COLLECTIONS):
        return all(is_blank(item) for item in value)
    return isinstance(value, dict) and not value


def number(value: Any) -> Decimal | int | None:
    """The exact number that a value is, or None. A float counts as what it prints, true and false are no numbers."""
    if isinstance(value, str):
        return _number_in(value) if len(value) <= LONGEST_CACHED else None
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        value = Decimal(repr(value))
    return value if isinstance(value, Decimal) and value.is_finite() else None


@lru_cache(maxsize=16_384)
def _number_in(text: str) -> Decimal | None:
    text = unicodedata.normalize("NFKC", text).strip()
    return Decimal(text) if PLAIN_NUMBER.fullmatch(text) else None


def as_text(value: Any) -> str:
    """A value as people write it: `true`, `12`, `2026-11-22`. Numbers lose a meaningless `.0`."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def key_of(value: Any) -> Key:
    """What equality compares: the exact number when it is one, else the normal form of the text."""
    if isinstance(value, str) and len(value) <= LONGEST_CACHED:
        return _key_of_short(value)
    exact = number(value)
    return normalise(as_text(value)) if exact is None else exact


@lru_cache(maxsize=16_384)
def _key_of_short(text: str) -> Key:
    exact = _number_in(text)
    return normalise(text) if exact is None else exact
