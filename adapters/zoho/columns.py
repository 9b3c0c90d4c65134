"""A field as Zoho describes it, and the two that are worked out: `$converted` of leads, `$deal_category` of deals.

Source: https://www.zoho.com/crm/developer/docs/api/v8/field-meta.html; crm-oas v8.0, fields.json.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct, field

from adapters.zoho.api import DEALS, LEADS
from connector.model import Field, Json

CONVERTED: Final = "$converted"
"""Was the lead converted? Zoho tells it in several ways; this is true or false."""
CATEGORY: Final = "$deal_category"
"""What the stage of a deal means in this account: `Open`, `Closed Won` or `Closed Lost`."""
OPEN: Final = "Open"
WON: Final = "Closed Won"
LOST: Final = "Closed Lost"
DERIVED: Final[Mapping[str, str]] = {LEADS: CONVERTED, DEALS: CATEGORY}

CHOICES: Final = ("picklist", "multiselectpicklist")
WHOLE: Final = ("integer", "bigint")
NUMBERS: Final = (*WHOLE, "double", "currency", "percent", "decimal")
REFERENCES: Final = ("lookup", "ownerlookup", "userlookup")
TEXTS: Final = ("text", "textarea", "email", "phone", "website")
_OURS: Final[Mapping[str, str]] = {
    **dict.fromkeys(TEXTS, "text"), **dict.fromkeys(NUMBERS, "number"), **dict.fromkeys(WHOLE, "integer"),
    **dict.fromkeys(REFERENCES, "reference"), "multiselectpicklist": "multi",
}  # fmt: skip


class Column(Struct, frozen=True):
    """A field. `type` is Zoho's own word; `options` are a choice's values with the labels that people see."""

    name: str
    type: str
    label: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None
    writable: bool = True
    required: bool = False
    unique: bool = False
    custom: bool = False
    categories: Mapping[str, str] = field(default_factory=dict)
    """Of the stages of deals: what each means."""

    def described(self, object_name: str) -> Field:
        """The field as the engine knows fields."""
        return Field(
            object=object_name,
            name=self.name,
            label=self.label or self.name,
            type=_OURS.get(self.type, self.type),
            options=self.options,
            max_length=self.length if self.type in TEXTS else None,
            writable=self.writable,
            required=self.required,
            unique=self.unique,
            custom=self.custom,
        )


def column_of(told: Json) -> Column:
    """A field as the list of fields tells it."""
    may = told.get("operation_type") or {}
    is_fixed = bool(told.get("read_only") or told.get("field_read_only"))
    choices = [one for one in told.get("pick_list_values") or () if isinstance(one, dict)]
    return Column(
        name=str(told.get("api_name")),
        type=str(told.get("data_type")),
        label=str(told.get("field_label") or told.get("display_label") or ""),
        options={str(one["actual_value"]): str(one.get("display_value") or one["actual_value"]) for one in choices},
        length=told.get("length") if isinstance(told.get("length"), int) else None,
        writable=not is_fixed and bool(may.get("api_update", True)),
        required=bool(told.get("system_mandatory")),
        unique=bool(told.get("unique")),
        custom=bool(told.get("custom_field")),
        categories={str(one["actual_value"]): _category(one) for one in choices},
    )


def _category(choice: Mapping[str, Any]) -> str:
    """What a stage means; where the account does not say, the standard names of closed stages do."""
    told = str(choice.get("forecast_type") or choice.get("deal_category") or choice.get("actual_value") or "")
    words = told.replace("-", " ").replace("_", " ").casefold()
    return next((one for one in (WON, LOST) if words.startswith(one.casefold())), OPEN)


def derived(object_name: str) -> list[Column]:
    """The field that is worked out for records of this object."""
    if object_name == LEADS:
        return [Column(CONVERTED, "boolean", writable=False)]
    if object_name == DEALS:
        options = {one: one for one in (OPEN, WON, LOST)}
        return [Column(CATEGORY, "picklist", options=options, writable=False)]
    return []
