"""The rows of the simulated account, their timelines, and what of them is deleted.

Times are told in the zone of the account, to the second.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from itertools import count
from typing import Any, Final

from connector.testing.simulators.zoho.schema import MODULES, FieldDef, standard_fields
from connector.testing.simulators.zoho.users import user
from connector.testing.simulators.zoho.wording import Row

Ref = tuple[str, str]
ZONE: Final = timezone(timedelta(hours=-3))
FIRST_ID: Final = 724_445_000_001_000_000
_UNTOLD: Final = ("Modified_Time", "Modified_By", "Created_Time")


class Store:
    """Rows by module and id. `lag_s` is how long queries and searches do not see what was written."""

    def __init__(self, clock: Callable[[], datetime], lag_s: float) -> None:
        self.clock = clock
        self.lag_s = lag_s
        self.rows: dict[str, dict[str, Row]] = {module: {} for module in MODULES}
        self.fields: dict[str, dict[str, FieldDef]] = {
            module: {one.name: one for one in standard_fields(module)} for module in MODULES
        }
        self.deleted: dict[str, list[Row]] = {module: [] for module in MODULES}
        self.timelines: dict[Ref, list[Row]] = {}
        self.tags: dict[str, dict[str, Row]] = {module: {} for module in MODULES}
        self.locked: set[str] = set()
        self.unapproved: set[str] = set()
        self._made_at: dict[str, datetime] = {}
        self._ids = count(FIRST_ID)

    def stamp(self, at: datetime | None = None) -> str:
        """A moment as the API tells it."""
        return (at or self.clock()).astimezone(ZONE).replace(microsecond=0).isoformat()

    def new_id(self) -> str:
        return str(next(self._ids))

    def put(self, module: str, row: Row, values: Row, by: str, at: datetime | None = None) -> Row:
        """Keep a new row, or the changes of one, as done by a user at a moment."""
        is_new = row["id"] not in self.rows[module]
        changes = [] if is_new else [_change(name, row.get(name), new) for name, new in values.items()]
        row.update(values)
        row["Modified_Time"], row["Modified_By"] = self.stamp(at), user(by)
        row.setdefault("Created_Time", row["Modified_Time"])
        if is_new:
            self._made_at[row["id"]] = self.clock()
        self.rows[module][row["id"]] = row
        told = [one for one in changes if one["_value"]["old"] != one["_value"]["new"]]
        line = {
            "audited_time": self.stamp(at), "action": "added" if is_new else "updated", "id": self.new_id(),
            "source": "crm_ui", "done_by": {"name": user(by)["name"], "id": by}, "automation_details": None,
            "field_history": told or None, "record": {"id": row["id"], "module": {"api_name": module}},
        }  # fmt: skip
        self.timelines.setdefault((module, row["id"]), []).append(line)
        return row

    def remove(self, module: str, row_id: str, by: str) -> None:
        """Into the recycle bin."""
        self.rows[module].pop(row_id)
        self.deleted[module].append({
            "id": row_id, "display_name": "Somebody", "type": "recycle", "deleted_by": user(by),
            "created_by": user(by), "deleted_time": self.stamp(),
        })  # fmt: skip

    def is_indexed(self, row: Row) -> bool:
        """Do queries and searches know this row yet?"""
        return self._made_at[row["id"]] + timedelta(seconds=self.lag_s) <= self.clock()

    def tag(self, module: str, name: str) -> Row:
        """A tag of a module; a new one is made."""
        return self.tags[module].setdefault(name, {"name": name, "id": self.new_id(), "color_code": None})


def _change(name: str, old: Any, new: Any) -> Row:
    return {
        "api_name": name, "field_label": name.replace("_", " "), "data_type": "text",
        "_value": {"old": _told(old), "new": _told(new)},
    }  # fmt: skip


def _told(value: Any) -> str | None:
    """A timeline tells texts, as people see them."""
    if isinstance(value, dict):
        return str(value.get("name") or value.get("id"))
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)
