"""Which fields an account should have: those that show what only we know, the key, and the reasons of sales."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Literal

from connector.adapter.base import FieldPlan
from connector.mapping.crm_file import CrmFile
from connector.mapping.decisions import REASONED, Rule
from connector.mapping.fields import OURS, FieldRule
from connector.model import REASONS

PlanType = Literal["text", "long_text", "number", "boolean", "datetime", "picklist"]

TYPES: Final[dict[str, PlanType]] = {
    "score.points": "number",
    "score.combined": "number",
    "score.profile_percent": "number",
    "score.completeness": "number",
    "score.reasons": "long_text",
    "lead.is_mql": "boolean",
    "lead.fast": "boolean",
    "lead.cycle": "number",
    "lead.days_in_stage": "number",
    "lead.mql_at": "datetime",
    "lead.history": "long_text",
    "decision.at": "datetime",
    "decision.amount": "number",
}
LABELS: Final = {
    "score.points": "Lead score",
    "score.grade": "Lead grade",
    "score.reasons": "MQL reasons",
    "lead.is_mql": "MQL",
    "lead.mql_at": "MQL since",
}
KEY_LABEL: Final = "leadloop id"
KEY_CHARACTERS: Final = 32
REASON_LABEL: Final = "Rejection reason"
LONG_FROM: Final = 256
"""Characters from which a text is planned as a long one."""


def planned_fields(file: CrmFile, rules: Sequence[FieldRule], decisions: Sequence[Rule]) -> list[FieldPlan]:
    """One plan per object and field, the key first. Fields of contact.* are the CRM's own and not planned."""
    plans = [*_keys(file), *_ours(file, rules), *_reasons(decisions)]
    return list({(plan.object, plan.name): plan for plan in reversed(plans)}.values())[::-1]


def _keys(file: CrmFile) -> Iterator[FieldPlan]:
    if file.key is not None:
        for name in (file.object, *file.also):
            yield FieldPlan(name, file.key, KEY_LABEL, "text", unique=True, max_length=KEY_CHARACTERS)


def _ours(file: CrmFile, rules: Sequence[FieldRule]) -> Iterator[FieldPlan]:
    for rule in rules:
        line = rule.line
        if line.from_.startswith(OURS) or line.label is not None:
            label = line.label or LABELS.get(line.from_, line.to)
            for name in (file.object, *file.also):
                if rule.serves(name):
                    yield FieldPlan(name, line.to, label, _type(rule), max_length=line.max_length)


def _type(rule: FieldRule) -> PlanType:
    line = rule.line
    if line.values is not None:
        return "text"
    kind = TYPES.get(line.from_, "number" if line.from_.startswith("score.dimensions.") else "text")
    short = line.max_length is not None and line.max_length < LONG_FROM
    return "text" if kind == "long_text" and short else kind


def _reasons(decisions: Sequence[Rule]) -> Iterator[FieldPlan]:
    options = tuple(code.replace("_", " ").capitalize() for code in REASONS if code != "none_given")
    for rule in decisions:
        if rule.line.reason is not None and rule.line.is_ in REASONED:
            yield FieldPlan(rule.object, rule.line.reason, REASON_LABEL, "picklist", options=options)
