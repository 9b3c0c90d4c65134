"""Lists: conditions, order and page of `searchParams`, as the API reads them.

Source: https://docs.espocrm.com/development/api-search-params/; espocrm/espocrm, application/Espo/Core/Select.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from connector.testing.simulator import Reply, Request
from connector.testing.simulators.espocrm.wording import RefusedError, Row, refused

MAX_ROWS: Final = 200
_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "equals": lambda one, other: one == other,
    "greaterThan": lambda one, other: one is not None and one > other,
    "greaterThanOrEquals": lambda one, other: one is not None and one >= other,
    "lessThanOrEquals": lambda one, other: one is not None and one <= other,
    "in": lambda one, others: one in others,
}


def page(
    request: Request, rows: Sequence[Row], known: Collection[str], addresses: Callable[[Row], Sequence[str]]
) -> Reply:
    """The page of these rows that was asked for."""
    asked = json.loads(request.params.get("searchParams", "{}"))
    size = asked.get("maxSize", MAX_ROWS)
    if size > MAX_ROWS:
        return refused(403, f"Max size should not exceed {MAX_ROWS}. Use offset and limit.")
    where, order = {"type": "and", "value": asked.get("where", [])}, asked.get("orderBy", "id")
    _check(where, known)
    if order not in known:
        return refused(500, f"Order by non-existing field '{order}'.")
    found = [row for row in rows if _fits(row, where, addresses)]
    found.sort(key=lambda row: (str(row.get(order)), row["id"]), reverse=asked.get("order") == "DESC")
    offset = asked.get("offset", 0)
    shown = [_shown(row, asked.get("select"), known) for row in found[offset : offset + size]]
    total = len(found) if request.headers.get("x-no-total") != "true" else -1 if len(found) > offset + size else -2
    return Reply(200, {"total": total, "list": shown})


def _check(item: Row, known: Collection[str]) -> None:
    if item["type"] in ("and", "or"):
        for one in item["value"]:
            _check(one, known)
    elif item["attribute"] not in known:
        raise RefusedError(refused(400, f"Not existing attribute '{item['attribute']}' in where."))


def _fits(row: Row, item: Row, addresses: Callable[[Row], Sequence[str]]) -> bool:
    kind = item["type"]
    if kind in ("and", "or"):
        told = [_fits(row, one, addresses) for one in item["value"]]
        return all(told) if kind == "and" else any(told)
    values = addresses(row) if item["attribute"] == "emailAddress" else [row.get(item["attribute"])]
    return any(_COMPARE[kind](value, item["value"]) for value in values)


def _shown(row: Row, select: Sequence[str] | None, known: Collection[str]) -> Row:
    """The attributes that were asked for; a list never tells the further addresses."""
    names = known if select is None else ["id", *(name for name in select if name in known)]
    return {name: row.get(name) for name in names if name != "emailAddressData"}
