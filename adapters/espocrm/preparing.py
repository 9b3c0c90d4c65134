"""Making the fields that the mapping writes, and the field of tags: looked for by name, made where missing.

EspoCRM puts a `c` before the name of a field that is made: `cLeadloopScore` is made as `leadloopScore`. Administrators
make fields, and no API user is one: without their sign-in each field is told with what to make by hand.
Source: https://docs.espocrm.com/administration/fields/; espocrm/espocrm, application/Espo/Tools/FieldManager.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from adapters.espocrm.account import Account
from adapters.espocrm.columns import LISTS, NUMBERS, TEXTS, Column
from connector.adapter import FieldOutcome, FieldPlan
from connector.errors import AuthError, RemoteRefusal

PREFIX: Final = "c"
TYPES: Final[Mapping[str, str]] = {
    "text": "varchar", "long_text": "text", "number": "int", "boolean": "bool", "datetime": "datetime",
    "picklist": "enum",
}  # fmt: skip
_FITS: Final[Mapping[str, Sequence[str]]] = {
    "text": (*TEXTS, "enum"), "long_text": ("text", "varchar", "wysiwyg"), "number": NUMBERS, "boolean": ("bool",),
    "datetime": ("datetime", "datetimeOptional"), "picklist": ("enum", "varchar"),
}  # fmt: skip
_BY_HAND: Final[Mapping[str, str]] = {
    "varchar": "Varchar", "text": "Text", "int": "Integer", "bool": "Boolean", "datetime": "Date-Time", "enum": "Enum",
    "multiEnum": "Multi-Enum",
}  # fmt: skip
TAGS: Final = "multiEnum"
TAG: Final = "MQL"
TAGS_LABEL: Final = "Tags"
TEXT_LENGTH: Final = 255


def ensure(account: Account, plans: Sequence[FieldPlan], *, dry_run: bool) -> list[FieldOutcome]:
    """One outcome per planned field, and one for the field of tags of each object that we write."""
    account.schema.forget()
    label, options = TAGS_LABEL, (TAG,)
    tags = [FieldPlan(name, account.tag_field, label, "picklist", options=options) for name in account.key_objects]
    told = [_ensure(account, plan, TYPES[plan.type], dry_run) for plan in plans]
    return told + [_ensure(account, plan, TAGS, dry_run) for plan in tags if plans]


def _ensure(account: Account, plan: FieldPlan, kind: str, dry_run: bool) -> FieldOutcome:
    entity = plan.object or account.main
    column = account.schema.find(entity, plan.name)
    if column is not None:
        wrong = _differences(plan, column, kind)
        return FieldOutcome(plan, "differs" if wrong else "exists", "; ".join(wrong))
    if not _made_name(plan.name):
        return FieldOutcome(plan, "missing", f"a field that is made begins with '{PREFIX}': name another")
    if dry_run:
        return FieldOutcome(plan, "would_create", f"as {_BY_HAND[kind]}")
    try:
        account.api.make_field(entity, _body(plan, kind))
    except (RemoteRefusal, AuthError) as error:
        return FieldOutcome(plan, "missing", f"this user may not make it ({error.code}): {_how(plan, entity, kind)}")
    account.schema.forget()
    if account.schema.find(entity, plan.name) is None:
        text = f"it was made, and EspoCRM gave it another name: look for '{plan.label}' in the Entity Manager"
        return FieldOutcome(plan, "differs", f"{text}, and put its name into the mapping")
    return FieldOutcome(plan, "created", f"as {_BY_HAND[kind]}")


def _made_name(name: str) -> str | None:
    """What a field is to be called when it is made, so that it gets this name; None where it cannot."""
    rest = name.removeprefix(PREFIX)
    return rest[0].lower() + rest[1:] if name.startswith(PREFIX) and rest[:1].isupper() else None


def _body(plan: FieldPlan, kind: str) -> dict[str, Any]:
    body: dict[str, Any] = {"name": _made_name(plan.name), "type": kind, "label": plan.label}
    if kind == "varchar":
        body["maxLength"] = plan.max_length or TEXT_LENGTH
    if kind == "enum":  # what sales picks: its changes are kept, with who and when
        body |= {"options": ["", *plan.options], "audited": True}
    if kind == TAGS:
        body |= {"options": list(plan.options), "allowCustomOptions": True, "displayAsLabel": True}
    return body


def _differences(plan: FieldPlan, column: Column, kind: str) -> list[str]:
    """What is wrong with a field that exists, each as a sentence about it."""
    fits = LISTS if kind == TAGS else _FITS[plan.type]
    wrong = []
    if column.type not in fits:
        wrong.append(f"it is of type {column.type}, {_BY_HAND[kind]} is needed")
    if plan.max_length and column.length and column.length < plan.max_length:
        wrong.append(f"it holds {column.length} characters, {plan.max_length} are written")
    missing = [one for one in plan.options if column.options and one not in column.options]
    if missing and column.custom and not column.free:
        wrong.append(f"it lacks the options {', '.join(missing)}")
    return wrong


def _how(plan: FieldPlan, entity: str, kind: str) -> str:
    options = f" with {', '.join(plan.options)}" if plan.options else ""
    more = ", audited" if kind == "enum" else ", custom options allowed" if kind == TAGS else ""
    place = f"Administration > Entity Manager > {entity} > Fields > Add field"
    return f"{place}: {_BY_HAND[kind]}{options}{more}, name '{_made_name(plan.name)}', label '{plan.label}'"
