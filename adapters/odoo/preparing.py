"""Making the fields that the mapping writes: looked for by name, made where they are missing, never changed.

Odoo takes new fields from Settings administrators alone, and only under names that begin with `x_`.
Source: https://www.odoo.com/documentation/19.0/developer/reference/external_api.html, "ir.model.fields"
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from adapters.odoo.account import Account
from adapters.odoo.columns import Column
from adapters.odoo.errors import DENIED
from adapters.odoo.spec import LEAD
from connector.adapter import FieldOutcome, FieldPlan
from connector.errors import RemoteRefusal

MADE_AS: Final[Mapping[str, str]] = {
    "text": "char", "long_text": "text", "number": "integer", "boolean": "boolean", "datetime": "datetime",
    "picklist": "selection",
}  # fmt: skip
"""What is made. Numbers of leadloop are whole but for amounts; a field for those is made by hand, as a decimal one."""
_FITS: Final[Mapping[str, Sequence[str]]] = {
    "text": ("char", "text", "selection"),
    "long_text": ("text", "char", "html"),
    "number": ("integer", "float", "monetary"),
    "boolean": ("boolean",),
    "datetime": ("datetime", "date"),
    "picklist": ("selection", "char", "text", "many2one"),
}
_NAMES: Final[Mapping[str, str]] = {
    "char": "Text", "text": "Multiline Text", "integer": "Integer", "boolean": "Checkbox", "datetime": "Date & Time",
    "selection": "Selection",
}  # fmt: skip


def ensure(account: Account, plans: Sequence[FieldPlan], *, dry_run: bool) -> list[FieldOutcome]:
    """One outcome per planned field."""
    account.forget()
    return [_ensure(account, plan, dry_run) for plan in plans]


def _ensure(account: Account, plan: FieldPlan, dry_run: bool) -> FieldOutcome:
    column = account.columns.get(plan.name)
    if column is not None:
        wrong = _differences(plan, column, is_key=plan.name == account.options.key)
        return FieldOutcome(plan, "differs" if wrong else "exists", "; ".join(wrong))
    if not plan.name.startswith("x_"):
        return FieldOutcome(plan, "missing", f"Odoo has no field '{plan.name}', and names of new ones begin with x_")
    if dry_run:
        return FieldOutcome(plan, "would_create", f"as {MADE_AS[plan.type]}")
    try:
        account.api.create("ir.model.fields", [_body(account, plan)])
    except RemoteRefusal as refusal:
        if refusal.code != DENIED:
            raise
        return FieldOutcome(plan, "missing", f"this user may not make fields: {_by_hand(plan)}")
    account.forget()
    return FieldOutcome(plan, "created", f"as {MADE_AS[plan.type]}")


def _body(account: Account, plan: FieldPlan) -> dict[str, Any]:
    [model] = account.api.rows("ir.model", [["model", "=", LEAD]], ("model",))
    body: dict[str, Any] = {
        "model_id": model["id"], "name": plan.name, "field_description": plan.label or plan.name,
        "ttype": MADE_AS[plan.type], "state": "manual",
    }  # fmt: skip
    if plan.type == "text" and plan.max_length:
        body["size"] = plan.max_length
    if plan.unique:
        # Searched for with every look; and a copy that sales makes of a record is another record.
        body |= {"index": True, "copied": False}
    if plan.options:
        options = enumerate(plan.options)
        body["selection_ids"] = [[0, 0, {"value": one, "name": one, "sequence": place}] for place, one in options]
    return body


def _differences(plan: FieldPlan, column: Column, *, is_key: bool) -> list[str]:
    """What is wrong with a field that exists, each as a sentence about it."""
    if not column.custom:
        return []
    wrong = []
    if column.type not in _FITS[plan.type]:
        wrong.append(f"it is of type {column.type}, {MADE_AS[plan.type]} is needed")
    if plan.max_length and column.size and column.size < plan.max_length:
        wrong.append(f"it holds {column.size} characters, {plan.max_length} are written")
    if is_key and column.type != "char":
        wrong.append("a key must be a text of one line")
    missing = [one for one in plan.options if column.options and one not in column.options.values()]
    if missing:
        wrong.append(f"it lacks the options {', '.join(missing)}")
    if not column.writable:
        wrong.append("it is read-only")
    return wrong


def _by_hand(plan: FieldPlan) -> str:
    options = f" with {', '.join(plan.options)}" if plan.options else ""
    kind = _NAMES[MADE_AS[plan.type]]
    return f"Settings > Technical > Fields > New: {plan.name} on {LEAD}, {kind}{options}; not copied if it is the key"
