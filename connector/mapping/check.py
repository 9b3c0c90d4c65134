"""Does a mapping fit the account's real fields? Asked by `check`, `doctor` and `mapping check`, never by a run.

A finding of level `fail` pauses its line, `warn` tells of trouble to come; each stands at the line of the file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final, Literal

from msgspec import Struct

from connector.conditions import as_text, is_blank, key_of, number
from connector.documents import Path, Places
from connector.errors import Problem
from connector.mapping.crm import CrmMapping
from connector.mapping.decisions import Rule
from connector.mapping.fields import FieldRule
from connector.mapping.marketing import MarketingMapping
from connector.mapping.marketing_file import FieldFeedback
from connector.mapping.paths import compile_path
from connector.mapping.planned import TYPES
from connector.model import Field

NUMERIC: Final = frozenset({"number", "integer"})
PICKED: Final = frozenset({"picklist", "multi"})
SYSTEM_NAMES: Final = frozenset({"id"})
ALIKE: Final = 0.75
"""How alike a name must be to be suggested: `ctiy` and `city` just are, "Business State" and "Business City" not."""


class Finding(Struct, frozen=True):
    """One thing that does not fit. `field` is the platform's name of the field that it is about."""

    level: Literal["fail", "warn"]
    field: str
    problem: Problem


def check_crm(
    mapping: CrmMapping,
    fields: Iterable[Field],
    samples: Sequence[Mapping[str, Any]] = (),
    *,
    unique_key: bool = True,
    connection: str = "NAME",
) -> list[Finding]:
    """Fields that are missing, read-only, of another type or too short, values that a list does not have, and required
    fields without a source. `samples` are facts of real leads: what the mapping would write is held against the field.
    `unique_key`: the platform keeps keys unique itself, where the account's admin says so. `connection` is the name
    that a remedy's command takes.
    """  # fmt: skip
    checker = _Checker(mapping.places, fields, connection, {plan.name.lower() for plan in mapping.field_plan()})
    for index, rule in enumerate(mapping.rules):
        for name in mapping.objects:
            if rule.serves(name):
                checker.check_written(name, rule, ("fields", index, "to"), samples)
    for name in mapping.objects if mapping.key else ():
        checker.check_key(name, str(mapping.key), unique=unique_key)
    for decision in mapping.decision_rules:
        checker.check_decision(decision)
    checker.check_required(mapping)
    return checker.findings


def check_marketing(mapping: MarketingMapping, fields: Iterable[Field], *, connection: str = "NAME") -> list[Finding]:
    """Fields that the mapping reads and the account does not list, and feedback into fields that cannot be."""
    checker = _Checker(mapping.places, fields, connection)
    reads = [compile_path(line.from_).reads for line in mapping.file.contact]
    for index, names in enumerate(reads):
        checker.check_source(names, ("contact", index, "from"), {name.lower() for other in reads for name in other})
    for index, feedback in enumerate(mapping.file.feedback):
        if isinstance(feedback, FieldFeedback):
            checker.check_feedback(feedback.to, ("feedback", index, "to"))
    return checker.findings


