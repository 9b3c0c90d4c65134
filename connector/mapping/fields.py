"""What a CRM record should say: each field's value, and whether ours may stand there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from connector.conditions import is_blank
from connector.mapping.crm_file import CrmFile, FieldLine, Wins
from connector.mapping.facts import Facts
from connector.mapping.mistakes import Mistakes
from connector.mapping.ours import OurValue, compile_ours
from connector.mapping.transforms import Setting
from connector.mapping.values import Note

OURS: Final = ("score.", "lead.", "decision.")
KNOWN_TO_US_ALONE: Final = ("score.", "lead.")
CONSENT: Final = "contact.consent."
ATTRIBUTE: Final = "contact."
KEEPS_STEADY: Final = "score."
NOT_DRIFTING: Final = frozenset({"score.grade"})
"""Parts of the score that move in steps by themselves; all others drift with decay and wait for `push_when`."""


class FieldRule(Struct, frozen=True):
    """One compiled line of `fields:`."""

    line: FieldLine
    value: OurValue
    wins: Wins

    @property
    def asks_current(self) -> bool:
        """Must the CRM's own value be known before an existing record is written?"""
        by_wins = self.wins in ("crm_unless_blank", "newest", "most_restrictive")
        return by_wins or self.line.when_blank == "fill_only" or self.line.required_default is not None

    @property
    def is_ours(self) -> bool:
        """Is another value in this field wrong, whoever wrote it? Only where it shows what we alone can know."""
        by_wins = self.wins == "leadloop" and not self.asks_current
        return by_wins and self.line.from_.startswith(KNOWN_TO_US_ALONE)

    @property
    def drifts(self) -> bool:
        """Does the value change a little by decay alone?"""
        return self.line.from_.startswith(KEEPS_STEADY) and self.line.from_ not in NOT_DRIFTING

    def serves(self, object_name: str) -> bool:
        return self.line.only in (None, object_name)


class Current(Struct, frozen=True):
    """An existing record as the CRM shows it. A field that is not in `values` is one that nobody has read.

    `times` tells when a field last changed by others than us, where that is known; only `wins: newest` asks.
    """

    values: Mapping[str, Any]
    times: Mapping[str, datetime]


def compile_fields(file: CrmFile, setting: Setting, mistakes: Mistakes) -> tuple[FieldRule, ...]:
    """The rules in the order of the file; protected, repeated and impossible ones are mistakes."""
    rules: list[FieldRule] = []
    protected = {name.lower() for name in file.protected}
    seen: set[tuple[str, str | None]] = set()
    for index, line in enumerate(file.fields):
        at = ("fields", index)
        if line.to.lower() in protected:
            mistakes.add(
                (*at, "to"), f"'{line.to}' is protected: sales owns it", "take it out of fields or of protected"
            )
        if {(line.to, line.only), (line.to, None)} & seen or (
            line.only is None and any(line.to == to for to, _ in seen)
        ):
            mistakes.add((*at, "to"), f"two lines write '{line.to}'", "keep one, or give each its own 'only'")
        seen.add((line.to, line.only))
        _check_objects(file, line, index, mistakes)
        wins = line.wins or default_wins(line.from_)
        if wins == "most_restrictive" and not line.from_.startswith(CONSENT):
            mistakes.add((*at, "wins"), "'most_restrictive' compares consent only", "from: contact.consent.email")
        rules.append(FieldRule(line, compile_ours(line, line.to, setting, mistakes, at), wins))
    return tuple(rules)


def _check_objects(file: CrmFile, line: FieldLine, index: int, mistakes: Mistakes) -> None:
    objects = (file.object, *file.also)
    if line.only is not None and line.only not in objects:
        mistakes.add(("fields", index, "only"), f"'{line.only}' is not written here", f"allowed: {', '.join(objects)}")


def default_wins(path: str) -> Wins:
    """Whose value stays where the mapping does not say: ours is ours, and what sales may know better is theirs."""
    if path.startswith(CONSENT):
        return "most_restrictive"
    return "crm_unless_blank" if path.startswith(ATTRIBUTE) else "leadloop"


def desired(
    rules: tuple[FieldRule, ...], facts: Facts, object_name: str, current: Current | None, notes: list[Note]
) -> dict[str, Any]:
    """The fields to stand in a record; `current` None means that it is to be created.

    A field that is left out is one on which we have no say now.
    """
    record: dict[str, Any] = {}
    for rule in rules:
        if rule.serves(object_name):
            value = rule.value(facts, notes)
            if is_blank(value):
                _put_blank(rule, current, record)
            elif current is None or _may_write(rule, facts, current):
                record[rule.line.to] = value
    return record


def _put_blank(rule: FieldRule, current: Current | None, record: dict[str, Any]) -> None:
    line = rule.line
    theirs_is_blank = current is None or (line.to in current.values and is_blank(current.values[line.to]))
    if line.required_default is not None and theirs_is_blank:
        record[line.to] = line.required_default
    elif line.when_blank == "clear" and current is not None and rule.wins == "leadloop":
        record[line.to] = None


def _may_write(rule: FieldRule, facts: Facts, current: Current) -> bool:
    name = rule.line.to
    if rule.wins == "leadloop" and rule.line.when_blank != "fill_only":
        return True
    if rule.wins == "crm" or name not in current.values:
        return rule.wins == "most_restrictive" and _denied(rule, facts)
    if is_blank(current.values[name]):
        return True
    if rule.line.when_blank == "fill_only":
        return False
    if rule.wins == "newest":
        return _ours_is_newer(rule, facts, current)
    return rule.wins == "most_restrictive" and _denied(rule, facts)


def _denied(rule: FieldRule, facts: Facts) -> bool:
    lane = rule.line.from_.removeprefix(CONSENT)
    return bool(facts.get("contact", {}).get("consent", {}).get(lane) == "denied")


def _ours_is_newer(rule: FieldRule, facts: Facts, current: Current) -> bool:
    """Only when both times are known; in doubt what sales wrote stays."""
    ours = facts.get("times", {}).get(rule.line.from_.removeprefix(ATTRIBUTE))
    theirs = current.times.get(rule.line.to)
    return ours is not None and theirs is not None and ours > theirs


def changes(
    rules: tuple[FieldRule, ...], confirmed: Mapping[str, Any] | None, wanted: Mapping[str, Any], step: int
) -> dict[str, Any]:
    """What is worth sending: the wanted fields that differ from what the CRM confirmed last.

    Where nothing but the drifting parts of a score differs, and its points by fewer than `step`, nothing is. A part
    that is not confirmed, or not any more, does not wait.
    """
    if confirmed is None:
        return dict(wanted)
    changed = {name: value for name, value in wanted.items() if confirmed.get(name) != value}
    drifting = {rule.line.to for rule in rules if rule.drifts and rule.line.to in confirmed}
    if changed and changed.keys() <= drifting and not _moved(rules, confirmed, wanted, step):
        return {}
    return changed


def _moved(rules: tuple[FieldRule, ...], confirmed: Mapping[str, Any], wanted: Mapping[str, Any], step: int) -> bool:
    names = [rule.line.to for rule in rules if rule.line.from_ == "score.points" and rule.line.to in wanted]
    pairs = [(confirmed.get(name), wanted[name]) for name in names]
    if not pairs:
        return True  # the mapping shows no points: nothing tells how far the score moved
    return any(not _numbers(old, new) or abs(new - old) >= step for old, new in pairs)


def _numbers(*values: Any) -> bool:
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
