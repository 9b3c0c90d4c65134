"""What sales decided, derived from a CRM's record as it stands, as it stood before, and from its own history.

A record's state fits one line of `decisions:`, the first. A decision is a change of what fits: it becomes another kind,
or the same kind with another reason (sales often adds the reason later). A record that fits no line says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from connector.adapter.crm import anybody
from connector.conditions import Test, as_text, is_blank, number
from connector.errors import RecordError
from connector.mapping.acts import compile_when
from connector.mapping.crm_file import CrmFile, DecisionLine
from connector.mapping.late import BAD_NUMBER, read_or, still_missing, with_late_parts
from connector.mapping.mistakes import Mistakes
from connector.mapping.past import State, states
from connector.mapping.paths import Path, compile_path
from connector.mapping.reasons import Reasons
from connector.mapping.times import has_time, read_time
from connector.model import CrmRecord, Decision, Precision

REASONED: Final = ("rejected", "recycled", "lost")
"""Kinds of decisions that have a reason, if only `none_given`."""
PARTS: Final = ("reason", "reason_text", "amount", "at")
SAME_SAVE: Final = timedelta(minutes=1)
"""How far two times may differ that a CRM writes when one record is saved."""
STAGE_ORDER: Final = "stage_order"
"""What adapters call the place of a record's stage within its pipeline, from 1: `{stage: {after: first}}` asks it."""
IsPerson: TypeAlias = Callable[[str], bool]
"""Is the author of a change, as the CRM names it, a person: not leadloop, not the CRM's own automation?"""


class Rule(Struct, frozen=True):
    """One compiled line; `number` counts from 1. `changed` are the fields that a person must just have changed."""

    number: int
    line: DecisionLine
    object: str
    tests: list[tuple[Path, Test]]
    changed: list[Path]
    parts: Mapping[str, Path]

    def fits(self, state: State, is_person: IsPerson) -> bool:
        if self.changed and (state.by is None or not is_person(state.by)):
            return False
        return all(state.changed.intersection(path.reads) for path in self.changed) and all(
            test(path.read(state.fields)) for path, test in self.tests
        )

    @property
    def reads(self) -> Iterator[str]:
        for path in (*(path for path, _ in self.tests), *self.changed, *self.parts.values()):
            yield from path.reads

    @property
    def asks(self) -> Iterator[str]:
        """Fields whose values decide whether the line fits."""
        for path, _ in self.tests:
            yield from path.reads

    def text(self, part: str, fields: Mapping[str, Any]) -> str | None:
        path = self.parts.get(part)
        value = path.read(fields) if path else None
        return None if is_blank(value) else as_text(value).strip()