class _Checker:
    """Collects findings against one account's fields."""

    def __init__(self, places: Places, fields: Iterable[Field], connection: str, planned: Collection[str] = ()) -> None:
        self._places = places
        self._planned = planned
        self._prepare = f"run 'leadloop prepare {connection}'"
        self._fields = {(field.object, field.name.lower()): field for field in fields}
        self.findings: list[Finding] = []

    def find(self, object_name: str, name: str) -> Field | None:
        return self._fields.get((object_name, name.lower()))

    def add(
        self, level: Literal["fail", "warn"], field: str, at: Path, message: str, remedy: str | None = None
    ) -> None:
        self.findings.append(Finding(level, field, self._places.problem(at, message, remedy=remedy)))

    def check_feedback(self, name: str, at: Path) -> None:
        found = self.find("", name)
        if found is None:
            self.add("warn", name, at, f"the account has no field '{name}'", self._prepare)
        elif not found.writable:
            self.add("fail", name, at, f"'{name}' is read-only", "write to another field")

    def check_source(self, names: Sequence[str], at: Path, taken: Collection[str]) -> None:
        """Marketing accounts list the fields of a contact; a path into a group is looked up by its first key.

        What another line reads already (`taken`) is hardly what this one means.
        """
        known = {name for _, name in self._fields}
        for name in names:
            if known and name.lower() not in known and name.split(".")[0].lower() not in known:
                self.add("warn", name, at, f"the account lists no field '{name}'", self._close("", name, taken))

    def check_written(self, object_name: str, rule: FieldRule, at: Path, samples: Sequence[Mapping[str, Any]]) -> None:
        name = rule.line.to
        field = self.find(object_name, name)
        if field is None:
            self.add("fail", name, at, f"{object_name} has no field '{name}'", self._close(object_name, name))
            return
        if not field.writable:
            self.add("fail", name, at, f"'{name}' is read-only in {object_name}", "write to another field")
        for message, remedy in (*_type_trouble(field, rule), *_sample_trouble(field, rule, samples)):
            self.add("warn", name, at, message, remedy)

    def check_key(self, object_name: str, name: str, *, unique: bool) -> None:
        field = self.find(object_name, name)
        if field is None:
            self.add("fail", name, ("key",), f"{object_name} has no field '{name}'", self._prepare)
        elif unique and not field.unique:
            self.add("fail", name, ("key",), f"'{name}' is not unique in {object_name}", "make it a unique external id")

    def check_decision(self, rule: Rule) -> None:
        if all(rule.object != known for known, _ in self._fields):
            return  # this object's fields were not asked for
        for name in dict.fromkeys(rule.reads):
            if "." not in name and self.find(rule.object, name) is None:  # Owner.Type is listed under Owner's record
                at = ("decisions", rule.number - 1)
                message = f"{rule.object} has no field '{name}'"
                self.add("fail", name, at, message, self._close(rule.object, name))

    def check_required(self, mapping: CrmMapping) -> None:
        written = {name.lower() for name in mapping.fields_for(mapping.object)} | {(mapping.key or "").lower()}
        for (object_name, lower), field in self._fields.items():
            if object_name == mapping.object and field.required and lower not in written | SYSTEM_NAMES:
                message = f"{object_name} asks for '{field.name}', and no line gives it"
                self.add("fail", field.name, ("fields",), message, "add a line, with a required_default")

    def _close(self, object_name: str, name: str, taken: Collection[str] = ()) -> str:
        names = {
            lower: field.name
            for (known, lower), field in self._fields.items()
            if known == object_name and lower not in taken
        }
        close = get_close_matches(name.lower(), names, n=1, cutoff=ALIKE)
        if close:
            return f"did you mean '{names[close[0]]}'?"
        otherwise = "check its spelling, or whether our user may see it"
        return f"{self._prepare}; or {otherwise}" if name.lower() in self._planned else otherwise


def _type_trouble(field: Field, rule: FieldRule) -> Iterator[tuple[str, str | None]]:
    """What can be told without a value."""
    line = rule.line
    if field.type in PICKED and line.values is not None:
        known = {key_of(option) for option in field.options}
        for value in line.values.values():
            if not is_blank(value) and known and key_of(value) not in known:
                yield f"'{value}' is no value of '{field.name}'", f"its values: {', '.join(field.options)}"
    ours = TYPES.get(line.from_)
    if line.values is None and ours == "number" and field.type in ("boolean", "date", "datetime"):
        yield f"'{field.name}' is a {field.type}, and the value is a number", "write to a number or a text"
    if line.values is None and ours == "boolean" and field.type in (*NUMERIC, "date", "datetime"):
        yield f"'{field.name}' is a {field.type}, and the value is yes or no", "write to a checkbox or a text"
    if line.values is None and ours == "long_text" and (field.type in NUMERIC or field.type == "boolean"):
        yield f"'{field.name}' is a {field.type}, and the value is a text", "write to a text"
    if field.max_length and ours == "long_text" and (line.max_length is None or line.max_length > field.max_length):
        yield f"'{field.name}' holds {field.max_length} characters", f"add max_length: {field.max_length}"


def _sample_trouble(
    field: Field, rule: FieldRule, samples: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, str | None]]:
    """What real values show; each kind of trouble is told once, with its count, never with a value of a person."""
    values = [value for facts in samples if not is_blank(value := rule.value(facts))]
    if field.max_length and (long := sum(len(as_text(value)) > field.max_length for value in values)):
        yield f"{long} of {len(values)} samples exceed its {field.max_length} characters", "add max_length"
    if field.type in NUMERIC and (texts := sum(number(value) is None for value in values)):
        yield f"{texts} of {len(values)} samples are no numbers", "add transform: [number]"
    if field.type == "picklist" and field.options and rule.line.values is None:
        known = {key_of(option) for option in field.options}
        if strange := sum(key_of(value) not in known for value in values):
            yield f"{strange} of {len(values)} samples are no values of its list", "add values:"
