"""The records of the simulated installation and the notes in their streams. Times are UTC, in whole seconds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any, Final

from connector.testing.simulators.espocrm.schema import ENTITIES, STATUS_OF, attributes, our_fields, standard_fields
from connector.testing.simulators.espocrm.users import TYPES
from connector.testing.simulators.espocrm.wording import Row

Ref = tuple[str, str]
FIRST_ID: Final = 0x65F1A000000000000
OWNER: Final = "assignedUserId"


class Store:
    """Records by entity type and id. `version` is the major version: before 9 statuses have notes of their own."""

    def __init__(self, clock: Callable[[], datetime], version: int, *, with_fields: bool) -> None:
        self.clock = clock
        self.version = version
        self.rows: dict[str, dict[str, Row]] = {entity: {} for entity in ENTITIES}
        self.fields: dict[str, Row] = {entity: standard_fields(entity) for entity in ENTITIES}
        self.further_addresses: dict[Ref, list[str]] = {}
        self._ids = count(FIRST_ID)
        self._numbers = count(1)
        for user, kind in TYPES.items():
            self.rows["User"][user] = {"id": user, "type": kind}
        if with_fields:
            for entity in ("Lead", "Contact", "Opportunity"):
                self.fields[entity] |= our_fields(entity)

    def stamp(self, at: datetime | None = None) -> str:
        """A moment as the API tells it."""
        return (at or self.clock()).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")

    def new_id(self) -> str:
        return f"{next(self._ids):x}"

    def make(self, entity: str, values: Row, by: str, at: datetime | None = None) -> Row:
        """Keep a new record."""
        defaults = {name: one["default"] for name, one in self.fields[entity].items() if "default" in one}
        now = self.stamp(at)
        row: Row = {
            "id": self.new_id(), **defaults, **values, "createdAt": now, "createdById": by, "modifiedAt": now,
            "modifiedById": by,
        }  # fmt: skip
        self.rows[entity][row["id"]] = row
        if entity in ("Lead", "Contact", "Opportunity"):
            status = STATUS_OF.get(entity)
            told = {"statusField": status, "statusValue": row[status]} if status else {}
            self.note(entity, row["id"], "Create", told, by, now)
        return row

    def change(self, entity: str, row: Row, values: Row, by: str, at: datetime | None = None) -> Row:
        """Change a record, and note what is audited."""
        before = dict(row)
        row.update(values)
        changed = {name for name in values if before.get(name) != row.get(name)}
        row["modifiedAt"], row["modifiedById"] = self.stamp(at), by
        if changed and entity in ("Lead", "Contact", "Opportunity"):
            self._audit(entity, before, row, changed, by)
        return row

    def note(self, entity: str, record_id: str, kind: str, data: Row, by: str, at: str) -> Row:
        """Keep a note in a record's stream."""
        note: Row = {
            "id": self.new_id(), "type": kind, "data": data, "post": None, "parentType": entity, "parentId": record_id,
            "createdAt": at, "createdById": by, "number": next(self._numbers),
        }  # fmt: skip
        self.rows["Note"][note["id"]] = note
        return note

    def addresses(self, entity: str, row: Row) -> list[str]:
        """All addresses of a record, as searches compare them."""
        told = [row.get("emailAddress"), *self.further_addresses.get((entity, row["id"]), ())]
        return [one.lower() for one in told if one]

    def whole(self, entity: str, row: Row) -> Row:
        """A record with all its attributes, as reading one tells it."""
        told = {name: row.get(name) for name in attributes(self.fields[entity])}
        if entity in ("Lead", "Contact"):
            listed = self.addresses(entity, row)
            told["emailAddressData"] = [{"emailAddress": one, "primary": one == listed[0]} for one in listed]
        return told

    def _audit(self, entity: str, before: Row, after: Row, changed: set[str], by: str) -> None:
        now, status = after["modifiedAt"], STATUS_OF.get(entity)
        if OWNER in changed:
            self.note(entity, after["id"], "Assign", {OWNER: after[OWNER]}, by, now)
        audited = [
            name for name in sorted(changed) if name != status and self.fields[entity].get(name, {}).get("audited")
        ]
        told: Row = {}
        if status in changed and self.version < 9:
            self.note(entity, after["id"], "Status", {"field": status, "value": after[status], "style": ""}, by, now)
        elif status in changed:
            told = {"value": after[str(status)]}
        if audited or told:
            was, became = _of(before, audited), _of(after, audited)
            data = {"fields": audited, "attributes": {"was": was, "became": became}, **told}
            self.note(entity, after["id"], "Update", data, by, now)


def _of(row: Row, names: list[str]) -> Any:
    """Values by name; PHP tells an empty object as a list."""
    return {name: row.get(name) for name in names} or []