class Decisions:
    """The compiled `decisions:` lines."""

    def __init__(self, file: CrmFile, zone: ZoneInfo, reasons: Reasons | None, mistakes: Mistakes) -> None:
        self._zone = zone
        self._reasons = reasons
        self.rules = tuple(_compile(file, line, index, mistakes) for index, line in enumerate(file.decisions))

    def decide(self, record: CrmRecord, before: CrmRecord | None = None) -> Decision | None:
        """The newest decision that the record tells and `before` did not."""
        found = self.all(record, before)
        return found[-1] if found else None

    def all(
        self,
        record: CrmRecord,
        before: CrmRecord | None = None,
        is_person: IsPerson = anybody,
        left_out: list[RecordError] | None = None,
    ) -> list[Decision]:
        """Every decision since `before` (the record as last seen; None: never), oldest first.

        With history each has its exact time and actor; without, the time of the change, known as well as the record
        tells it. Raises RecordError, naming the field, for an amount or time that is none. In a past state, which
        nobody can correct any more, such a value is missing instead, and `left_out` gets the error.
        """
        rules = [rule for rule in self.rules if rule.object == record.object]
        found: list[Decision] = []
        missing: dict[int, list[RecordError]] = {}
        known = self._told(rules, before)
        *past, present = states(record, before)
        for state in (*past, present):
            unread: list[RecordError] = []
            decision = self._decision(rules, record, state, is_person, None if state is present else unread)
            if decision is None:
                known = None
            elif known is None or decision.kind != known.kind:
                if state is present and before is not None and self._is_of_another(decision, before, state):
                    decision = replace(decision, at=state.at, precision=state.precision)
                missing[len(found)] = unread
                found.append(decision)
                known = decision
            else:
                known = with_late_parts(found, known, decision)
        if left_out is not None:
            left_out += [error for place, unread in missing.items() for error in still_missing(found[place], unread)]
        return found

    def _is_of_another(self, decision: Decision, before: CrmRecord, state: State) -> bool:
        """Does the field that should date a decision hold what it held before that? Then it dates an earlier one."""
        path = self.rules[decision.rule - 1].parts.get("at")
        if path is None:
            return False
        value = path.read(state.beside)
        return not is_blank(value) and path.read(before.fields) == value

    def _told(self, rules: Sequence[Rule], before: CrmRecord | None) -> Decision | None:
        """What `before` told already. It may have been saved when no line asked for an amount, or another one."""
        if before is None:
            return None
        state = State(before.fields, before.fields, before.changed_at, None, "poll")
        return self._decision(rules, before, state, anybody, unread=[])

    def _decision(
        self,
        rules: Sequence[Rule],
        record: CrmRecord,
        state: State,
        is_person: IsPerson,
        unread: list[RecordError] | None,
    ) -> Decision | None:
        """What a state tells; the errors of values that are none go to `unread`, without which they are raised."""
        rule = next((rule for rule in rules if rule.fits(state, is_person)), None)
        if rule is None:
            return None
        at, precision = read_or(lambda: self._time(rule, state), (state.at, state.precision), unread)
        reason, text = self._reason(rule, state.beside)
        return Decision(
            kind=rule.line.is_,
            at=at,
            precision=precision,
            reason=reason,
            reason_text=text,
            by=state.by,
            amount=read_or(lambda: _amount(rule, state.beside), None, unread),
            object=record.object,
            record_id=record.id,
            rule=rule.number,
        )

    def _time(self, rule: Rule, state: State) -> tuple[datetime, Precision]:
        path = rule.parts.get("at")
        value = path.read(state.beside) if path else None
        if path is None or is_blank(value) or state.precision == "exact":
            return state.at, state.precision
        try:
            at = read_time(value, self._zone)
        except ValueError as error:
            raise RecordError(f"'{path.text}': {error}", code="bad_time", field=path.text) from None
        if at > state.at + SAME_SAVE:  # it has happened: the record shows it
            return state.at, state.precision
        return at, "exact" if has_time(value) else "date"

    def _reason(self, rule: Rule, fields: Mapping[str, Any]) -> tuple[str | None, str | None]:
        picked, words = rule.text("reason", fields), rule.text("reason_text", fields)
        if rule.line.is_ not in REASONED:
            return None, words
        if self._reasons is None:
            return None, words or picked
        return self._reasons.of(picked, words)[0], words or picked


def _compile(file: CrmFile, line: DecisionLine, index: int, mistakes: Mistakes) -> Rule:
    at: tuple[str | int, ...] = ("decisions", index)
    when, changed = _without_changes(line.when, (*at, "when"), mistakes)
    parts: dict[str, Path] = {}
    for part in PARTS:
        if (text := getattr(line, part)) is not None:
            with mistakes.at(*at, part):
                parts[part] = compile_path(text)
    asked = when if when or not line.when else None  # all of it asks for changes; it was not empty
    tests = compile_when(asked, (*at, "when"), mistakes)
    return Rule(index + 1, line, line.object or file.object, tests, changed, parts)


def _without_changes(
    when: Mapping[str, Any], at: tuple[str | int, ...], mistakes: Mistakes
) -> tuple[dict[str, Any], list[Path]]:
    """What a `when` asks of values, and the fields of `{changed_by: person}`; `{after: first}` asks a place."""
    values: dict[str, Any] = {}
    changed: list[Path] = []
    for name, spec in when.items():
        with mistakes.at(*at, name):
            if isinstance(spec, Mapping) and "changed_by" in spec:
                if spec != {"changed_by": "person"}:
                    raise ValueError("'changed_by' takes the word person, alone")
                changed.append(compile_path(name))
            elif isinstance(spec, Mapping) and "after" in spec:
                if name != "stage" or spec != {"after": "first"}:
                    raise ValueError("stages are asked as {stage: {after: first}}, or by their names")
                values[STAGE_ORDER] = {"at_least": 2}
            else:
                values[name] = spec
    return values, changed


def _amount(rule: Rule, fields: Mapping[str, Any]) -> float | None:
    path = rule.parts.get("amount")
    value = path.read(fields) if path else None
    if path is None or is_blank(value):
        return None
    exact = number(value)
    if exact is None:
        raise RecordError(f"'{path.text}' is no number", code=BAD_NUMBER, field=path.text)
    return float(exact)
