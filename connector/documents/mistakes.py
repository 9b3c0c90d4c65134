"""Every mistake that pydantic found, as a Problem with its place, in the order of the file.

Where a value fits no member of a union pydantic reports all of them; only the member that came closest is told, since a
person meant one of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from connector.documents import allowed
from connector.documents.location import Location, locate
from connector.documents.places import Path, Places
from connector.documents.wording import EMPTY, worded
from connector.errors import Problem

Found = tuple[ErrorDetails, Location]


def mistakes(error: ValidationError, model: type[BaseModel], places: Places, data: Any) -> list[Problem]:
    """One problem per mistake; `data` is what was validated, references resolved."""
    located = [(detail, locate(detail, model, data)) for detail in error.errors(include_url=False)]
    found = _closest(located)
    misspelt = {_meant(location) for detail, location in found if detail["type"] == "extra_forbidden"}
    problems = dict.fromkeys(
        _problem(detail, location, places)
        for detail, location in found
        if detail["type"] != "missing" or (*location.path, detail["loc"][-1]) not in misspelt
    )
    return sorted(problems, key=lambda problem: (problem.line, problem.column))


def _meant(location: Location) -> Path:
    """The path that an unknown key was probably meant to have: that key is misspelt, so it is not missing too."""
    *parent, key = location.path
    return *parent, allowed.closest(str(key), allowed.keys(location.kinds)) or key


def _closest(found: Sequence[Found], after: int = 0) -> list[Found]:
    """Of the members of each union that failed, only the one that went deepest, then failed least; so at every level.

    `after`: how many steps of the locations are settled already.
    """
    unions: dict[tuple[str | int, ...], dict[str | int, list[Found]]] = {}
    kept: list[Found] = []
    for detail, location in found:
        index = next((index for index in location.members if index >= after), None)
        if index is None:
            kept.append((detail, location))
        else:
            steps = detail["loc"]
            unions.setdefault(steps[:index], {}).setdefault(steps[index], []).append((detail, location))
    for place, members in unions.items():
        kept += _closest(max(members.values(), key=_closeness), after=len(place) + 1)
    return kept


def _closeness(group: Sequence[Found]) -> tuple[int, int]:
    return max(len(detail["loc"]) for detail, _ in group), -len(group)


def _problem(detail: ErrorDetails, location: Location, places: Places) -> Problem:
    kind, path, kinds = detail["type"], location.path, location.kinds
    last = detail["loc"][-1] if detail["loc"] else ""
    if kind == "missing":
        return places.problem((*path, last), f"'{last}' is missing", remedy=f"add a line '{last}: …'")
    if kind == "extra_forbidden":
        return places.key_problem(path, f"unknown key '{last}'", allowed.suggest(str(last), allowed.keys(kinds)))
    message, remedy = worded(kind, detail.get("ctx", {}), detail["msg"], detail["input"])
    if kind == "invalid_key":
        return places.key_problem(path, message, remedy)
    if last == "[key]":
        return _in_key(path, kind, message, remedy, detail, places)
    if kind in ("literal_error", "enum") and (words := allowed.words(kinds)):
        message, remedy = "is none of the allowed words", allowed.suggest(str(places.found(path)), words)
    elif len(kinds) > 1 and kind.endswith(("_type", "_parsing")):
        is_empty = detail["input"] is None
        message = f"{'is empty and ' * is_empty}should be {allowed.nouns(kinds)}"
        remedy = EMPTY if is_empty else None
    return places.problem(path, message, remedy=remedy)


def _in_key(path: Path, kind: str, message: str, remedy: str | None, detail: ErrorDetails, places: Places) -> Problem:
    """A key that is none of those that are asked for, or is badly formed."""
    key = str(path[-1])
    if kind == "literal_error":
        words = re.findall("'([^']*)'", str(detail.get("ctx", {}).get("expected", "")))
        message, remedy = "is none of the allowed words", allowed.suggest(key, words)
    about = "the key " if message.startswith(f"'{key}'") else f"the key '{key}' "
    return places.key_problem(path, about + message, remedy)
