"""The audit log: one line for each change of an audited table, with what the columns held before and after.

Source: https://learn.microsoft.com/power-apps/developer/data-platform/auditing/retrieve-audit-data
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from connector.testing.simulators.dynamics365.shown import told
from connector.testing.simulators.dynamics365.store import Row, Store, Table

AUDITED: Final = frozenset({"lead", "contact", "opportunity"})
_UPDATE: Final = 2


class Audit:
    """`tables` are those that are audited; none: the environment keeps no log. `is_readable`: may our user read it?"""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.tables: frozenset[str] = AUDITED
        self.is_readable = True
        self._details: dict[str, tuple[Table, Row, Row]] = {}

    def note(self, table: Table, row: Row, changed: Row, by: str, at: datetime) -> None:
        """A line about a change that is about to be made."""
        named = {name: value for name, value in changed.items() if name in table.columns}
        if table.name not in self.tables or not named:
            return
        audits = self.store.tables["audit"]
        line: Row = {
            "auditid": self.store.new_id("audit"), "createdon": at, "operation": _UPDATE,
            "objecttypecode": table.name, "objectid": (table.name, row[table.id]), "userid": ("systemuser", by),
            "attributemask": ",".join(str(table.columns[name].number) for name in named),
        }  # fmt: skip
        audits.put(line, {"objectid": line["objectid"]}, self.store.next_version())
        self._details[line["auditid"]] = table, {name: row.get(name) for name in named}, named

    def detail(self, audit_id: str, prefer: str) -> Row | None:
        """What one line is about. Values that were blank are left out."""
        if audit_id not in self._details:
            return None
        table, old, new = self._details[audit_id]
        return {
            "AuditDetail": {
                "@odata.type": "#Microsoft.Dynamics.CRM.AttributeAuditDetail",
                "InvalidNewValueAttributes": [],
                "OldValue": _values(table, old, prefer),
                "NewValue": _values(table, new, prefer),
            }
        }


def _values(table: Table, values: Row, prefer: str) -> Row:
    body: dict[str, Any] = {"@odata.type": f"#Microsoft.Dynamics.CRM.{table.name}"}
    for name, value in values.items():
        if value is not None:
            body |= told(table.columns[name], value, prefer)
    return body
