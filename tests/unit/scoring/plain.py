"""Conditions, grade and verdict once more, as slowly and plainly as the language describes them.

Nothing is shared with the engine: nothing is compiled, remembered or skipped, and the model is the mapping as written.
`reference` does the same for points.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from connector.model import Activity

Lead = Mapping[str, Any]
OF_ACTS = ("type", "asset", "url", "campaign", "seconds", "value", "fields")


def folded(value: Any) -> str:
    """A text as it is compared: NFKC, without case, accents and spaces at the ends."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", str(value)).casefold())
    bare = "".join(letter for letter in text if unicodedata.category(letter) != "Mn")
    return unicodedata.normalize("NFKC", bare).strip()


def is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def number(value: Any) -> Fraction | None:
    """A number, or a text that is a plain number; None for any other."""
    if isinstance(value, bool) or is_blank(value):
        return None
    plain = re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", unicodedata.normalize("NFKC", str(value)).strip())
    return Fraction(plain.group()) if plain else None


def is_like(pattern: Any, value: Any) -> bool:
    parts = [re.escape(part) for part in folded(pattern).split("*")]
    return re.fullmatch(".*".join(parts), folded(value), re.DOTALL) is not None


def is_same(wanted: Any, value: Any, *, stars: bool) -> bool:
    if stars and isinstance(wanted, str) and "*" in wanted:
        return is_like(wanted, value)
    if number(wanted) is not None and number(value) is not None:
        return number(wanted) == number(value)
    return folded(wanted) == folded(value)


def has_words(entry: Any, value: Any) -> bool:
    wanted, words = (re.findall(r"[^\W_]+", folded(text)) for text in (entry, value))
    return any(words[at : at + len(wanted)] == wanted for at in range(len(words)))


def fits(asked: Any, value: Any, lists: Mapping[str, Sequence[str]], *, stars: bool = True) -> bool:
    """Does the value fit what a condition asks of it? In an answer of the profile a `*` stands for itself."""
    if not isinstance(asked, dict):
        return not is_blank(value) and any(is_same(one, value, stars=stars) for one in some(asked))
    return all(_compares(word, wanted, value, lists, stars=stars) for word, wanted in asked.items())


def some(wanted: Any) -> Sequence[Any]:
    return wanted if isinstance(wanted, list) else [wanted]


def _compares(word: str, wanted: Any, value: Any, lists: Mapping[str, Sequence[str]], *, stars: bool) -> bool:
    if word == "blank" or is_blank(value):
        return bool(word == "blank" and is_blank(value) == wanted)
    size = number(value)
    if word in ("between", "at_least", "at_most"):
        low = wanted[0] if word == "between" else wanted if word == "at_least" else size
        high = wanted[1] if word == "between" else wanted if word == "at_most" else size
        return size is not None and Fraction(str(low)) <= size <= Fraction(str(high))
    if word == "list":
        return any(is_same(entry, value, stars=False) for name in some(wanted) for entry in lists[name])
    if word == "is":
        return any(is_same(one, value, stars=stars) for one in some(wanted))
    test = {"words": has_words, "pattern": is_like}[word]
    return any(test(one, value) for one in some(wanted))


def of_lead(lead: Lead, name: str) -> Any:
    if name != "email_domain":
        return lead.get(name)
    address = str(lead.get("email"))
    return address.rsplit("@", 1)[-1] if "@" in address else None


def holds(when: Mapping[str, Any], act: Activity, lead: Lead, lists: Mapping[str, Sequence[str]]) -> bool:
    """Do all keys of a `when` that is asked of activities hold for this one, and for its lead?"""

    def value(key: str) -> Any:
        return getattr(act, key) if key in (*OF_ACTS, "channel") else of_lead(lead, key)

    answers = (act.fields.get(name) for name in when.get("fields", {}))
    return all(fits(asked, value(key), lists) for key, asked in when.items() if key != "fields") and all(
        fits(asked, answer, lists) for asked, answer in zip(when.get("fields", {}).values(), answers, strict=True)
    )


def fit(profile: Mapping[str, Any], lead: Lead, lists: Mapping[str, Sequence[str]]) -> tuple[Fraction, Fraction, str]:
    """Percent of the best possible, completeness in percent, and the grade."""
    total = known = reached = Fraction(0)
    for name, attribute in profile["attributes"].items():
        weight, value = Fraction(str(attribute["weight"])), of_lead(lead, name)
        total += weight
        if is_blank(value) and profile.get("missing") != "lowest":
            continue
        known += weight
        reached += weight * (1 if is_blank(value) else _answered(attribute, value, lists))
    percent = reached / known * 10 if known else Fraction(0)
    complete = known / total * 100
    return percent, complete, _grade(profile, percent, complete)


def _answered(attribute: Mapping[str, Any], value: Any, lists: Mapping[str, Sequence[str]]) -> int:
    for answer in attribute["answers"]:
        asked = {word: wanted for word, wanted in answer.items() if word != "grade"}
        if fits(asked, value, lists, stars=False):
            return int(answer["grade"])
    return int(attribute.get("otherwise", 1))


def _grade(profile: Mapping[str, Any], percent: Fraction, complete: Fraction) -> str:
    needs = profile.get("needs_complete", {})
    for letter in "ABC":
        if percent >= profile["grades"][letter] and complete >= needs.get(letter, 0):
            return letter
    return "D"


def qualifies(track: Mapping[str, Any], grade: str, points_mp: int, lead: Lead, *, stands: bool) -> bool:
    """By grade, points and required fields alone: no veto holds and no hand is raised."""
    if grade not in track["thresholds"] or any(is_blank(of_lead(lead, name)) for name in track.get("require", ())):
        return False
    share = Fraction(str(track.get("leave_at", 1))) if stands else 1
    return points_mp >= share * Fraction(str(track["thresholds"][grade])) * 1000
