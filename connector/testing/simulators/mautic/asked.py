"""What a request asks of rows: PHP's bracketed parameters, conditions, order, limit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from connector.model import Json

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
    asked = nested(params)
    where = list(asked.get("where", {}).values())
    found = [row for row in rows if all(_fits(row, one) for one in where)]
    order = asked.get("order", {}).get("0", {"col": "id", "dir": "DESC"})
    found.sort(key=lambda row: row[order["col"]], reverse=order["dir"].upper() == "DESC")
    start, limit = int(params.get("start", 0)), int(params.get("limit", default_limit))
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
