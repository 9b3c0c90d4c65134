"""Rows as answers write them: the properties asked for, with their annotations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from connector.testing.simulators.dynamics365.schema import LOOKUPS, ColumnDef
from connector.testing.simulators.dynamics365.store import Row, Table
from connector.testing.simulators.dynamics365.wording import Refused, unknown_property

FORMATTED: Final = "OData.Community.Display.V1.FormattedValue"
LOOKUP_TABLE: Final = "Microsoft.Dynamics.CRM.lookuplogicalname"


def properties(table: Table, select: str) -> list[ColumnDef]:
    """The columns of `$select`. Raises Refused for a property that the table does not have."""
    found = []
    for name in [one.strip() for one in select.split(",") if one.strip()]:
        column = table.columns.get(name[1:-6] if name.startswith("_") and name.endswith("_value") else name)
        if column is None or column.of or property_of(column) != name:
            raise Refused(unknown_property(table.name, name))
        found.append(column)
    return found


def property_of(column: ColumnDef) -> str:
    """Where a column's value stands in an answer."""
    return f"_{column.name}_value" if column.type in LOOKUPS else column.name


def shown(table: Table, row: Row, columns: Sequence[ColumnDef], prefer: str) -> Row:
    """A row with its id and etag; annotations as far as they were asked for."""
    body: Row = {"@odata.etag": f'W/"{row["version"]}"', table.id: row[table.id]}
    for column in columns:
        body |= told(column, row.get(column.name), prefer)
    return body


def told(column: ColumnDef, value: Any, prefer: str) -> Row:
    """One column's property and the remarks on it."""
    name = property_of(column)
    if isinstance(value, tuple):
        remarks = {f"{name}@{LOOKUP_TABLE}": value[0], f"{name}@{FORMATTED}": f"{value[0]} {value[1][:8]}"}
        return {name: value[1], **_asked_for(remarks, prefer)}
    if column.options and value is not None:
        return {name: value, **_asked_for({f"{name}@{FORMATTED}": column.options[value][0]}, prefer)}
    return {name: written(value)}


def _asked_for(remarks: Row, prefer: str) -> Row:
    if 'include-annotations="*"' in prefer:
        return remarks
    return {name: text for name, text in remarks.items() if name.partition("@")[2] in prefer}


def written(value: Any) -> Any:
    """A value as JSON takes it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value
