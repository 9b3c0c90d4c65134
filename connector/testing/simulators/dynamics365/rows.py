"""Saving rows by the environment's rules: columns, lengths, choices, keys, and what closed leads refuse."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from connector.testing.simulators.dynamics365.audit import Audit
from connector.testing.simulators.dynamics365.schema import LOOKUPS, SETS, ColumnDef
from connector.testing.simulators.dynamics365.store import Row, Store, Table
from connector.testing.simulators.dynamics365.users import TEAM
from connector.testing.simulators.dynamics365.wording import Refused, absent, refused, undeclared

_REFERENCE: Final = re.compile(r"/?(\w+)\(([0-9a-f-]{36})\)")
_OWNERS: Final = {"systemusers": "systemuser", "teams": "team"}
_BORN: Final[Mapping[str, Row]] = {
    "lead": {"statecode": 0, "statuscode": 1, "merged": False, "donotbulkemail": False, "donotemail": False},
    "contact": {"statecode": 0, "statuscode": 1, "merged": False, "donotbulkemail": False, "donotemail": False},
    "opportunity": {"statecode": 0, "statuscode": 1},
}


@dataclass(slots=True)
class Rows:
    """`closed_states` are states in which leads take no changes over the API. `locked` counts refusals to come."""

    store: Store
    audit: Audit
    closed_states: frozenset[int] = frozenset({1})
    locked: dict[str, int] = field(default_factory=dict)

    def create(self, name: str, values: Row, by: str, at: datetime, record_id: str | None = None) -> Row:
        """A new row."""
        table = self.store.tables[name]
        record_id = record_id or self.store.new_id(name)
        born: Row = {table.id: record_id, "createdon": at, "createdby": ("systemuser", by)}
        row = {**dict.fromkeys(table.columns), **born}
        self.check_keys(table, values, record_id)
        owned = {"ownerid": ("team", TEAM), **_BORN.get(name, {})} if "ownerid" in table.columns else {}
        stamps = {"modifiedon": at, "modifiedby": ("systemuser", by)} if "modifiedon" in table.columns else {}
        table.put(row, {**born, **owned, **values, **stamps}, self.store.next_version())
        return row

    def update(self, table: Table, row: Row, values: Row, by: str, at: datetime) -> Row:
        """Change a row. An `at` before the last change shows it late, with an older time."""
        self.check_keys(table, values, row[table.id])
        changed = {name: value for name, value in values.items() if row.get(name) != value}
        self.audit.note(table, row, changed, by, at)
        table.put(row, {**changed, "modifiedon": at, "modifiedby": ("systemuser", by)}, self.store.next_version())
        return row

    def by_api(self, table: Table, row: Row | None, values: Row, by: str, record_id: str | None = None) -> Row:
        """A row saved by a request. Raises Refused."""
        now = self.store.now()
        if row is None:
            return self.create(table.name, values, by, now, record_id)
        if self.locked.get(row[table.id], 0) > 0:
            self.locked[row[table.id]] -= 1
            raise Refused(refused(500, "0x80044151", "SQL timeout expired."))
        if table.name == "lead" and row["statecode"] in self.closed_states:
            raise Refused(refused(400, "0x80040216", "This record is read-only because it is not open."))
        return self.update(table, row, values, by, now)

    def check_keys(self, table: Table, values: Row, record_id: str) -> None:
        """A value of an alternate key that another row has is refused."""
        for column in table.keys:
            others = table.find(column, [values[column]]) if values.get(column) is not None else []
            if any(row[table.id] != record_id for row in others):
                text = (
                    f"A record that has the attribute values {values[column]} already exists. The entity key requires"
                )
                raise Refused(refused(412, "0x80060892", f"{text} that this set of attributes contains unique values."))

    def values(self, table: Table, body: Mapping[str, Any]) -> Row:
        """A body as values of columns. Raises Refused for what does not fit."""
        return dict(self._values(table, body))

    def _values(self, table: Table, body: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
        for name, value in body.items():
            if name.endswith("@odata.bind"):
                yield self._bound(table, name.removesuffix("@odata.bind"), str(value))
                continue
            column = table.columns.get(name)
            if column is None or column.of or not column.writable or column.type in LOOKUPS:
                raise Refused(undeclared(table.name, name))
            yield name, _fitting(table.name, column, value)

    def _bound(self, table: Table, name: str, reference: str) -> tuple[str, Any]:
        match = _REFERENCE.fullmatch(reference)
        column = name if name in table.columns else re.sub(r"_\w+$", "", name)
        if match is None or column not in table.columns:
            raise Refused(undeclared(table.name, name))
        if match[1] in _OWNERS:
            return column, (_OWNERS[match[1]], match[2])
        target = SETS[match[1]]
        if column != name and not name.startswith(f"{column}_{target}"):
            raise Refused(undeclared(table.name, name))
        if match[2] not in self.store.tables[target].rows:
            raise Refused(absent(target, match[2]))
        return column, (target, match[2])


def _fitting(table: str, column: ColumnDef, value: Any) -> Any:
    if value is None:
        return None
    kinds: dict[str, type | tuple[type, ...]] = {
        "Boolean": bool, "Integer": int, "Picklist": int, "State": int, "Status": int, "Money": (int, float),
    }  # fmt: skip
    if not isinstance(value, kinds.get(column.type, str)):
        raise Refused(refused(400, "0x80048d19", f"Cannot convert the literal to the type of '{column.name}'."))
    if column.options and value not in column.options:
        accepted = ",".join(str(one) for one in column.options)
        text = f"The value {value} of '{column.name}' on record of type '{table}' is outside the valid range."
        raise Refused(refused(400, "0x8004431a", f"A validation error occurred. {text} Accepted Values: {accepted}"))
    if column.max_length and len(str(value)) > column.max_length:
        text = (
            f"The length of the '{column.name}' attribute of the '{table}' entity exceeded the maximum allowed length"
        )
        raise Refused(refused(400, "0x80044331", f"A validation error occurred. {text} of '{column.max_length}'."))
    if column.type == "DateTime":
        return datetime.fromisoformat(str(value)) if "T" in str(value) else date.fromisoformat(str(value))
    return value
