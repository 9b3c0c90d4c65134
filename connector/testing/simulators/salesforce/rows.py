"""Writing rows as the platform does: checks, uniqueness, duplicate rules, locks and the history that follows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from connector.testing.simulators.salesforce.schema import HISTORIES, TRACKED, FieldDef
from connector.testing.simulators.salesforce.store import Row, Store, Table
from connector.testing.simulators.salesforce.users import INTEGRATION_USER, QUEUE

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
Line = tuple[str, Any, Any]
"""A line of history: the field, its old and its new value."""

_NUMBERS = ("double", "currency", "int", "percent")


class RowError(Exception):
    """One row is refused: `statusCode`, text and fields as a collection's answer carries them."""

    def __init__(self, code: str, message: str, fields: Iterable[str] = (), **more: Any) -> None:
        super().__init__(message)
        self.body = {"statusCode": code, "message": message, "fields": list(fields), **more}


@dataclass(slots=True)
class Rules:
    """What an admin set up, and what is going on: history tracking, the duplicate rule, locks, assignment."""

    tracked: dict[str, frozenset[str]] = field(default_factory=lambda: dict(TRACKED))
    duplicates: Literal["off", "alert", "block"] = "off"
    names_duplicates: bool = True
    """Does a refused row carry the matches? Some answers of the platform do not."""
    locked: dict[str, int] = field(default_factory=dict)
    """How many more updates of a record find it locked."""


class Rows:
    """Creates and changes rows under the rules."""

    def __init__(self, store: Store, rules: Rules) -> None:
        self.store = store
        self.rules = rules

    def create(self, name: str, values: Row, by: str, at: datetime, *, assign: bool = False) -> Row:
        """A checked new row."""
        table = self.store.tables[name]
        _check(table, values)
        _check_required(table, {name: values.get(name) for name in table.fields})
        self._check_unique(table, values, None)
        row = table.insert({**_defaults(table, assign=assign), **values}, at, by)
        self._remember(name, row["Id"], [("created", None, None)], by, at)
        return row

    def update(self, name: str, record_id: str, values: Row, by: str, at: datetime) -> Row:
        """A checked change of a row as API users make it."""
        table = self.store.tables[name]
        row = table.rows.get(record_id)
        if row is None:
            raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        if row["IsDeleted"]:
            raise RowError("ENTITY_IS_DELETED", "entity is deleted")
        if row.get("IsConverted"):
            raise RowError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
        if self.rules.locked.get(record_id, 0) > 0:
            self.rules.locked[record_id] -= 1
            raise RowError("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record")
        _check(table, values)
        _check_required(table, values)
        self._check_unique(table, values, record_id)
        self.set(name, row, values, by, at)
        return row

    def set(self, name: str, row: Row, values: Row, by: str, at: datetime) -> None:
        """Change a row unchecked, as the platform's own actions do, and remember what is tracked."""
        tracked = self.rules.tracked.get(name, frozenset())
        lines = [
            ("Owner" if one == "OwnerId" else one, row[one], value)
            for one, value in values.items()
            if one in tracked and row[one] != value
        ]
        self.store.tables[name].update(row, values, at, by)
        self._remember(name, row["Id"], lines, by, at)

    def note_line(self, name: str, record_id: str, line: Line, by: str, at: datetime) -> None:
        """A history line of an action that is no change of a field (`leadConverted`)."""
        self._remember(name, record_id, [line], by, at)

    def check_duplicates(self, name: str, values: Row, *, allow_save: bool) -> None:
        """Raise what the duplicate rule says to a new person whose e-mail another record has."""
        rule, email = self.rules.duplicates, values.get("Email")
        if rule == "off" or (rule == "alert" and allow_save) or not email or name not in ("Lead", "Contact"):
            return
        matches = [(kind, row) for kind in ("Lead", "Contact") for row in self.store.tables[kind].live("Email", email)]
        if matches:
            more = {"duplicateResult": _duplicate_result(name, matches)} if self.rules.names_duplicates else {}
            raise RowError("DUPLICATES_DETECTED", "Usar um desses registros?", **more)

    def _check_unique(self, table: Table, values: Row, own_id: str | None) -> None:
        for one in table.fields.values():
            value = values.get(one.name)
            rows = table.live(one.name, value) if one.unique and value else []
            others = [row["Id"] for row in rows if row["Id"] != own_id]
            if others:
                text = f"duplicate value found: {one.name} duplicates value on record with id: {others[0]}"
                raise RowError("DUPLICATE_VALUE", text)

    def _remember(self, name: str, record_id: str, lines: Iterable[Line], by: str, at: datetime) -> None:
        if name not in HISTORIES or name not in self.rules.tracked:
            return
        history, parent = HISTORIES[name]
        for word, old, new in lines:
            told = {parent: record_id, "Field": word, "OldValue": old, "NewValue": new}
            self.store.tables[history].insert(told, at, by)
            if word == "Owner":  # the platform writes a second line with the owners' names
                named = {"OldValue": f"User {str(old)[-4:]}", "NewValue": f"User {str(new)[-4:]}"}
                self.store.tables[history].insert({**told, **named}, at, by)


