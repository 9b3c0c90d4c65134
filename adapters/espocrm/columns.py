"""The attributes of an entity type, worked out from its fields, and two that no record holds.

A field is one attribute or several: a link `assignedUser` is `assignedUserId`, an amount has its currency beside it.
Worked out for opportunities are `$state` (open, won or lost, by the probability of the stage, as EspoCRM's own filters
do) and `stage_order` (the place of the stage, from 1).
Source: https://docs.espocrm.com/administration/terms-and-naming/#attribute; espocrm/espocrm, metadata/fields/*.json.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import Struct, field

from adapters.espocrm.spec import OPPORTUNITY
from connector.model import Field, Json

STATE: Final = "$state"
STAGE_ORDER: Final = "stage_order"
DERIVED: Final = (STATE, STAGE_ORDER)
STAGE: Final = "stage"
OPEN: Final = "open"
WON: Final = "won"
LOST: Final = "lost"

TEXTS: Final = ("varchar", "text", "wysiwyg", "url", "email", "phone", "personName", "barcode")
WHOLE: Final = ("int", "autoincrement")
NUMBERS: Final = (*WHOLE, "float", "currency", "currencyConverted", "decimal")
LISTS: Final = ("multiEnum", "array", "checklist")
TIMES: Final = ("datetime", "date", "datetimeOptional")
LINKS: Final = ("link", "linkOne", "file", "image")
UNTOLD: Final = (
    "linkMultiple", "linkParent", "attachmentMultiple", "address", "map", "foreign", "jsonObject", "jsonArray",
)  # fmt: skip
"""Types whose attributes no mapping reads: parts of them are fields of their own, or lists do not tell them."""
SHORT: Final = 255
"""Characters of a varchar for which nothing else is said."""
_OURS: Final[Mapping[str, str]] = {
    **dict.fromkeys(TEXTS, "text"), **dict.fromkeys(NUMBERS, "number"), **dict.fromkeys(WHOLE, "integer"),
    **dict.fromkeys(LISTS, "multi"), "enum": "picklist", "bool": "boolean", "datetimeOptional": "datetime",
    "link": "reference",
}  # fmt: skip


class Column(Struct, frozen=True):
    """An attribute. `type` is EspoCRM's own word for its field."""

    name: str
    type: str
    options: tuple[str, ...] = ()
    length: int | None = None
    writable: bool = True
    required: bool = False
    custom: bool = False
    free: bool = False
    """A list that takes other values than its options."""

    def described(self, entity: str) -> Field:
        """The attribute as the engine knows fields."""
        return Field(
            object=entity,
            name=self.name,
            label=self.name,
            type=_OURS.get(self.type, self.type),
            options={one: one for one in self.options},
            max_length=self.length,
            writable=self.writable,
            required=self.required,
            custom=self.custom,
        )


class Stages(Struct, frozen=True):
    """What the stages of opportunities mean. One without a probability is open."""

    order: tuple[str, ...] = ()
    probabilities: Mapping[str, Any] = field(default_factory=dict)

    def state(self, stage: Any) -> str | None:
        """Open, won or lost."""
        if not stage:
            return None
        return {100: WON, 0: LOST}.get(self.probabilities.get(str(stage), -1), OPEN)

    def place(self, stage: Any) -> int | None:
        """The place of a stage, from 1; None for one that is no more."""
        return self.order.index(str(stage)) + 1 if stage in self.order else None


def columns(entity: str, told: Json) -> dict[str, Column]:
    """The attributes of an entity type by their names, as its description tells them."""
    fields = told.get("fields")
    found = {"id": Column("id", "id", writable=False)}
    for name, one in (fields if isinstance(fields, dict) else {}).items():
        if isinstance(one, dict) and not one.get("disabled"):
            found |= {column.name: column for column in _columns(name, one)}
    if entity == OPPORTUNITY:
        options = (OPEN, WON, LOST)
        found[STATE] = Column(STATE, "enum", options=options, writable=False)
        found[STAGE_ORDER] = Column(STAGE_ORDER, "int", writable=False)
    return found


def stages(told: Json) -> Stages:
    """The stages that a description of opportunities tells; old versions keep the probabilities beside the fields."""
    one = (told.get("fields") or {}).get(STAGE) or {}
    probabilities = one.get("probabilityMap") or told.get("probabilityMap") or {}
    return Stages(tuple(str(option) for option in one.get("options") or ()), probabilities)


def _columns(name: str, told: Json) -> Iterator[Column]:
    kind = str(told.get("type") or "")
    if kind in LINKS:
        yield _column(f"{name}Id", "link", told)
    elif kind not in UNTOLD:
        yield _column(name, kind, told)
    if kind == "email":
        yield Column(f"{name}IsOptedOut", "bool")
        yield Column(f"{name}IsInvalid", "bool")
    if kind == "currency":
        yield Column(f"{name}Currency", "varchar", length=3)


def _column(name: str, kind: str, told: Json) -> Column:
    length = told.get("maxLength")
    fixed = any(told.get(word) for word in ("readOnly", "directUpdateDisabled", "utility"))
    return Column(
        name=name,
        type=kind,
        options=tuple(str(one) for one in told.get("options") or () if one not in ("", None)),
        length=length if isinstance(length, int) else SHORT if kind == "varchar" else None,
        writable=not fixed and kind not in ("autoincrement", "currencyConverted"),
        required=bool(told.get("required")),
        custom=bool(told.get("isCustom")),
        free=bool(told.get("allowCustomOptions")) or kind == "array",
    )
