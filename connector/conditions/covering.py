"""Does one condition let in everything that another does? Then, of a list whose first fit counts, the other never does.

Told only where it is certain: comparisons of different kinds may cover each other without being told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from connector.conditions.values import COLLECTIONS, key_of, normalise, number

_ENTRIES: Final = ("is", "words", "pattern", "list")
_LIMITS: Final = ("between", "at_least", "at_most")


def covers(wide: Any, narrow: Any) -> bool:
    """Does every value that fits the value spec `narrow` fit `wide`, too? Both are taken to be valid."""
    wide, narrow = _spelled_out(wide), _spelled_out(narrow)
    return bool(wide) and bool(narrow) and all(_implied(name, wanted, narrow) for name, wanted in wide.items())


def covers_all(wide: Mapping[str, Any], narrow: Mapping[str, Any]) -> bool:
    """The same of a whole `when`, all of whose keys must hold."""
    return all(key in narrow and covers(spec, narrow[key]) for key, spec in wide.items())


def _spelled_out(spec: Any) -> Mapping[str, Any]:
    return spec if isinstance(spec, Mapping) else {"is": spec}


def _implied(name: str, wanted: Any, narrow: Mapping[str, Any]) -> bool:
    if name == "blank":
        asks_a_value = any(one in narrow for one in (*_ENTRIES, *_LIMITS))
        return narrow.get("blank") is wanted or (wanted is False and asks_a_value)
    if name in _LIMITS:
        return _is_within(_range({name: wanted}), narrow)
    if name not in narrow:
        return False
    return narrow[name] == wanted or (name in _ENTRIES and _entries(name, narrow[name]) <= _entries(name, wanted))


def _entries(name: str, wanted: Any) -> set[Any]:
    entries = wanted if isinstance(wanted, COLLECTIONS) else [wanted]
    return {key_of(entry) if name == "is" else normalise(str(entry)) for entry in entries}


def _is_within(limits: tuple[float, float], narrow: Mapping[str, Any]) -> bool:
    lowest, highest = limits
    if "is" in narrow:
        numbers = [number(entry) for entry in _entries("is", narrow["is"])]
        return all(one is not None and lowest <= one <= highest for one in numbers)
    least, most = _range(narrow)
    return (least, most) != (float("-inf"), float("inf")) and lowest <= least and most <= highest


def _range(spec: Mapping[str, Any]) -> tuple[float, float]:
    least, most = spec.get("between", (float("-inf"), float("inf")))
    return max(least, spec.get("at_least", least)), min(most, spec.get("at_most", most))
