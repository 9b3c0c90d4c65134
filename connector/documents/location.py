"""Where pydantic found a mistake, taken apart.

Pydantic names a place by the way it took: between the keys and indexes of the data stand names of union members, a
class's name or the value of a discriminator. Such a name may be a key of the data as well, so the model's types decide.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from pydantic import BaseModel
from pydantic_core import ErrorDetails

from connector.documents import allowed
from connector.documents.places import Path


class Location(Struct, frozen=True):
    """One mistake's place: the path in the data, the types allowed there, which steps name members of unions.

    For a missing, unknown or wrong key, `kinds` are those of the group that it stands in, or should.
    """

    path: Path
    kinds: allowed.Kinds
    members: tuple[int, ...]


def locate(detail: ErrorDetails, model: type[BaseModel], data: Any) -> Location:
    """The place of one of pydantic's errors about `data`."""
    kinds = allowed.kinds_of(model)
    path: list[str | int] = []
    members: list[int] = []
    last = len(detail["loc"]) - 1
    for index, step in enumerate(detail["loc"]):
        is_there = _has(data, step)
        if index == last and _is_about_a_key(detail):
            path += [step] if is_there else []
        elif not is_there or allowed.is_member(kinds, step):
            members.append(index)
            # At the end the member failed as a whole: what is allowed there is any of the union.
            kinds = kinds if index == last else allowed.branch(kinds, step)
        else:
            path.append(step)
            data, kinds = data[step], allowed.inside(kinds, step)
    return Location(tuple(path), kinds, tuple(members))


def _is_about_a_key(detail: ErrorDetails) -> bool:
    return detail["type"] in ("missing", "extra_forbidden") or detail["loc"][-1] == "[key]"


def _has(data: Any, step: str | int) -> bool:
    if isinstance(data, dict):
        return step in data
    return isinstance(data, list) and isinstance(step, int) and step < len(data)
