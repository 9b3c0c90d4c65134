"""Making the fields that the mapping writes: looked for by API name, made where they are missing, never changed.

Zoho makes the API name from the label, so a field is made under the label that gives the planned name, and the account
is asked afterwards what it is called. Names that end in `__s` are Zoho's own.
Source: https://www.zoho.com/crm/developer/docs/api/v8/create-custom-field.html.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from adapters.zoho.account import Account
from adapters.zoho.columns import NUMBERS, TEXTS, Column
from connector.adapter import FieldOutcome, FieldPlan
from connector.errors import AuthError, RemoteRefusal

TYPES: Final[Mapping[str, str]] = {
    "text": "text", "long_text": "textarea", "number": "integer", "boolean": "boolean", "datetime": "datetime",
    "picklist": "picklist",
}  # fmt: skip
_FITS: Final[Mapping[str, Sequence[str]]] = {
    "text": (*TEXTS, "picklist"), "long_text": ("textarea", "text"), "number": NUMBERS, "boolean": ("boolean",),
    "datetime": ("datetime",), "picklist": ("picklist", "text"),
}  # fmt: skip
_BY_HAND: Final[Mapping[str, str]] = {
    "text": "Single Line", "textarea": "Multi-Line (Large)", "integer": "Number", "boolean": "Checkbox",
    "datetime": "Date/Time", "picklist": "Pick List",
}  # fmt: skip
TEXT_LENGTH: Final = 255
DIGITS: Final = 9


def ensure(account: Account, plans: Sequence[FieldPlan], *, dry_run: bool) -> list[FieldOutcome]:
    """One outcome per planned field."""
    account.schema.forget()
    return [_ensure(account, plan, dry_run) for plan in plans]


def _ensure(account: Account, plan: FieldPlan, dry_run: bool) -> FieldOutcome:
    object_name = plan.object or account.main
    column = account.schema.find(object_name, plan.name)
    if column is not None:
        wrong = _differences(plan, column, is_key=plan.name == account.options.key)
        return FieldOutcome(plan, "differs" if wrong else "exists", "; ".join(wrong))
    if plan.name.endswith("__s"):
        return FieldOutcome(plan, "missing", "a field of Zoho's own that this edition or layout lacks: name another")
    if dry_run:
        return FieldOutcome(plan, "would_create", f"as {_BY_HAND[TYPES[plan.type]]}")
    try:
        account.api.make_field(object_name, _body(account, plan))
    except (RemoteRefusal, AuthError) as error:
        return FieldOutcome(plan, "missing", f"this user may not make fields ({error.code}): {_how(plan, object_name)}")
    account.schema.forget()
    if account.schema.find(object_name, plan.name) is None:
        told = f"it was made as '{_label(plan)}', and Zoho gave it another API name: change that to {plan.name}"
        return FieldOutcome(plan, "differs", f"{told} (Setup > Developer Hub > APIs and SDKs > API Names)")
    return FieldOutcome(plan, "created", f"as {_BY_HAND[TYPES[plan.type]]}")


def _label(plan: FieldPlan) -> str:
    return plan.name.replace("_", " ")


def _body(account: Account, plan: FieldPlan) -> dict[str, Any]:
    body: dict[str, Any] = {"field_label": _label(plan), "data_type": TYPES[plan.type]}
    if plan.type == "text":
        body["length"] = TEXT_LENGTH
    if plan.type == "number":
        body["length"] = DIGITS
    if plan.type == "long_text":
        body["textarea"] = {"type": "large"}
    if plan.options:
        body["pick_list_values"] = [{"display_value": one, "actual_value": one} for one in plan.options]
    if plan.unique or plan.name == account.options.key:
        body["unique"] = {"casesensitive": False}
    return body


def _differences(plan: FieldPlan, column: Column, *, is_key: bool) -> list[str]:
    """What is wrong with a field that exists, each as a sentence about it."""
    wrong = []
    if column.type not in _FITS[plan.type]:
        wrong.append(f"it is of type {column.type}, {_BY_HAND[TYPES[plan.type]]} is needed")
    if plan.max_length and column.type in TEXTS and column.length and column.length < plan.max_length:
        wrong.append(f"it holds {column.length} characters, {plan.max_length} are written")
    missing = [one for one in plan.options if column.options and one not in column.options]
    if missing and column.custom:
        wrong.append(f"it lacks the options {', '.join(missing)}")
    if is_key and not column.unique:
        wrong.append("it does not refuse duplicates: mark it 'Do not allow duplicate values'")
    return wrong


def _how(plan: FieldPlan, object_name: str) -> str:
    options = f" with {', '.join(plan.options)}" if plan.options else ""
    marks = ", marked 'Do not allow duplicate values'" if plan.unique else ""
    kind = _BY_HAND[TYPES[plan.type]]
    return (
        f"Setup > Customization > Modules and Fields > {object_name} > Standard: {kind}{options} labelled"
        f" '{_label(plan)}'{marks}"
    )
