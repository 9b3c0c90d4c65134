"""Making the fields that the mapping writes: looked for by name, made where they are missing, never changed.

Leads inherit the fields of deals: one that is planned for both is made once.
Source: https://developers.pipedrive.com/docs/api/v1/DealFields, "Create one deal field"
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from adapters.pipedrive.account import Account
from adapters.pipedrive.columns import Column
from adapters.pipedrive.schema import LISTS
from connector.adapter import FieldOutcome, FieldPlan
from connector.errors import AuthError, RemoteRefusal

TYPES: Final = {
    "text": "varchar", "long_text": "text", "number": "double", "boolean": "enum", "datetime": "varchar",
    "picklist": "enum",
}  # fmt: skip
"""What is made. There is no yes-or-no field and none for a moment: a choice of Yes and No, and a text, serve."""
YES_NO: Final = ("Yes", "No")
_FITS: Final = {
    "text": ("varchar", "varchar_auto", "text", "enum"),
    "long_text": ("text", "varchar", "varchar_auto"),
    "number": ("double",),
    "boolean": ("yesno", "varchar", "varchar_auto", "double"),
    "datetime": ("varchar", "varchar_auto", "text", "date"),
    "picklist": ("enum", "varchar", "varchar_auto", "text", "set"),
}


def ensure(account: Account, plans: Sequence[FieldPlan], *, dry_run: bool) -> list[FieldOutcome]:
    """One outcome per planned field."""
    account.schema.forget()
    return [_ensure(account, plan, dry_run) for plan in plans]


def _ensure(account: Account, plan: FieldPlan, dry_run: bool) -> FieldOutcome:
    object_name = plan.object or account.main
    column = account.schema.find(object_name, plan.name)
    if column is not None:
        wrong = _differences(account, plan, column)
        return FieldOutcome(plan, "differs" if wrong else "exists", "; ".join(wrong))
    if dry_run:
        return FieldOutcome(plan, "would_create", f"as {TYPES[plan.type]}")
    try:
        account.api.save("POST", LISTS[object_name], _body(plan))
    except (RemoteRefusal, AuthError) as error:
        how = f"Company settings > Data fields > {_where(object_name)} > Add: '{plan.name}', {_by_hand(plan)}"
        return FieldOutcome(plan, "missing", f"this user may not make fields ({error.code}): {how}")
    account.schema.forget()
    return FieldOutcome(plan, "created", f"as {TYPES[plan.type]}")


def _body(plan: FieldPlan) -> dict[str, Any]:
    body: dict[str, Any] = {"field_name": plan.name, "field_type": TYPES[plan.type]}
    options = YES_NO if plan.type == "boolean" else plan.options
    return {**body, "options": [{"label": one} for one in options]} if options else body


def _differences(account: Account, plan: FieldPlan, column: Column) -> list[str]:
    """What is wrong with a field that exists, each as a sentence about it."""
    if not column.custom:
        return []
    wrong = []
    if column.type not in _FITS[plan.type]:
        wrong.append(f"it is of type {column.type}, {TYPES[plan.type]} is needed")
    if plan.max_length and column.max_length and column.max_length < plan.max_length:
        wrong.append(f"it holds {column.max_length} characters, {plan.max_length} are written")
    is_key = plan.name == account.options.key
    if is_key and column.type not in ("varchar", "varchar_auto", "text"):
        wrong.append("a key must be a text: others are not found by a search")
    missing = [one for one in plan.options if column.type == "enum" and one not in column.options.values()]
    if missing:
        wrong.append(f"it lacks the options {', '.join(missing)}")
    return wrong


def _where(object_name: str) -> str:
    return "Person" if object_name == "person" else "Lead/deal"


def _by_hand(plan: FieldPlan) -> str:
    kinds = {"varchar": "Text", "text": "Large text", "double": "Numerical", "enum": "Single option"}
    options = YES_NO if plan.type == "boolean" else plan.options
    return kinds[TYPES[plan.type]] + (f" with {', '.join(options)}" if options else "")
