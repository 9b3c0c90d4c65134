"""Every mistake that pydantic found, as a Problem with its place, in the order of the file.

Pydantic names a place by the way it took: between keys and indexes stand names of union members. Where a value fits no
member of a union it reports all of them; only the member that came closest is told, a person meant one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from connector.documents import allowed
from connector.documents.places import Path, Places
from connector.documents.wording import worded
from connector.errors import Problem

Location = tuple[str | int, ...]
"""A place as pydantic names it."""


def mistakes(error: ValidationError, model: type[BaseModel], places: Places, data: Any) -> list[Problem]:
    """One problem per mistake; `data` is what was validated, references resolved."""
    found = _closest(error.errors(include_url=False), data)
    misspelt = {_meant(detail, model, data) for detail in found if detail["type"] == "extra_forbidden"}
    found = [detail for detail in found if detail["type"] != "missing" or detail["loc"] not in misspelt]
    problems = dict.fromkeys(_problem(detail, model, places, data) for detail in found)
    return sorted(problems, key=lambda problem: (problem.line, problem.column))


def _meant(detail: ErrorDetails, model: type[BaseModel], data: Any) -> Location:
    """Where the key stands that an unknown one was probably meant to be: it is misspelt, so it is not missing too."""
    *parent, key = detail["loc"]
    return *parent, allowed.closest(str(key), allowed.keys(_kinds(detail["loc"], model, data))) or key


def _problem(detail: ErrorDetails, model: type[BaseModel], places: Places, data: Any) -> Problem:
    kind, path = detail["type"], _path(detail["loc"], data)
    kinds = _kinds(detail["loc"], model, data)
    last = str(detail["loc"][-1]) if detail["loc"] else ""
    if kind == "missing":
        return places.problem((*path, last), f"'{last}' is missing", remedy=f"add a line '{last}: …'")
    if kind == "extra_forbidden":
        return places.key_problem(path, f"unknown key '{last}'", allowed.suggest(last, allowed.keys(kinds)))
    if last == "[key]":
        message, remedy = worded(kind, detail.get("ctx", {}), detail["msg"], path[-1])
        return places.key_problem(path, f"the key '{path[-1]}' {message}", remedy)
    if kind in ("literal_error", "enum"):
        remedy = allowed.suggest(str(places.found(path)), allowed.words(kinds))
        return places.problem(path, "is none of the allowed words", remedy=remedy)
    if len(kinds) > 1 and kind.endswith(("_type", "_parsing")):
        return places.problem(path, f"should be {allowed.nouns(kinds)}")
    message, remedy = worded(kind, detail.get("ctx", {}), detail["msg"], detail["input"])
    return places.problem(path, message, remedy=remedy)


def _path(location: Location, data: Any) -> Path:
    """The keys and indexes of pydantic's location that the data has; names of union members are left out."""
    path: list[str | int] = []
    for step in location:
        if _has(data, step):
            path.append(step)
            data = data[step]
    return tuple(path)


def _kinds(location: Location, model: type[BaseModel], data: Any) -> allowed.Kinds:
    """The types allowed at a location; for an unknown key, those of the group that it stands in."""
    kinds = allowed.kinds_of(model)
    for left, step in enumerate(location, start=1 - len(location)):
        if _has(data, step):
            data = data[step]
            kinds = allowed.inside(kinds, step) or kinds
        elif left:  # the last step's own member is one of what is allowed here
            kinds = allowed.branch(kinds, step)
    return kinds


def _closest(details: Sequence[ErrorDetails], data: Any) -> list[ErrorDetails]:
    """Of the members of each union that failed at the same place, only the one that went deepest, then failed least."""
    groups: dict[tuple[Path, str | int | None], list[ErrorDetails]] = {}
    for detail in details:
        groups.setdefault(_member(detail, data), []).append(detail)
    best: dict[Path, list[ErrorDetails]] = {}
    kept: list[ErrorDetails] = []
    for (place, member), group in groups.items():
        if member is None:
            kept += group
        elif place not in best or _closeness(group) > _closeness(best[place]):
            best[place] = group
    return kept + [detail for group in best.values() for detail in group]


def _closeness(group: Sequence[ErrorDetails]) -> tuple[int, int]:
    return max(len(detail["loc"]) for detail in group), -len(group)


def _member(detail: ErrorDetails, data: Any) -> tuple[Path, str | int | None]:
    """The first union on the way: its place and which member was tried; member None when there is no union."""
    path: list[str | int] = []
    location = detail["loc"]
    for index, step in enumerate(location):
        if not _has(data, step):
            is_key = index == len(location) - 1 and (
                detail["type"] in ("missing", "extra_forbidden") or step == "[key]"
            )
            return tuple(path), None if is_key else step
        path.append(step)
        data = data[step]
    return tuple(path), None


def _has(data: Any, step: str | int) -> bool:
    if isinstance(data, dict):
        return step in data
    return isinstance(data, list) and isinstance(step, int) and step < len(data)
