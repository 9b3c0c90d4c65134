"""The fields of an account, as its own description of an object tells them, and whether planned ones are right.

Fields are verified and never made: that takes the Metadata API and the permission "Customize Application", which an
integration user should not have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adapters.salesforce.api import Api
from connector.adapter import FieldOutcome, FieldPlan
from connector.model import Field, Json

_TYPES: Mapping[str, str] = {
    "string": "text", "email": "text", "phone": "text", "url": "text", "textarea": "text", "id": "text",
    "double": "number", "currency": "number", "percent": "number", "int": "integer", "boolean": "boolean",
    "date": "date", "datetime": "datetime", "picklist": "picklist", "combobox": "picklist",
    "multipicklist": "multi", "reference": "reference",
}  # fmt: skip
_FITS: Mapping[str, frozenset[str]] = {
    "text": frozenset({"text", "picklist"}),
    "long_text": frozenset({"text"}),
    "number": frozenset({"number", "integer"}),
    "boolean": frozenset({"boolean"}),
    "datetime": frozenset({"datetime"}),
    "picklist": frozenset({"picklist", "text"}),
}
_TO_CREATE: Mapping[str, str] = {
    "text": "Text", "long_text": "Text Area (Long)", "number": "Number", "boolean": "Checkbox",
    "datetime": "Date/Time", "picklist": "Picklist",
}  # fmt: skip


def fields_of(api: Api, object_name: str) -> list[Field]:
    """Every field of an object that this user sees."""
    return [_field(object_name, one) for one in api.describe(object_name)["fields"]]


def _field(object_name: str, told: Json) -> Field:
    kind = _TYPES.get(told["type"], told["type"])
    return Field(
        object=object_name,
        name=told["name"],
        label=told["label"],
        type=kind,
        options={one["value"]: one["label"] for one in told["picklistValues"] if one["active"]},
        max_length=(told["length"] or None) if kind in ("text", "picklist") else None,
        writable=told["createable"] and told["updateable"],
        required=told["createable"] and not told["nillable"] and not told["defaultedOnCreate"],
        unique=told["unique"] or told["externalId"],
        custom=told["custom"],
    )


def verify(api: Api, plan: Sequence[FieldPlan], key: str | None) -> list[FieldOutcome]:
    """One outcome per planned field: it exists and fits, it differs, or a person must create it, told how."""
    told = {
        object_name: {one["name"]: one for one in api.describe(object_name)["fields"]}
        for object_name in dict.fromkeys(one.object for one in plan)
    }
    return [_verified(one, told[one.object].get(one.name), is_key=one.name == key) for one in plan]


def _verified(plan: FieldPlan, told: Json | None, *, is_key: bool) -> FieldOutcome:
    if told is None:
        return FieldOutcome(plan, "missing", how_to_create(plan, is_key=is_key))
    wrong = differences(plan, told, is_key=is_key)
    return FieldOutcome(plan, "differs" if wrong else "exists", "; ".join(wrong))


def differences(plan: FieldPlan, told: Json, *, is_key: bool) -> list[str]:
    """What is wrong with a field that exists, each as a sentence about it."""
    field = _field(plan.object, told)
    wrong = []
    if field.type not in _FITS[plan.type]:
        wrong.append(f"it is of type {told['type']}, not {_TO_CREATE[plan.type]}")
    if plan.max_length and field.max_length and field.max_length < plan.max_length:
        wrong.append(f"it holds {field.max_length} characters, {plan.max_length} are written")
    unknown = [one for one in plan.options if field.options and one not in field.options]
    if unknown:
        wrong.append(f"its picklist lacks: {', '.join(unknown)}")
    if not field.writable:
        wrong.append("this user may not edit it: set its field-level security")
    if is_key:
        wrong += key_faults(told)
    return wrong


def key_faults(told: Json) -> list[str]:
    """Why a field cannot be the key that records are upserted under."""
    needed = {"externalId": "External ID", "unique": "Unique"}
    return [f"it is not marked {word}" for flag, word in needed.items() if not told[flag]]


def how_to_create(plan: FieldPlan, *, is_key: bool) -> str:
    """What an admin does in Setup for a field that is not there, or not visible."""
    length = f"({plan.max_length or 64})" if plan.type == "text" else ""
    marks = ", marked External ID and Unique (case sensitive)" if is_key or plan.unique else ""
    values = f" with the values {', '.join(plan.options)}" if plan.options else ""
    return (
        f"Setup > Object Manager > {plan.object} > Fields & Relationships > New: {_TO_CREATE[plan.type]}{length}"
        f"{values}, API name {plan.name}{marks}; then give the integration user edit access to it"
    )
