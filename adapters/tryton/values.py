"""Values on their way into Tryton and out of it: moments, days and decimals travel as objects with a `__class__`.

Source: trytond/protocols/jsonrpc.py (JSONEncoder, JSONDecoder), Tryton 8.2.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from adapters.tryton.schema import Column
from connector.adapter import fitting
from connector.adapter.fitting import unfit
from connector.errors import ContractError
from connector.model import Json

_DAY = ("year", "month", "day")
_TIME = (*_DAY, "hour", "minute", "second", "microsecond")
TEXTS = ("char", "text", "fulltext")


def moment(value: Any) -> datetime:
    """A moment as Tryton tells it, which is in UTC. Raises ContractError."""
    try:
        year, month, day, hour, minute, second, microsecond = (int(value[name]) for name in _TIME)
        return datetime(year, month, day, hour, minute, second, microsecond, tzinfo=UTC)
    except (KeyError, TypeError, ValueError) as error:
        raise ContractError("Tryton told a moment in a shape that is not documented") from error


def told(at: datetime) -> Json:
    """A moment as Tryton takes it."""
    utc = at.astimezone(UTC)
    return {"__class__": "datetime", **{name: getattr(utc, name) for name in _TIME}}


def plain(value: Any) -> Any:
    """A value as mappings see it: ISO 8601 for times and days, numbers for decimals."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    kind = value.get("__class__") if isinstance(value, dict) else None
    if kind == "datetime":
        return moment(value).isoformat().replace("+00:00", "Z")
    if kind == "date":
        return date(*(int(value[name]) for name in _DAY)).isoformat()
    if kind == "Decimal":
        number = float(value["decimal"])
        return int(number) if number.is_integer() else number
    return value


def encoded(column: Column, value: Any) -> Any:
    """A value as its field takes it; None clears the field. Raises RecordError that shows no value."""
    if value is None or value == "":
        return None
    try:
        return _encoded(column, value)
    except (TypeError, ValueError, InvalidOperation):
        raise unfit(column.name, "bad_value", f"takes no such value: it is of type {column.type}") from None


def _encoded(column: Column, value: Any) -> Any:
    match column.type:
        case "char" | "text" | "fulltext":
            return fitting.text(column.name, value, column.max_length)
        case "numeric":
            return {"__class__": "Decimal", "decimal": str(Decimal(str(value)))}
        case "float":
            return float(value)
        case "integer" | "many2one":
            return int(value)
        case "boolean":
            return bool(value)
        case "date":
            on = date.fromisoformat(str(value)[:10])
            return {"__class__": "date", **{name: getattr(on, name) for name in _DAY}}
        case "datetime" | "timestamp":
            return told(value if isinstance(value, datetime) else datetime.fromisoformat(str(value)))
        case "selection":
            return _option(column, value)
        case _:
            raise unfit(column.name, "read_only", f"is of type {column.type}, which a mapping cannot write")


def _option(column: Column, value: Any) -> str:
    for option, label in column.options.items():
        if str(value).casefold() in (option.casefold(), label.casefold()):
            return option
    raise unfit(column.name, "bad_option", "has no such option: map it with `values`")