def _defaults(table: Table, *, assign: bool) -> Row:
    values: Row = {one.name: False for one in table.fields.values() if one.type == "boolean"}
    if "OwnerId" in table.fields:
        values["OwnerId"] = QUEUE if assign and table.name == "Lead" else INTEGRATION_USER
    if table.name == "Lead":
        values["Status"] = table.fields["Status"].options[0]
    if table.name == "Task":
        values |= {"Status": "Not Started", "Priority": "Normal"}
    return values


def _check(table: Table, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        one = table.fields[name]
        if one.system:
            raise RowError("INVALID_FIELD_FOR_INSERT_UPDATE", f"Unable to create/update fields: {name}", [name])
        if value is not None:
            _check_value(one, value)


def _check_required(table: Table, values: Mapping[str, Any]) -> None:
    missing = [name for name, value in values.items() if table.fields[name].required and value in (None, "")]
    if missing:
        raise RowError("REQUIRED_FIELD_MISSING", f"Required fields are missing: {missing}", missing)


def _check_value(one: FieldDef, value: Any) -> None:
    if one.length and isinstance(value, str) and len(value) > one.length:
        text = f"{one.name}: data value too large: {value} (max length={one.length})"
        raise RowError("STRING_TOO_LONG", text, [one.name])
    if one.type == "picklist" and one.restricted and value not in one.options:
        text = f"{one.name}: bad value for restricted picklist field: {value}"
        raise RowError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, [one.name])
    if one.type == "email" and not _EMAIL.fullmatch(value):
        raise RowError("INVALID_EMAIL_ADDRESS", f"{one.name}: invalid email address: {value}", [one.name])
    if (one.type in _NUMBERS and not _is_number(value)) or (one.type == "boolean" and not isinstance(value, bool)):
        raise RowError("INVALID_TYPE_ON_FIELD_IN_RECORD", f"{one.name}: value not of required type", [one.name])


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _duplicate_result(name: str, matches: list[tuple[str, Row]]) -> Row:
    return {
        "allowSave": False,
        "duplicateRule": f"Standard_{name}_Duplicate_Rule",
        "duplicateRuleEntityType": name,
        "errorMessage": "Usar um desses registros?",
        "matchResults": [
            {
                "entityType": kind, "errors": [], "matchEngine": "FuzzyMatchEngine", "rule": "Standard_Match_Rule",
                "size": 1, "success": True,
                "matchRecords": [
                    {
                        "additionalInformation": [], "fieldDiffs": [], "matchConfidence": 100.0,
                        "record": {"attributes": {"type": kind}, "Id": row["Id"]},
                    }
                ],
            }
            for kind, row in matches
        ],
    }  # fmt: skip
