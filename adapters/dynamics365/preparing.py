"""The columns that a mapping writes: found to fit, made, or told how to make by hand.

A key's column gets its alternate key as well, whose index the platform builds in the background. The status reasons of
leads and opportunities are the account's own and are shown, never made: each must belong to a state.
Source: https://learn.microsoft.com/power-apps/developer/data-platform/webapi/create-update-column-definitions-using-web-api
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from adapters.dynamics365.api import Api
from adapters.dynamics365.describing import Description
from adapters.dynamics365.schema import ACTIVE, Schema
from connector.adapter import FieldOutcome, FieldPlan
from connector.errors import AuthError, RemoteRefusal
from connector.model import Json

ENGLISH: Final = 1033
LONG_CHARACTERS: Final = 2000
WHOLE_NUMBERS: Final = 2_147_483_647
_KINDS: Final[Mapping[str, str]] = {
    "text": "String", "long_text": "Memo", "number": "Integer", "boolean": "Boolean", "datetime": "DateTime",
    "picklist": "Picklist",
}  # fmt: skip
_FITS: Final[Mapping[str, tuple[str, ...]]] = {
    "text": ("text",), "long_text": ("text",), "number": ("integer", "number"), "boolean": ("boolean",),
    "datetime": ("datetime",), "picklist": ("picklist", "text"),
}  # fmt: skip
_BY_HAND: Final[Mapping[str, str]] = {
    "text": "Single line of text", "long_text": "Multiple lines of text", "number": "Whole number",
    "boolean": "Yes/no", "datetime": "Date and time", "picklist": "Choice",
}  # fmt: skip


class Preparation:
    """Makes and verifies columns of one environment; `key` is the column that holds our key."""

    def __init__(self, api: Api, schema: Schema, key: str | None, *, dry_run: bool) -> None:
        self.api = api
        self.schema = schema
        self.key = key
        self.dry_run = dry_run
        self._tables: dict[str, Description] = {}
        self._changed: set[str] = set()
        self._language: int | None = None

    def all(self, plans: Sequence[FieldPlan]) -> list[FieldOutcome]:
        """One outcome per planned column; what was made is published at the end."""
        outcomes = [self._one(plan) for plan in plans]
        if self._changed:
            self._publish()
        for plan in plans:
            self.schema.forget(plan.object)
        return outcomes

    def _one(self, plan: FieldPlan) -> FieldOutcome:
        table = self._table(plan.object)
        told = table.columns.get(plan.name)
        if told is not None and told.get("AttributeOf"):
            return FieldOutcome(plan, "exists", _shown(table, str(told["AttributeOf"])))
        if told is not None:
            return self._fitting(plan, table)
        if self.dry_run:
            return FieldOutcome(plan, "would_create", f"as {_KINDS[plan.type]}")
        return self._created(plan)

    def _table(self, name: str) -> Description:
        if name not in self._tables:
            self._tables[name] = Description(self.api, name)
        return self._tables[name]

    def _publish(self) -> None:
        """These tables alone: what others are still working on stays unpublished."""
        entities = "".join(f"<entity>{name}</entity>" for name in sorted(self._changed))
        xml = f"<importexportxml><entities>{entities}</entities></importexportxml>"
        self.api.define("PublishXml", {"ParameterXml": xml})

    def _words(self) -> int:
        """The language of the environment: others may not be there."""
        if self._language is None:
            rows = self.api.all("organizations", {"$select": "languagecode"})
            self._language = int(rows[0].get("languagecode") or ENGLISH) if rows else ENGLISH
        return self._language

    def _fitting(self, plan: FieldPlan, table: Description) -> FieldOutcome:
        wrong = differences(plan, table)
        if wrong or plan.name != self.key or plan.name in table.unique:
            return FieldOutcome(plan, "differs" if wrong else "exists", "; ".join(wrong))
        return self._with_key(plan, "exists")

    def _created(self, plan: FieldPlan) -> FieldOutcome:
        try:
            self.api.define(
                f"EntityDefinitions(LogicalName='{plan.object}')/Attributes", definition(plan, self._words())
            )
        except (RemoteRefusal, AuthError) as error:
            return FieldOutcome(plan, "missing", f"our user may not make columns ({error.code}): {how_to(plan)}")
        self._changed.add(plan.object)
        if plan.name == self.key:
            return self._with_key(plan, "created")
        return FieldOutcome(plan, "created", f"as {_KINDS[plan.type]}")

    def _with_key(self, plan: FieldPlan, status: str) -> FieldOutcome:
        """The alternate key on a column that is there: made where there is none yet."""
        state = self.schema.key_state(plan.object, plan.name) if status == "exists" else None
        if state is None and self.dry_run:
            return FieldOutcome(plan, "would_create", "its alternate key")
        if state is None:
            body = {"SchemaName": f"{plan.name}_key", "DisplayName": _label(plan.label, self._words()),
                    "KeyAttributes": [plan.name]}  # fmt: skip
            try:
                self.api.define(f"EntityDefinitions(LogicalName='{plan.object}')/Keys", body)
            except (RemoteRefusal, AuthError) as error:
                return FieldOutcome(plan, "missing", f"its alternate key ({error.code}): {how_to_key(plan)}")
            self._changed.add(plan.object)
            return FieldOutcome(plan, "created", "its alternate key is being built: 'leadloop check' tells when")
        text = "" if state == ACTIVE else f"its alternate key is {state}: wait until it is Active"
        return FieldOutcome(plan, "exists" if state == ACTIVE else "differs", text)


def differences(plan: FieldPlan, table: Description) -> list[str]:
    """What is wrong with a column that exists, each as a sentence about it."""
    field = table.field(plan.name)
    wrong = []
    if field.type not in _FITS[plan.type]:
        wrong.append(f"it is of type {field.type}, {_BY_HAND[plan.type]} is needed")
    if plan.max_length and field.max_length and field.max_length < plan.max_length:
        wrong.append(f"it holds {field.max_length} characters, {plan.max_length} are written")
    missing = [one for one in plan.options if field.type == "picklist" and one not in field.options.values()]
    if missing:
        wrong.append(f"it lacks the choices {', '.join(missing)}")
    if not field.writable:
        wrong.append("our user may not write it")
    return wrong


def definition(plan: FieldPlan, language: int = ENGLISH) -> Json:
    """The definition of a planned column, as the platform takes it; labels are in one language."""
    kind = _KINDS[plan.type]
    return {
        "@odata.type": f"Microsoft.Dynamics.CRM.{kind}AttributeMetadata",
        "AttributeType": kind,
        "AttributeTypeName": {"Value": f"{kind}Type"},
        "SchemaName": _schema_name(plan),
        "DisplayName": _label(plan.label, language),
        "RequiredLevel": {"Value": "None"},
        **_details(plan, language),
    }


def _details(plan: FieldPlan, language: int) -> dict[str, Any]:
    match plan.type:
        case "text":
            return {"MaxLength": plan.max_length or 100, "FormatName": {"Value": "Text"}}
        case "long_text":
            return {"MaxLength": max(plan.max_length or 0, LONG_CHARACTERS), "Format": "TextArea"}
        case "number":
            return {"MinValue": -WHOLE_NUMBERS, "MaxValue": WHOLE_NUMBERS, "Format": "None"}
        case "boolean":
            choices = {"TrueOption": _option("Yes", language, 1), "FalseOption": _option("No", language, 0)}
            return {"DefaultValue": False, "OptionSet": {**choices, "OptionSetType": "Boolean"}}
        case "datetime":
            return {"Format": "DateAndTime"}
        case _:
            options = [_option(one, language) for one in plan.options]
            return {"OptionSet": {"IsGlobal": False, "OptionSetType": "Picklist", "Options": options}}


def _schema_name(plan: FieldPlan) -> str:
    """A mapping that reads a choice names the column of its label, which comes with it."""
    return plan.name.removesuffix("name") if plan.type == "picklist" else plan.name


def _option(label: str, language: int, value: int | None = None) -> Json:
    """A choice; without a number the platform gives one that begins with the publisher's."""
    return {"Label": _label(label, language), **({} if value is None else {"Value": value})}


def _label(text: str, language: int) -> Json:
    kinds = "Microsoft.Dynamics.CRM."
    one = {"@odata.type": f"{kinds}LocalizedLabel", "Label": text, "LanguageCode": language}
    return {"@odata.type": f"{kinds}Label", "LocalizedLabels": [one]}


def how_to(plan: FieldPlan) -> str:
    """What an admin does for a column that is not there."""
    options = f" with {', '.join(plan.options)}" if plan.options else ""
    kind = f"{_BY_HAND[plan.type]}{options}, schema name {_schema_name(plan)}"
    key = f"; then {how_to_key(plan)}" if plan.unique else ""
    return f"Power Apps > Tables > {plan.object} > Columns > New: {kind}{key}"


def how_to_key(plan: FieldPlan) -> str:
    """What an admin does for the alternate key."""
    return f"Power Apps > Tables > {plan.object} > Keys > New key on {plan.name}"


def _shown(table: Description, name: str) -> str:
    """The account's own words for why, as sales picks them."""
    labels = [label for label, _ in table.choices.get(name, {}).values()]
    return f"the choices of {name}: {', '.join(labels)}" if labels else ""
