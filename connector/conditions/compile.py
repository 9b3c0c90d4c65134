"""From what an admin writes beside one key to a function that says whether a value fits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, TypeAlias

from connector.conditions.values import COLLECTIONS, LONGEST_CACHED, Key, as_text, is_blank, key_of, normalise, number

Test: TypeAlias = Callable[[Any], bool]
Lists: TypeAlias = Mapping[str, Iterable[str]]

NO_LISTS: Final[Lists] = {}
WORD: Final = re.compile(r"[^\W_]+")


def compile_test(spec: Any, lists: Lists = NO_LISTS, *, wildcards: bool = True) -> Test:
    """The test that one key's value spec stands for; `test(value)` never raises.

    `lists` are the named lists that `list:` may name. `wildcards=False` takes a `*` in plain values as a star, as in
    the answers of a profile, where only `pattern` has wildcards.
    Raises ValueError, with a sentence for the person who wrote the file, for what is not a value spec.
    """
    if not isinstance(spec, Mapping):
        return _over_elements(_equal(spec, wildcards))
    if not spec:
        raise ValueError(f"a comparison is missing: write a value, a list, or one of {', '.join(COMPARISONS)}")
    unknown = [str(name) for name in spec if name not in COMPARISONS]
    if unknown:
        raise ValueError(f"unknown comparison '{unknown[0]}': allowed are {', '.join(COMPARISONS)}")
    wants_blank = _flag(spec["blank"]) if "blank" in spec else None
    parts = [_part(name, wanted, lists, wildcards) for name, wanted in spec.items() if name != "blank"]
    return _joined(parts, wants_blank)


def _part(name: str, wanted: Any, lists: Lists, wildcards: bool) -> Test:
    if name == "is":
        return _equal(wanted, wildcards)
    if name == "list":
        return _listed(wanted, lists)
    return _PARTS[name](wanted)


def _joined(parts: list[Test], wants_blank: bool | None) -> Test:
    if wants_blank is not None and not parts:
        return is_blank if wants_blank else _is_given
    if wants_blank:
        raise ValueError("'blank: true' cannot stand beside other comparisons: a blank value fits none of them")
    if len(parts) == 1:
        return _over_elements(parts[0])
    return _over_elements(lambda value: all(part(value) for part in parts))


def _is_given(value: Any) -> bool:
    return not is_blank(value)


def _over_elements(test: Test) -> Test:
    """The test for a whole value: blank fits nothing, a list fits when one of its elements does."""

    def whole(value: Any) -> bool:
        if value is None:
            return False
        if isinstance(value, COLLECTIONS):
            return any(whole(item) for item in value)
        return not is_blank(value) and test(value)

    return whole


def _equal(wanted: Any, wildcards: bool) -> Test:
    entries = _entries(wanted, "a value")
    starred = [entry for entry in entries if wildcards and isinstance(entry, str) and "*" in entry]
    keys = frozenset(key_of(entry) for entry in entries if entry not in starred)
    if not starred:
        return lambda value: key_of(value) in keys
    fits = _pattern(starred)
    return lambda value: key_of(value) in keys or fits(value)


def _listed(wanted: Any, lists: Lists) -> Test:
    keys: set[Key] = set()
    for name in _texts(wanted, "list"):
        if name not in lists:
            raise ValueError(f"unknown list '{name}': known are {', '.join(sorted(lists)) or 'none'}")
        keys.update(key_of(entry) for entry in lists[name])
    return lambda value: key_of(value) in keys


def _words(wanted: Any) -> Test:
    entries = _texts(wanted, "words")
    if any("*" in entry for entry in entries):
        raise ValueError("'words' takes whole words only: use 'pattern' where a * is meant")
    if not all(WORD.search(normalise(entry)) for entry in entries):
        raise ValueError("an entry of 'words' has no letter and no digit")
    needles = [_spaced(entry) for entry in entries]

    def fits(value: Any) -> bool:
        hay = _spaced(as_text(value))
        return any(needle in hay for needle in needles)

    return fits


def _spaced(text: str) -> str:
    return _spaced_short(text) if len(text) <= LONGEST_CACHED else _spaced_any(text)


def _spaced_any(text: str) -> str:
    return f" {' '.join(WORD.findall(normalise(text)))} "


_spaced_short = lru_cache(maxsize=16_384)(_spaced_any)


def _pattern(wanted: Any) -> Test:
    globs = [normalise(entry).split("*") for entry in _texts(wanted, "pattern")]

    def fits(value: Any) -> bool:
        text = normalise(as_text(value))
        return any(_fits_glob(text, glob) for glob in globs)

    return fits


def _fits_glob(text: str, glob: list[str]) -> bool:
    """Do the parts around the stars stand in the text in this order? One pass, whatever the text: no regex to stall."""
    first, *middle, last = glob if len(glob) > 1 else (glob[0], None)
    if last is None:
        return text == first
    if len(text) < len(first) + len(last) or not (text.startswith(first) and text.endswith(last)):
        return False
    start, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, start, end)
        if found < 0:
            return False
        start = found + len(part)
    return True


def _between(wanted: Any) -> Test:
    if not isinstance(wanted, list | tuple) or len(wanted) != 2:
        raise ValueError("'between' takes two numbers: [lowest, highest]")
    low, high = (_limit("between", bound) for bound in wanted)
    if low > high:
        raise ValueError(f"'between' has its ends the wrong way round: {low} is above {high}")
    return lambda value: (exact := number(value)) is not None and low <= exact <= high


def _at_least(wanted: Any) -> Test:
    low = _limit("at_least", wanted)
    return lambda value: (exact := number(value)) is not None and exact >= low


def _at_most(wanted: Any) -> Test:
    high = _limit("at_most", wanted)
    return lambda value: (exact := number(value)) is not None and exact <= high


_PARTS: Final[Mapping[str, Callable[[Any], Test]]] = {
    "words": _words, "pattern": _pattern, "between": _between, "at_least": _at_least, "at_most": _at_most,
}  # fmt: skip
COMPARISONS: Final = ("is", *_PARTS, "list", "blank")


def _limit(name: str, wanted: Any) -> Decimal | int:
    exact = number(wanted)
    if exact is None:
        raise ValueError(f"'{name}' takes a number, not '{wanted}'")
    return exact


def _flag(wanted: Any) -> bool:
    if not isinstance(wanted, bool):
        raise ValueError(f"'blank' takes true or false, not '{wanted}'")  # noqa: TRY004 - a mistake in a file
    return wanted


def _entries(wanted: Any, what: str) -> list[Any]:
    entries = list(wanted) if isinstance(wanted, COLLECTIONS) else [wanted]
    if not entries:
        raise ValueError(f"an empty list fits nothing: give at least {what}")
    for entry in entries:
        if is_blank(entry):
            raise ValueError("a blank value is asked for with {blank: true}")
        if not isinstance(entry, str | bool | int | float | Decimal | date):
            raise ValueError("in a list stand texts, numbers, true or false")  # noqa: TRY004 - a mistake in a file
    return entries


def _texts(wanted: Any, name: str) -> list[str]:
    entries = _entries(wanted, "a text")
    if any(isinstance(entry, bool) for entry in entries):
        raise ValueError(f"'{name}' takes texts")
    return [as_text(entry) for entry in entries]
