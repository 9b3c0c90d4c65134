"""What a request asks of rows: PHP's bracketed parameters, conditions, order, limit."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any, Final, TypeVar

from connector.model import Json

T = TypeVar("T")
_PART = re.compile(r"[^\[\]]+")
_ORDERED: Final = {
    "eq": lambda have, want: have == want,
    "neq": lambda have, want: have != want,
    "gt": lambda have, want: have > want,
    "gte": lambda have, want: have >= want,
    "lt": lambda have, want: have < want,
    "lte": lambda have, want: have <= want,
}


class UnknownColumnError(Exception):
    """A condition names a column that the table does not have."""


def nested(params: Mapping[str, str]) -> Json:
    """`where[0][col]=id` as PHP reads it."""
    tree: Json = {}
    for name, value in params.items():
        parts = _PART.findall(name)
        place = tree
        for part in parts[:-1]:
            place = place.setdefault(part, {})
        place[parts[-1]] = value
    return tree


def select(rows: Sequence[Json], params: Mapping[str, str], *, default_limit: int) -> list[Json]:
    """The rows that fit, in the order asked for. Without an order, the newest come first, as if by chance."""
    return select_among(rows, lambda row: row, lambda row: int(row["id"]), params, default_limit=default_limit)


def select_among(
    items: Sequence[T], row: Callable[[T], Json], id_of: Callable[[T], int], params: Mapping[str, str], *,
    default_limit: int,
) -> list[Json]:  # fmt: skip
    """The same of what has a row. Items stand in the order of their ids, so that a page by id is found without a look
    at everything before it.
    """
    asked = nested(params)
    where = list(asked.get("where", {}).values())
    behind = max((int(one["val"]) for one in where if (one.get("col"), one["expr"]) == ("id", "gt")), default=-1)
    after = islice(items, bisect_right(items, behind, key=id_of), None)
    fitting = (told for told in map(row, after) if all(_fits(told, one) for one in where))
    order = asked.get("order", {}).get("0", {"col": "id", "dir": "DESC"})
    start, limit = int(params.get("start", 0)), int(params.get("limit", default_limit))
    if (order["col"], order["dir"].upper()) == ("id", "ASC"):
        return list(islice(fitting, start, start + limit))
    found = sorted(fitting, key=lambda told: told[order["col"]], reverse=order["dir"].upper() == "DESC")
    return found[start : start + limit]


def _fits(row: Json, condition: Json) -> bool:
    expression = condition["expr"]
    if expression == "orX":
        return any(_fits(row, one) for one in condition["val"].values())
    column = condition["col"].rpartition(".")[2]
    if column not in row:
        raise UnknownColumnError(column)
    have, want = row[column], condition["val"]
    if expression == "in":
        return str(have) in want.split(",")
    return have is not None and bool(_ORDERED[expression](have, _like(have, want)))


def _like(have: Any, want: str) -> Any:
    return int(want) if isinstance(have, int) else want
