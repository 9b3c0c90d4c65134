"""The fields of crm.lead, as the database describes them, and some words more that mappings may use.

A link to another record (`stage_id`) is an id; without `_id` (`stage`) it is the name that people see, and may be
written by that name. `status` is open, won, lost or archived (put away without being lost); `stage_order` counts the
stages of the record's team from 1; `tags` are names; `is_ours` says whether the record carries our key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct, field

from adapters.odoo.spec import LEAD
from connector.model import Field, Json

ATTRIBUTES: Final = ("string", "type", "selection", "required", "readonly", "size", "relation")
"""What is asked of each field."""
TYPES: Final[Mapping[str, str]] = {
    "char": "text", "text": "text", "html": "text", "integer": "integer", "float": "number", "monetary": "number",
    "boolean": "boolean", "date": "date", "datetime": "datetime", "selection": "picklist", "many2one": "reference",
    "many2many": "multi", "one2many": "multi",
}  # fmt: skip
LABEL: Final = "label"
"""Our own type: the name of a linked record."""


class Column(Struct, frozen=True):
    """A field as mappings name it; `codes` are the database's fields that it is told from, the first one written."""

    name: str
    type: str
    label: str = ""
    codes: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    size: int | None = None
    relation: str = ""
    writable: bool = True
    required: bool = False

    @property
    def custom(self) -> bool:
        """Did somebody make it in this database?"""
        return self.name.startswith("x_")

    def described(self) -> Field:
        """As the engine and `leadloop discover` see it."""
        return Field(
            object=LEAD,
            name=self.name,
            label=self.label,
            type=TYPES.get(self.type, "text" if self.type == LABEL else self.type),
            options=self.options,
            max_length=self.size,
            writable=self.writable,
            required=self.required,
            custom=self.custom,
        )


DERIVED: Final = (
    Column("status", "char", "Open, won, lost or archived", ("active", "probability", "stage_id"), writable=False),
    Column("stage_order", "integer", "Place of the stage, from 1", ("stage_id", "team_id"), writable=False),
    Column("tags", "tags", "Names of the tags", ("tag_ids",), writable=False),
)


def columns(told: Mapping[str, Json], defaulted: Mapping[str, Any], key: str | None) -> dict[str, Column]:
    """All fields by name: the database's own, then ours where the database has none of that name."""
    found = {name: _own(name, one, name in defaulted) for name, one in told.items()}
    ours = list(DERIVED)
    if key is not None:
        ours.append(Column("is_ours", "boolean", "Does it carry our key?", (key,), writable=False))
    ours += [_label(one) for one in found.values() if one.type == "many2one" and one.name.endswith("_id")]
    for one in ours:
        if set(one.codes) <= told.keys():
            found.setdefault(one.name, one)
    return found


def _own(name: str, told: Json, has_default: bool) -> Column:
    # Before 16.0 the reason of a loss is called `lost_reason` itself: such a name tells the name, as everywhere.
    is_name = told["type"] == "many2one" and not name.endswith("_id")
    return Column(
        name=name,
        type=LABEL if is_name else told["type"],
        label=str(told.get("string") or ""),
        codes=(name,),
        options={str(value): str(label) for value, label in told.get("selection") or ()},
        size=told.get("size") or None,
        relation=str(told.get("relation") or ""),
        writable=not told.get("readonly"),
        required=bool(told.get("required")) and not has_default,
    )


def _label(link: Column) -> Column:
    name = link.name.removesuffix("_id")
    return Column(name, LABEL, link.label, link.codes, relation=link.relation, writable=link.writable)
