"""The records of the simulated environment: by id, by indexed value, and in the order of their versions."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from connector.testing.simulators.dynamics365.schema import KEY, ColumnDef, columns_of, id_column
from connector.testing.simulators.dynamics365.users import make_id

Row = dict[str, Any]
Lookup = tuple[str, str]
"""The value of a lookup: table and id."""

TABLES: Final = ("lead", "contact", "opportunity", "account", "task", "annotation", "audit")
_INDEXED: Final = (KEY, "emailaddress1", "emailaddress2", "emailaddress3", "originatingleadid", "objectid")


class Table:
    """One table: its columns and rows. Thousands of rows answer by index, not by looking at each."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.id = id_column(name)
        self.columns: dict[str, ColumnDef] = {column.name: column for column in columns_of(name)}
        self.rows: dict[str, Row] = {}
        self.by_version: list[tuple[int, str]] = []
        self.deleted: list[tuple[int, str]] = []
        self.keys: dict[str, str] = {KEY: "Active"} if KEY in self.columns else {}
        """Alternate keys on one column, and how far each is built."""
        self.is_tracked = name != "audit"
        self.indexes: dict[str, dict[Any, set[str]]] = {one: {} for one in _INDEXED if one in self.columns}
        self.made = 0

    def put(self, row: Row, values: Row, version: int) -> None:
        """Change a row (new or not) and give it a version."""
        record_id = row[self.id]
        if record_id in self.rows:
            self._forget_place(row)
        for name in values.keys() & self.indexes.keys():
            self.indexes[name].get(normal(row.get(name)), set()).discard(record_id)
        row.update(values, version=version)
        self.rows[record_id] = row
        insort(self.by_version, (version, record_id))
        for name in values.keys() & self.indexes.keys():
            if row[name] is not None:
                self.indexes[name].setdefault(normal(row[name]), set()).add(record_id)

    def drop(self, record_id: str, version: int) -> None:
        """Delete a row; what is left is its id."""
        row = self.rows.pop(record_id)
        self._forget_place(row)
        self.deleted.append((version, record_id))
        for name, index in self.indexes.items():
            index.get(normal(row.get(name)), set()).discard(record_id)

    def _forget_place(self, row: Row) -> None:
        del self.by_version[bisect_left(self.by_version, (row["version"], row[self.id]))]

    def find(self, column: str, values: Iterable[Any]) -> list[Row]:
        """Rows with one of these values in a column, oldest first."""
        if column == self.id:
            return [self.rows[one] for one in values if one in self.rows]
        wanted = {normal(value) for value in values}
        if column in self.indexes:
            ids = {one for value in wanted for one in self.indexes[column].get(value, ())}
            return [self.rows[one] for one in sorted(ids)]
        return [row for row in self.rows.values() if normal(row.get(column)) in wanted]

    def since(self, version: int, until: int) -> Iterator[Row]:
        """Rows by version, of those behind one up to another."""
        for position in range(bisect_right(self.by_version, (version, "~")), len(self.by_version)):
            at, record_id = self.by_version[position]
            if at > until:
                return
            yield self.rows[record_id]


def normal(value: Any) -> Any:
    """A value as comparisons see it: text without regard to case, lookups by id."""
    if isinstance(value, tuple):
        return value[1]
    return value.lower() if isinstance(value, str) else value


class Store:
    """All tables, and the moment that changes happen at."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.tables = {name: Table(name) for name in TABLES}
        self.version = 1000

    def now(self) -> datetime:
        """The platform keeps whole seconds."""
        return self.clock().replace(microsecond=0)

    def next_version(self) -> int:
        """Versions count over all tables."""
        self.version += 1
        return self.version

    def new_id(self, table: str) -> str:
        """An id that nobody has."""
        self.tables[table].made += 1
        return make_id(table, self.tables[table].made)
