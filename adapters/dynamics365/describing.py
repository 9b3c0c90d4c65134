"""The columns of a table as `discover` and `check` show them.

Source: https://learn.microsoft.com/power-apps/developer/data-platform/webapi/query-metadata-web-api
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from adapters.dynamics365.api import Api
from adapters.dynamics365.schema import ACTIVE, CHOICES, LOOKUPS, MULTI, type_of
from connector.model import Field, Json

TYPES: Final[Mapping[str, str]] = {
    "String": "text", "Memo": "text", "Uniqueidentifier": "text", "EntityName": "text", "Virtual": "text",
    "Integer": "integer", "BigInt": "integer", "Decimal": "number", "Double": "number", "Money": "number",
    "Boolean": "boolean", "DateTime": "datetime", MULTI: "multi", **dict.fromkeys(CHOICES, "picklist"),
    **dict.fromkeys(LOOKUPS, "reference"),
}  # fmt: skip
_SHOWN: Final = (
    "LogicalName,AttributeType,AttributeTypeName,AttributeOf,DisplayName,IsValidForCreate,IsValidForUpdate,"
    "IsCustomAttribute"
)
_OWN_SET: Final = "OptionSet($select=Options)"
_WITH_CHOICES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("Picklist", "MultiSelectPicklist"), f"{_OWN_SET},GlobalOptionSet($select=Options)"),
    **dict.fromkeys(("Status", "State"), _OWN_SET),
}
_WITH_LENGTH: Final = ("String", "Memo")


class Description:
    """What the environment says of one table, asked at once."""

    def __init__(self, api: Api, table: str) -> None:
        self.api = api
        self.table = table
        self.columns: dict[str, Json] = {one["LogicalName"]: one for one in self._all("", _SHOWN)}
        self.lengths: dict[str, int] = {
            one["LogicalName"]: int(one["MaxLength"])
            for kind in _WITH_LENGTH for one in self._all(_cast(kind), "LogicalName,MaxLength")
            if one.get("MaxLength")
        }  # fmt: skip
        self.choices = dict(self._choices())
        keys = api.definition(f"(LogicalName='{table}')/Keys", {"$select": "KeyAttributes,EntityKeyIndexStatus"})
        self.unique = {
            one["KeyAttributes"][0]
            for one in keys if len(one["KeyAttributes"]) == 1 and one["EntityKeyIndexStatus"] == ACTIVE
        }  # fmt: skip

    def fields(self) -> list[Field]:
        """Every column."""
        return [self.field(name) for name in self.columns]

    def field(self, name: str) -> Field:
        """One column. The API asks for none, whatever forms do: nothing here is required."""
        told = self.columns[name]
        kind = type_of(told)
        is_ours = bool(told.get("IsValidForCreate") and told.get("IsValidForUpdate"))
        return Field(
            object=self.table,
            name=name,
            label=label_of(told.get("DisplayName")),
            type=TYPES.get(kind, kind.lower()),
            options={number: label for number, (label, _) in self.choices.get(name, {}).items()},
            max_length=self.lengths.get(name),
            writable=is_ours and kind not in LOOKUPS and told.get("AttributeOf") is None,
            unique=name in self.unique,
            custom=bool(told.get("IsCustomAttribute")),
        )

    def _choices(self) -> Iterator[tuple[str, dict[str, tuple[str, int | None]]]]:
        """Numbers of choices with their labels, and with the state that a status belongs to."""
        for kind, sets in _WITH_CHOICES.items():
            for one in self._all(_cast(kind), "LogicalName", {"$expand": sets}):
                options = (one.get("OptionSet") or one.get("GlobalOptionSet") or {}).get("Options") or ()
                yield (
                    one["LogicalName"],
                    {str(option["Value"]): (label_of(option.get("Label")), option.get("State")) for option in options},
                )

    def _all(self, cast: str, select: str, more: Mapping[str, str] | None = None) -> list[Json]:
        path = f"(LogicalName='{self.table}')/Attributes{cast}"
        return self.api.definition(path, {"$select": select, **(more or {})})


def _cast(kind: str) -> str:
    return f"/Microsoft.Dynamics.CRM.{kind}AttributeMetadata"


def label_of(told: Any) -> str:
    """A label in the language of our user."""
    chosen = (told or {}).get("UserLocalizedLabel") or {}
    return str(chosen.get("Label") or "")
