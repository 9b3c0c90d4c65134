"""The columns that an environment has, by their logical names, and where each stands in a record.

Mappings name columns as the platform's own definitions do: `statuscode` is a number, `statuscodename` its label,
`ownerid` an id, `owneridname` and `owneridtype` whose. In records the latter are annotations of `_ownerid_value`.
Source: https://learn.microsoft.com/power-apps/developer/data-platform/webapi/web-api-properties
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import Struct

from adapters.dynamics365 import odata
from adapters.dynamics365.api import Api
from connector.errors import RecordError
from connector.model import Json

LOOKUPS: Final = frozenset({"Lookup", "Owner", "Customer"})
CHOICES: Final = frozenset({"Picklist", "State", "Status"})
MULTI: Final = "MultiSelectPicklist"
KEPT: Final = timedelta(minutes=10)
FRESH: Final = timedelta(minutes=1)
"""How old the columns of a table may be, and how old when one is missing among them."""
ACTIVE: Final = "Active"
"""The state of an alternate key that may be used; others are Pending, InProgress and Failed."""
_DEFINED: Final = (
    "LogicalName,AttributeType,AttributeTypeName,AttributeOf,ColumnNumber,IsValidForCreate,IsValidForUpdate"
)


class Column(Struct, frozen=True):
    """A column. `property` is where its value stands in a record, `annotation` which remark on it is the value."""

    name: str
    type: str
    property: str
    annotation: str | None = None
    writable: bool = True
    number: int | None = None
    """By which number the audit log names it; that of a label is its column's."""

    def value(self, row: Mapping[str, Any]) -> Any:
        """What a record holds in it."""
        return row.get(f"{self.property}@{self.annotation}" if self.annotation else self.property)


class Schema:
    """The columns of one environment, read anew every ten minutes at most."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self._tables: dict[str, tuple[datetime, dict[str, Column]]] = {}
        self._tracked: dict[str, bool] = {}

    def columns(self, table: str) -> Mapping[str, Column]:
        """All columns of a table that this user may see."""
        self.forget(table, KEPT)
        if table not in self._tables:
            told = self.api.definition(f"(LogicalName='{table}')/Attributes", {"$select": _DEFINED})
            by_name = {str(one["LogicalName"]): one for one in told}
            columns = {name: _column(one, by_name) for name, one in by_name.items()}
            self._tables[table] = self.api.client.now(), columns
        return self._tables[table][1]

    def find(self, table: str, name: str) -> Column | None:
        """A column by its logical name; one that is missing may have been made since."""
        if name not in self.columns(table):
            self.forget(table, FRESH)
        return self.columns(table).get(name)

    def is_tracked(self, table: str) -> bool:
        """Does the environment keep track of the table's changes?"""
        if table not in self._tracked:
            told = self.api.get(f"EntityDefinitions(LogicalName='{table}')", {"$select": "ChangeTrackingEnabled"}) or {}
            self._tracked[table] = bool(told.get("ChangeTrackingEnabled"))
        return self._tracked[table]

    def key_state(self, table: str, column: str) -> str | None:
        """How far the alternate key on this column alone is built; None when there is no such key."""
        select = {"$select": "SchemaName,KeyAttributes,EntityKeyIndexStatus"}
        keys = self.api.definition(f"(LogicalName='{table}')/Keys", select)
        return next((str(one["EntityKeyIndexStatus"]) for one in keys if one["KeyAttributes"] == [column]), None)

    def forget(self, table: str, older_than: timedelta = timedelta()) -> None:
        """Read this table anew when it is asked for next, if what is known of it is so old."""
        known = self._tables.get(table)
        if known is not None and self.api.client.now() - known[0] >= older_than:
            del self._tables[table]

    def select(self, table: str, names: Iterable[str]) -> list[str]:
        """What to ask for to get these columns; those that do not exist are left out."""
        columns = self.columns(table)
        return list(dict.fromkeys(columns[name].property for name in names if name in columns))

    def values(self, table: str, row: Json, names: Iterable[str]) -> dict[str, Any]:
        """What a record holds in these columns; None in those that do not exist."""
        columns = self.columns(table)
        return {name: columns[name].value(row) if name in columns else None for name in names}

    def body(self, table: str, fields: Mapping[str, Any]) -> Json:
        """Fields as a request carries them.

        Raises RecordError, naming the column, for one that does not exist or is not ours to write, and for a choice
        that is no number.
        """
        return {name: self._encoded(table, name, value) for name, value in fields.items()}

    def _encoded(self, table: str, name: str, value: Any) -> Any:
        column = self.find(table, name)
        if column is None:
            raise RecordError(f"'{table}' has no column '{name}'", code="field_missing", field=name)
        if not column.writable:
            raise RecordError(f"'{name}' of a {table} is not written by leadloop", code="read_only", field=name)
        if value is None or column.type not in CHOICES:
            return odata.sendable(value)
        if not str(value).lstrip("-").isdigit():
            raise RecordError(f"'{name}' takes the number of a choice", code="bad_option", field=name)
        return int(value)


def type_of(told: Json) -> str:
    """The type of a column; choices of several values tell theirs only by its newer name."""
    named = (told.get("AttributeTypeName") or {}).get("Value") or ""
    return MULTI if named == f"{MULTI}Type" else str(told.get("AttributeType") or "")


def _column(told: Json, all_told: Mapping[str, Json]) -> Column:
    name, kind = told["LogicalName"], type_of(told)
    base = all_told.get(told.get("AttributeOf") or "")
    if base is None:
        writable = bool(told.get("IsValidForCreate") or told.get("IsValidForUpdate")) and kind not in LOOKUPS
        return Column(name, kind, _property(told), writable=writable, number=told.get("ColumnNumber"))
    annotation = odata.LOOKUP_TABLE if name.endswith("type") else odata.FORMATTED
    return Column(name, kind, _property(base), annotation, writable=False, number=base.get("ColumnNumber"))


def _property(told: Json) -> str:
    name = str(told["LogicalName"])
    return f"_{name}_value" if type_of(told) in LOOKUPS else name
