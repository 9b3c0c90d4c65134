"""The account's properties: which there are, how their values travel, and making those that are written.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/properties
Quirk:  every value travels as a text, also numbers and booleans; "" clears.
Quirk:  a property marked `hasUniqueValue` cannot be made so later, and an object has at most ten of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from adapters.hubspot.api import Api
from connector.adapter import FieldOutcome, FieldPlan
from connector.errors import RemoteRefusal
from connector.model import Field, Json

GROUP: Final = "leadloop"
_TYPES: Final[Mapping[tuple[str, str], str]] = {
    ("bool", ""): "boolean", ("date", ""): "date", ("datetime", ""): "datetime", ("number", ""): "number",
    ("enumeration", ""): "picklist", ("enumeration", "checkbox"): "multi",
    ("enumeration", "booleancheckbox"): "boolean",
}  # fmt: skip
_TO_MAKE: Final[Mapping[str, tuple[str, str]]] = {
    "text": ("string", "text"), "long_text": ("string", "textarea"), "number": ("number", "number"),
    "boolean": ("bool", "booleancheckbox"), "datetime": ("datetime", "date"), "picklist": ("enumeration", "select"),
}  # fmt: skip
_FITS: Final[Mapping[str, frozenset[str]]] = {
    "text": frozenset({"text", "picklist"}), "long_text": frozenset({"text"}), "number": frozenset({"number"}),
    "boolean": frozenset({"boolean"}), "datetime": frozenset({"datetime", "date"}),
    "picklist": frozenset({"picklist", "multi", "text"}),
}  # fmt: skip
_YES_NO: Final = (("true", "Yes"), ("false", "No"))
_NUMBERS: Final = ("_score", "_points", "_percent", "_cycle")
_BOOLEANS: Final = ("_is_mql", "_mql")


def type_of(told: Json) -> str:
    """A property's type in our words."""
    kind, shown = str(told.get("type")), str(told.get("fieldType"))
    return _TYPES.get((kind, shown)) or _TYPES.get((kind, "")) or "text"


def field_of(object_name: str, told: Json) -> Field:
    """A property as a field of ours."""
    fixed = (told.get("modificationMetadata") or {}).get("readOnlyValue", False) or told.get("calculated", False)
    name = str(told["name"])
    return Field(
        object=object_name,
        name=name,
        label=str(told.get("label") or name),
        type=type_of(told),
        options={
            str(one["value"]): str(one.get("label")) for one in told.get("options") or () if not one.get("hidden")
        },
        writable=not fixed,
        unique=is_unique(object_name, told),
        custom=not told.get("hubspotDefined", False),
    )


def is_unique(object_name: str, told: Json) -> bool:
    """May only one record hold a value of this property?"""
    return bool(told.get("hasUniqueValue")) or (object_name == "contacts" and told["name"] == "email")


class Types:
    """The types of an account's properties, read once per object and again when a name is new."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._known: dict[str, dict[str, str] | None] = {}

    def of(self, object_name: str, names: Iterable[str] = ()) -> dict[str, str] | None:
        """Type by property; None when the account has no such object. Names that stay unknown are left out."""
        known = self._known.get(object_name)
        if known is None or not set(names) <= known.keys():
            told = self._api.properties(object_name)
            known = None if told is None else {str(one["name"]): type_of(one) for one in told}
            self._known[object_name] = known
            if known is not None:
                known |= {name: "text" for name in names if name not in known}
        return known


def value_of(text: Any, kind: str) -> Any:
    """A text of HubSpot's as a value of this type; None for blank, and the text itself where it is none."""
    if not isinstance(text, str) or not text:
        return None
    if kind == "boolean":
        return {"true": True, "false": False}.get(text.lower(), text)
    if kind != "number":
        return text
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


def text_of(value: Any, kind: str) -> str:
    """A value of ours as it travels. A day is sent as a day, since any other time of it is refused."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ";".join(str(one) for one in value)
    if isinstance(value, datetime):
        value = value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    elif isinstance(value, date):
        value = value.isoformat()
    return str(value)[:10] if kind == "date" else str(value)


def make(api: Api, plan: Sequence[FieldPlan], *, dry_run: bool) -> list[FieldOutcome]:
    """Make the planned properties that are not there; one outcome for each, in order."""
    told: dict[str, dict[str, Json] | None] = {}
    for object_name in dict.fromkeys(one.object for one in plan):
        listed = api.properties(object_name)
        told[object_name] = None if listed is None else {str(one["name"]): one for one in listed}
    return [_made(api, one, told[one.object], dry_run=dry_run) for one in plan]


def plan_for(name: str) -> FieldPlan:
    """Feedback names its fields only; they say what they hold, as those of the starting mapping do."""
    label = name.replace("_", " ").capitalize()
    if name.endswith(_NUMBERS):
        return FieldPlan("contacts", name, label, "number")
    if name.endswith(_BOOLEANS):
        return FieldPlan("contacts", name, label, "boolean")
    return FieldPlan("contacts", name, label, "datetime" if name.endswith("_at") else "text")


def _made(api: Api, plan: FieldPlan, told: dict[str, Json] | None, *, dry_run: bool) -> FieldOutcome:
    if told is None:
        return FieldOutcome(plan, "missing", f"the account, or the token, does not have the object '{plan.object}'")
    if plan.name in told:
        wrong = differences(plan, told[plan.name])
        return FieldOutcome(plan, "differs" if wrong else "exists", "; ".join(wrong))
    if dry_run:
        return FieldOutcome(plan, "would_create")
    try:
        _create(api, plan)
    except RemoteRefusal as refusal:
        return FieldOutcome(plan, "exists") if refusal.means == "conflict" else _refused(plan, refusal)
    return FieldOutcome(plan, "created")


def differences(plan: FieldPlan, told: Json) -> list[str]:
    """What is wrong with a property that exists, each as a sentence about it."""
    wrong = []
    if type_of(told) not in _FITS[plan.type]:
        wrong.append(f"it is of type {told.get('type')}, not {_TO_MAKE[plan.type][0]}")
    if plan.unique and not is_unique(plan.object, told):
        wrong.append("it takes the same value twice: delete it and prepare again, or name another")
    return wrong


def _refused(plan: FieldPlan, refusal: RemoteRefusal) -> FieldOutcome:
    kind, shown = _TO_MAKE[plan.type]
    how = f"Settings > Properties > {plan.object} > Create property: {kind} ({shown}), internal name {plan.name}"
    return FieldOutcome(plan, "missing", f"{refusal.code}; {how}" + (", no duplicate values" if plan.unique else ""))


def _create(api: Api, plan: FieldPlan) -> None:
    path = f"/crm/v3/properties/{plan.object}"
    group = {"name": GROUP, "label": "leadloop"}
    api.client.request("POST", f"{path}/groups", json=group, safe=True, accept=(409,))
    kind, shown = _TO_MAKE[plan.type]
    body: Json = {
        "name": plan.name, "label": plan.label, "groupName": GROUP, "type": kind, "fieldType": shown,
        "hasUniqueValue": plan.unique,
    }  # fmt: skip
    options = _YES_NO if plan.type == "boolean" else tuple((one, one) for one in plan.options)
    if options:
        body["options"] = [
            {"value": value, "label": label, "displayOrder": place, "hidden": False}
            for place, (value, label) in enumerate(options)
        ]
    api.client.request("POST", path, json=body, safe=True)
