"""Definitions of tables, columns and keys, and the actions that change them.

Source: https://learn.microsoft.com/power-apps/developer/data-platform/webapi/query-metadata-web-api
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from connector.testing.simulators.dynamics365.schema import ColumnDef, choice
from connector.testing.simulators.dynamics365.store import Row, Table

_OWN_OPTIONS: Final = 100_000_000


def attribute(column: ColumnDef) -> Row:
    """A column's definition, with everything that may be selected."""
    kind = column.type
    return {
        "LogicalName": column.name,
        "SchemaName": column.name,
        "AttributeType": "Virtual" if kind == "MultiSelectPicklist" else kind,
        "AttributeTypeName": {"Value": f"{kind}Type"},
        "AttributeOf": column.of,
        "ColumnNumber": column.number,
        "DisplayName": label(column.label or column.name),
        "IsValidForCreate": column.writable,
        "IsValidForUpdate": column.writable,
        "IsCustomAttribute": column.custom,
        "MaxLength": column.max_length,
        "OptionSet": {"Options": [
            {"Value": number, "Label": label(text), "State": state}
            for number, (text, state) in column.options.items()
        ]},
    }  # fmt: skip


def label(text: str) -> Row:
    """A label in one language."""
    one = {"Label": text, "LanguageCode": 1033}
    return {"LocalizedLabels": [one], "UserLocalizedLabel": one}


def attributes(table: Table, cast: str, params: Mapping[str, str]) -> list[Row]:
    """The columns of one type (all: ''), each with what was selected and expanded."""
    wanted = [*params["$select"].split(","), *(["OptionSet"] if "OptionSet" in params.get("$expand", "") else [])]
    named = [column for column in table.columns.values() if cast in ("", column.type)]
    return [{name: attribute(column)[name] for name in wanted} for column in named]


def column_of(body: Mapping[str, Any]) -> list[ColumnDef]:
    """The columns that a definition makes: a choice brings that of its label."""
    name, kind = str(body["SchemaName"]).lower(), str(body["AttributeType"])
    text = body["DisplayName"]["LocalizedLabels"][0]["Label"]
    if kind == "Picklist":
        labels = [one["Label"]["LocalizedLabels"][0]["Label"] for one in body["OptionSet"]["Options"]]
        options: dict[int, tuple[str, int | None]] = {
            _OWN_OPTIONS + number: (one, None) for number, one in enumerate(labels)
        }  # fmt: skip
        return choice(name, kind, options, custom=True)
    return [ColumnDef(name, kind, max_length=body.get("MaxLength"), custom=True, label=text)]
