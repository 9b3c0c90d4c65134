"""What becomes of one value between a path and a place: cleaned, transformed, translated, joined, cut."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias

from msgspec import Struct

from connector.conditions import COLLECTIONS, as_text, is_blank, key_of
from connector.errors import RecordError
from connector.mapping.times import utc_text
from connector.mapping.transforms import Setting, Transform, compile_transforms
from connector.mapping.words import Unmapped, Value

SHOWN_CHARACTERS: Final = 80
DEFAULT_JOIN: Final = "; "
ELLIPSIS: Final = "…"


class Note(Struct, frozen=True):
    """A value that the mapping could not use, to be counted and listed. `value` only for words missing in a table."""

    field: str
    kind: Literal["unmapped", "unreadable"]
    value: str | None = None


Finish: TypeAlias = Callable[[Any, Mapping[str, Any], list[Note]], Any]
"""(value that is not blank, record that transforms may look into, notes to add to) → the value, or None for blank."""


def clean(value: Any, field: str) -> Any:
    """A raw value as we keep it: texts without spaces at the ends, lists without blanks, None for blank.

    Raises RecordError when it is a group of values, which no field holds.
    """
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, COLLECTIONS):
        kept = [new for item in value if (new := clean(item, field)) is not None]
        return kept or None
    if isinstance(value, dict):
        raise RecordError(
            f"'{field}' is a group of values",
            code="bad_value",
            field=field,
            hint="let the mapping name one of its parts, such as company.name",
        )
    return value


def compile_finish(line: Value, field: str, setting: Setting) -> Finish | None:
    """What a line does to its values beyond cleaning; None when that is nothing. Raises ValueError for bad options."""
    steps: list[Finish] = []
    if line.transform:
        steps.append(_transformed(compile_transforms(line.transform, setting), field, line.unmapped))
    if line.values is not None:
        steps.append(_translated(line.values, field, line.unmapped))
    if line.join is not None or line.max_length is not None:
        steps.append(_as_one_text(line.join, line.max_length))
    if len(steps) < 2:
        return steps[0] if steps else None
    return _in_turn(steps)


def _in_turn(steps: list[Finish]) -> Finish:
    def finish(value: Any, record: Mapping[str, Any], notes: list[Note]) -> Any:
        for step in steps:
            value = step(value, record, notes)
            if is_blank(value):
                return None
        return value

    return finish


def _transformed(transforms: tuple[Transform, ...], field: str, unmapped: Unmapped | None) -> Finish:
    def finish(value: Any, record: Mapping[str, Any], notes: list[Note]) -> Any:
        changed = value
        try:
            for transform in transforms:
                changed = transform(changed, record)
                if is_blank(changed):
                    return None
        except ValueError as error:
            return _unfit(Note(field, "unreadable"), str(error), value, unmapped, notes)
        return changed

    return finish


def _translated(table: Mapping[Any, Any], field: str, unmapped: Unmapped | None) -> Finish:
    words = {key_of(word): None if is_blank(new) else new for word, new in table.items()}

    def translate(value: Any, notes: list[Note]) -> Any:
        key = key_of(value)
        if key in words:
            return words[key]
        note = Note(field, "unmapped", as_text(value)[:SHOWN_CHARACTERS])
        return _unfit(note, "this value is not in the mapping's table", value, unmapped, notes)

    def finish(value: Any, _record: Mapping[str, Any], notes: list[Note]) -> Any:
        if isinstance(value, list):
            return [new for item in value if (new := translate(item, notes)) is not None] or None
        return translate(value, notes)

    return finish


def _unfit(note: Note, why: str, value: Any, unmapped: Unmapped | None, notes: list[Note]) -> Any:
    """What becomes of a value that does not fit: see `Value.unmapped`."""
    if unmapped == "reject":
        # The value stays out of the text: it may be personal.
        raise RecordError(f"'{note.field}': {why}", code=note.kind, field=note.field, hint="add it to the mapping")
    if unmapped == "keep":
        return value  # the mapping says that such values are meant: nothing to count
    notes.append(note)
    return value if unmapped is None and note.kind == "unmapped" else None


def _as_one_text(join: str | None, max_length: int | None) -> Finish:
    glue = DEFAULT_JOIN if join is None else join

    def finish(value: Any, _record: Mapping[str, Any], _notes: list[Note]) -> Any:
        parts = [as_text(item) for item in value] if isinstance(value, list) else [as_text(value)]
        return glue.join(parts) if max_length is None else cut(parts, glue, max_length)

    return finish


def cut(parts: list[str], glue: str, max_length: int) -> str:
    """As many whole parts as fit; only a first part that is too long by itself is cut inside."""
    text = parts[0]
    if len(text) > max_length:
        return text[: max_length - 1].rstrip() + ELLIPSIS
    for part in parts[1:]:
        if len(text) + len(glue) + len(part) > max_length:
            break
        text += glue + part
    return text


def sendable(value: Any) -> Any:
    """A value of ours as it travels: moments as UTC text, days as text, lists as one text, exact numbers as numbers."""
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return DEFAULT_JOIN.join(as_text(item) for item in value) or None
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
