"""How Mautic is asked for rows, and how its answers are read: conditions, ids, times.

Source: https://devdocs.mautic.org/en/latest/rest_api/contacts.html (list contacts: where, order)
Quirk:  rows come as an object keyed by id, and as an empty list (or object) when there are none; times are UTC and
        mostly say so nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import Struct

from connector.adapter import Answer
from connector.errors import ContractError
from connector.model import Json

FAR_BACK: Final = "1970-01-01 00:00:00"


class Where(Struct, frozen=True):
    """One condition: a database column, Mautic's word for the comparison, the value; `either` nests conditions."""

    col: str = ""
    expr: str = "eq"
    val: str | int = ""
    either: tuple[Where, ...] = ()


def one_of(col: str, ids: Sequence[str]) -> Where:
    """The column holds one of these ids: `in` takes them as one text."""
    return Where(col, "in", ",".join(ids))


def query(conditions: Sequence[Where], *, limit: int, descending: bool = False, order: str = "id") -> Json:
    """The parameters of a page: these conditions, by id, so many rows."""
    asked: Json = {"limit": limit, "order[0][col]": order, "order[0][dir]": "DESC" if descending else "ASC"}
    for number, one in enumerate(conditions):
        asked |= _condition(f"where[{number}]", one)
    return asked


def _condition(name: str, one: Where) -> Json:
    if not one.either:
        return {f"{name}[col]": one.col, f"{name}[expr]": one.expr, f"{name}[val]": one.val}
    asked: Json = {f"{name}[expr]": "orX"}
    for number, inner in enumerate(one.either):
        asked |= _condition(f"{name}[val][{number}]", inner)
    return asked


def rows(answer: Answer, name: str, only: Any = None) -> list[Json]:
    """The rows under `name`, in the order given. Raises ContractError when the answer holds no such thing."""
    body = answer.json(only)
    found: Any = body.get(name) if isinstance(body, dict) else None
    if isinstance(found, dict):
        found = list(found.values())
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise ContractError(f"the answer holds no list of {name}")
    return found


def moment(text: Any) -> datetime | None:
    """A time as Mautic writes it; one without an offset is UTC. None for blank or for what is no time."""
    try:
        parsed = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def told_utc(text: Any) -> str | None:
    """The same time with its offset, so that nobody reads it as local."""
    at = moment(text)
    return None if at is None else at.isoformat()


def as_asked(at: datetime) -> str:
    """A time as conditions take it."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
