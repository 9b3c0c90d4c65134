"""Domains: conditions in Polish notation, joined by `&` where nothing is said.

Source: https://www.odoo.com/documentation/19.0/developer/reference/backend/orm.html, "Search domains"
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

Row = dict[str, Any]
Test = Callable[[Row], bool]


def compiled(domain: Sequence[Any], check: Callable[[str], None]) -> Test:
    """A test of rows; `check` is given the name of each field and refuses those that there are not."""
    parts = iter(domain)
    tests = [_next(part, parts, check) for part in parts]
    return lambda row: all(test(row) for test in tests)


def _next(part: Any, parts: Iterator[Any], check: Callable[[str], None]) -> Test:
    if part in ("|", "&"):
        left = _next(next(parts), parts, check)
        right = _next(next(parts), parts, check)
        return (lambda row: left(row) or right(row)) if part == "|" else (lambda row: left(row) and right(row))
    name, operator, wanted = part
    check(name)
    compare = _COMPARE[operator]
    return lambda row: compare(_plain(row.get(name)), _plain(wanted))


def _plain(value: Any) -> Any:
    """Moments as moments; what is empty as False."""
    if isinstance(value, str) and len(value) == 19 and value[4] == value[7] == "-":
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return False if value is None else value


def _is_in(value: Any, wanted: Any) -> bool:
    return any(one in wanted for one in value) if isinstance(value, list) else value in wanted


_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": lambda value, wanted: value == wanted,
    "!=": lambda value, wanted: value != wanted,
    "in": _is_in,
    ">": lambda value, wanted: value is not False and value > wanted,
    ">=": lambda value, wanted: value is not False and value >= wanted,
    "<": lambda value, wanted: value is not False and value < wanted,
    "<=": lambda value, wanted: value is not False and value <= wanted,
    "=ilike": lambda value, wanted: str(value).lower() == str(wanted).lower(),
}
