"""The records of the simulated org: by id, by indexed value, and in the order of their last change."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from connector.testing.simulators.salesforce.schema import INDEXED, SCHEMA, FieldDef
from connector.testing.simulators.salesforce.users import make_id

Row = dict[str, Any]


class Table:
    """One object: its fields and rows. Ten thousands of rows answer by index, not by looking at each."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.fields: dict[str, FieldDef] = {field.name: field for field in SCHEMA[name]}
        self.rows: dict[str, Row] = {}
        self.by_change: list[tuple[datetime, str]] = []
        self.indexes: dict[str, dict[Any, set[str]]] = {
            name: {} for name, field in self.fields.items() if name in INDEXED or field.unique
        }
        self.made = 0

    def insert(self, values: Row, at: datetime, by: str) -> Row:
        """A new row with its system fields."""
        self.made += 1
        stamps = {
            "CreatedDate": at, "CreatedById": by, "LastModifiedDate": at, "LastModifiedById": by, "SystemModstamp": at,
        }  # fmt: skip
        born = {"Id": make_id(self.name, self.made), "IsDeleted": False}
        row = {**dict.fromkeys(self.fields), **born, **stamps, **values}
        self.rows[row["Id"]] = row
        insort(self.by_change, (at, row["Id"]))
        for field in self.indexes:
            self._index(field, row)
        return row

    def update(self, row: Row, values: Row, at: datetime, by: str) -> None:
        """Change a row and its stamps. An `at` before the last change shows it late, as a long transaction would."""
        position = bisect_left(self.by_change, (row["SystemModstamp"], row["Id"]))
        del self.by_change[position]
        insort(self.by_change, (at, row["Id"]))
        changed = {field for field in values if field in self.indexes}
        for field in changed:
            self.indexes[field].get(normal(row[field]), set()).discard(row["Id"])
        row.update(values, LastModifiedDate=at, LastModifiedById=by, SystemModstamp=at)
        for field in changed:
            self._index(field, row)

    def add_field(self, field: FieldDef) -> None:
        """A field that an admin made: blank everywhere, indexed when it is an external id."""
        self.fields[field.name] = field
        for row in self.rows.values():
            row.setdefault(field.name, None)
        if field.unique or field.external_id:
            self.indexes[field.name] = {}

    def find(self, field: str, values: Iterable[Any]) -> set[str] | None:
        """Ids of rows with one of these values; None when the field has no index."""
        index = self.indexes.get(field)
        if index is None:
            return None
        found: set[str] = set()
        for value in values:
            found |= index.get(normal(value), set())
        return found

    def live(self, field: str, value: Any) -> list[Row]:
        """Rows outside the recycle bin whose indexed field has this value, oldest first."""
        return [row for one in sorted(self.find(field, [value]) or ()) if not (row := self.rows[one])["IsDeleted"]]

    def since(self, at: datetime) -> Iterator[Row]:
        """Rows by (SystemModstamp, Id), from a moment on."""
        for position in range(bisect_left(self.by_change, (at, "")), len(self.by_change)):
            yield self.rows[self.by_change[position][1]]

    def _index(self, field: str, row: Row) -> None:
        if row[field] is not None:
            self.indexes[field].setdefault(normal(row[field]), set()).add(row["Id"])


def normal(value: Any) -> Any:
    """A value as comparisons see it: SOQL compares text without regard to case."""
    return value.lower() if isinstance(value, str) else value


class Store:
    """All objects of the org, and the moment that changes happen at."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.tables = {name: Table(name) for name in SCHEMA}

    def now(self) -> datetime:
        """The platform keeps whole seconds."""
        return self.clock().replace(microsecond=0)

    def row(self, record_id: str) -> Row | None:
        """Any record by its id."""
        for table in self.tables.values():
            if record_id in table.rows:
                return table.rows[record_id]
        return None
