"""What `prepare` finds: Tryton's fields come with modules, none can be made from outside. Lines need none."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.tryton.account import Account
from adapters.tryton.schema import KINDS, LINE
from connector.adapter import FieldOutcome, FieldPlan

_FITS = {
    "text": ("text", "picklist"), "long_text": ("text",), "number": ("number", "integer"), "boolean": ("boolean",),
    "datetime": ("datetime", "date"), "picklist": ("picklist", "text"),
}  # fmt: skip


def verify(account: Account, plans: Sequence[FieldPlan], main: str) -> list[FieldOutcome]:
    """One outcome per planned field."""
    return [_verify(account, plan, plan.object or main) for plan in plans]


def _verify(account: Account, plan: FieldPlan, object_name: str) -> FieldOutcome:
    column = account.schema.find(object_name, plan.name)
    if column is None:
        how = f"write it as a line of the comment ('{LINE}{plan.label or plan.name}'), or install a module that adds it"
        return FieldOutcome(plan, "missing", how)
    kind = KINDS.get(column.type, column.type)
    if column.part == "line" or kind in _FITS[plan.type]:
        return FieldOutcome(plan, "exists", "a line of the comment" if column.part == "line" else "")
    return FieldOutcome(plan, "differs", f"it is of type {column.type}, which takes no {plan.type}")
