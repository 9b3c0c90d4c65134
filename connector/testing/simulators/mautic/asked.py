"""What a request asks of rows: PHP's bracketed parameters, conditions, order, limit."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from math import inf
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
    """The same of what has a row. Items stand in the order of their ids, so that those which conditions on the id leave
    are found without a look at all the others.
    """
    asked = nested(params)
    where = list(asked.get("where", {}).values())
    first, last = _ids_within(where)
    span = range(bisect_left(items, first, key=id_of), bisect_right(items, last, key=id_of))
    order = asked.get("order", {}).get("0", {"col": "id", "dir": "DESC"})
    descending = order["dir"].upper() == "DESC"
    told = (row(items[place]) for place in (reversed(span) if descending else span))
    fitting: Iterable[Json] = (one for one in told if all(_fits(one, condition) for condition in where))
    start, limit = int(params.get("start", 0)), int(params.get("limit", default_limit))
    if order["col"] != "id":
        fitting = sorted(fitting, key=lambda one: one[order["col"]], reverse=descending)
    return list(islice(fitting, start, start + limit))


def _ids_within(where: Sequence[Json]) -> tuple[float, float]:
    """The lowest and the highest id that conditions leave."""
    first, last = 0.0, inf
    for one in where:
        if one["expr"] == "orX" or one["col"].rpartition(".")[2] != "id":
            continue
        ids = [int(id_) for id_ in str(one["val"]).split(",")]
        if one["expr"] in ("gt", "gte", "eq", "in"):
            first = max(first, min(ids))
        if one["expr"] in ("lt", "lte", "eq", "in"):
            last = min(last, max(ids))
    return first, last


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
