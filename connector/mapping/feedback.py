"""What marketing automation is told: fields and marks that follow a lead's state, and what happens once.

Two plans: `state(facts)` is what should stand in marketing automation now, compared with what was confirmed before it
is sent; `happened(facts, event)` is what one event sets off, once per cycle.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from msgspec import Struct, field

from connector.conditions import is_blank
from connector.mapping.facts import Facts, our_path
from connector.mapping.marketing_file import (
    EventFeedback,
    FeedbackLine,
    FieldFeedback,
    ListFeedback,
    NoteFeedback,
    StageFeedback,
    TagFeedback,
)
from connector.mapping.mistakes import Mistakes
from connector.mapping.ours import Ours, compile_ours
from connector.mapping.texts import compile_body
from connector.mapping.transforms import Setting
from connector.mapping.words import Value

Kind: TypeAlias = Literal["field", "tag", "stage", "event", "list", "note"]


class FeedbackEffect(Struct, frozen=True):
    """One thing to tell. `name` is the tag, stage, event or list; `fields` platform names and values, ready to send.

    `on=False` takes a tag or list off. `once_key` tells effects of one lead apart that must happen once per cycle;
    empty for what follows the state and is compared instead.
    """

    kind: Kind
    name: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    on: bool = True
    once_key: str = ""


class Once(Struct, frozen=True):
    """What some events set off."""

    kind: Kind
    name: str
    on: tuple[str, ...]
    fields: tuple[tuple[str, Ours], ...] = ()


class Feedback:
    """The compiled `feedback:` lines."""

    def __init__(self, lines: tuple[FeedbackLine, ...], setting: Setting, mistakes: Mistakes) -> None:
        self._fields: list[tuple[str, Ours, bool]] = []
        self._marks: list[tuple[Kind, str, Ours]] = []
        self._once: list[Once] = []
        self._setting = setting
        for index, line in enumerate(lines):
            self._add(line, index, mistakes)

    @property
    def writes(self) -> tuple[str, ...]:
        """Fields that feedback writes: what `prepare` makes or verifies."""
        return tuple(name for name, *_ in self._fields)

    @property
    def events(self) -> Mapping[str, tuple[str, ...]]:
        """Events that feedback tells, each with the parts that any of its lines names."""
        told: dict[str, dict[str, None]] = {}
        for line in self._once:
            if line.kind == "event":
                told.setdefault(line.name, {}).update(dict.fromkeys(name for name, _ in line.fields))
        return {name: tuple(parts) for name, parts in told.items()}

    @property
    def kinds(self) -> frozenset[str]:
        """Kinds of effects that this feedback needs of its platform."""
        kinds = {line.kind for line in self._once} | {kind for kind, *_ in self._marks}
        return frozenset(kinds | {"field"} if self._fields else kinds)

    def plan(self, facts: Facts, event: str | None = None) -> list[FeedbackEffect]:
        """What should stand now (no event), or what `event` (`mql` or a decision's kind) sets off."""
        return self.state(facts) if event is None else self.happened(facts, event)

    def state(self, facts: Facts) -> list[FeedbackEffect]:
        """One effect with all fields, and one per mark that follows a path."""
        values = {name: value(facts) for name, value, _ in self._fields}
        kept = {name: values[name] for name, _, clears in self._fields if clears or not is_blank(values[name])}
        effects = [FeedbackEffect("field", fields=kept)] if kept else []
        return effects + [FeedbackEffect(kind, name, on=bool(holds(facts))) for kind, name, holds in self._marks]

    def happened(self, facts: Facts, event: str) -> list[FeedbackEffect]:
        """What one event sets off, in the order of the file. Blank parts of an event are left out."""
        cycle = facts.get("lead", {}).get("cycle", 1)
        effects = []
        for line in self._once:
            if event in line.on:
                values = {name: value(facts) for name, value in line.fields}
                given = {name: value for name, value in values.items() if not is_blank(value)}
                key = f"{line.kind}:{line.name}:{event}:{cycle}"
                effects.append(FeedbackEffect(line.kind, line.name, given, once_key=key))
        return effects

    def _add(self, line: FeedbackLine, index: int, mistakes: Mistakes) -> None:
        if isinstance(line, FieldFeedback):
            value = compile_ours(line, line.to, self._setting, mistakes, ("feedback", index))
            self._fields.append((line.to, value, line.when_blank == "clear"))
        elif isinstance(line, StageFeedback):
            self._once.append(Once("stage", line.stage, line.on))
        elif isinstance(line, EventFeedback):
            self._once.append(self._event(line, index, mistakes))
        elif isinstance(line, NoteFeedback):
            with mistakes.at("feedback", index, "note"):
                self._once.append(Once("note", "", line.on, (("body", compile_body(line.note)),)))
        else:
            self._mark(line, index, mistakes)

    def _event(self, line: EventFeedback, index: int, mistakes: Mistakes) -> Once:
        parts: dict[str, str | Value] = dict(line.fields)
        parts.update({name: text for name in ("reason", "value") if (text := getattr(line, name)) is not None})
        compiled = []
        for name, part in parts.items():
            at = ("feedback", index, *(() if name in ("reason", "value") else ("fields",)), name)
            whole = Value.model_validate({"from": part}) if isinstance(part, str) else part
            compiled.append((name, compile_ours(whole, name, self._setting, mistakes, at)))
        return Once("event", line.event, line.on, tuple(compiled))

    def _mark(self, line: TagFeedback | ListFeedback, index: int, mistakes: Mistakes) -> None:
        kind: Kind = "tag" if isinstance(line, TagFeedback) else "list"
        name = line.tag if isinstance(line, TagFeedback) else line.list
        if line.on is not None:
            self._once.append(Once(kind, name, line.on))
        elif line.while_ is not None:
            with mistakes.at("feedback", index, "while"):
                self._marks.append((kind, name, our_path(line.while_).read))
