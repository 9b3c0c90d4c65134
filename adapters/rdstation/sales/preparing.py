"""Making the fields that the mapping writes: looked for by name, made where they are missing, never changed.

Source: https://developers.rdstation.com/reference (custom fields of versions 1 and 2), read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from adapters.rdstation.sales.account import Account
from adapters.rdstation.sales.columns import Column
from connector.adapter import FieldOutcome, FieldPlan
from connector.errors import AuthError, RemoteRefusal

TYPES: Final = {
    "text": "text", "long_text": "text", "number": "text", "boolean": "option", "datetime": "text",
    "picklist": "option",
}  # fmt: skip
"""What is made. There is no field for numbers, moments or yes and no: texts and a choice of Sim and Não serve."""
YES_NO: Final = ("Sim", "Não")
_FITS: Final[Mapping[str, tuple[str, ...]]] = {
    "text": ("text", "option"),
    "long_text": ("text",),
    "number": ("text", "number"),
    "boolean": ("yesno", "text"),
    "datetime": ("text", "date"),
    "picklist": ("option", "text", "multiple_choice"),
}
_BY_HAND: Final = {"text": "Texto", "option": "Opção única"}


def ensure(account: Account, plans: Sequence[FieldPlan], *, dry_run: bool) -> list[FieldOutcome]:
    """One outcome per planned field."""
    account.schema.forget()
    return [_ensure(account, plan, dry_run) for plan in plans]


def _ensure(account: Account, plan: FieldPlan, dry_run: bool) -> FieldOutcome:
    column = account.schema.find(plan.name)
    if column is not None:
        wrong = _differences(plan, column)
        return FieldOutcome(plan, "differs" if wrong else "exists", "; ".join(wrong))
    if dry_run:
        return FieldOutcome(plan, "would_create", f"as {TYPES[plan.type]}")
    try:
        account.api.make_field(plan.name, TYPES[plan.type], _options(plan))
    except (RemoteRefusal, AuthError) as error:
        how = f"Configurações > Campos personalizados > Negociações: '{plan.name}', {_by_hand(plan)}"
        return FieldOutcome(plan, "missing", f"this user may not make fields ({error.code}): {how}")
    account.schema.forget()
    return FieldOutcome(plan, "created", f"as {TYPES[plan.type]}")


def _options(plan: FieldPlan) -> tuple[str, ...]:
    return YES_NO if plan.type == "boolean" else tuple(plan.options)


def _differences(plan: FieldPlan, column: Column) -> list[str]:
    """What is wrong with a field that exists, each as a sentence about it."""
    if not column.custom:
        return []
    wrong = []
    if column.type not in _FITS[plan.type]:
        wrong.append(f"it is of type {column.type}, {TYPES[plan.type]} is needed")
    missing = [one for one in plan.options if column.type == "option" and one not in column.options]
    if missing:
        wrong.append(f"it lacks the options {', '.join(missing)}")
    return wrong


def _by_hand(plan: FieldPlan) -> str:
    options = _options(plan)
    return _BY_HAND[TYPES[plan.type]] + (f" with {', '.join(options)}" if options else "")
