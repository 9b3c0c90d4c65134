"""From raw acts, and from columns of a contact that tell of acts, to activities in our words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import Any, Final
from zoneinfo import ZoneInfo

from connector.conditions import Test, as_text, compile_test, is_blank, number
from connector.errors import RecordError
from connector.mapping.marketing_file import ActivityLine, TypeFrom
from connector.mapping.mistakes import Mistakes
from connector.mapping.paths import Path, compile_path
from connector.mapping.records import Said, content_key, flag, moment
from connector.mapping.transforms import Setting
from connector.mapping.values import Finish, Note, clean, compile_finish
from connector.mapping.words import Value
from connector.model import ACTIVITY_TYPES, Activity

TEXTS: Final = ("asset", "url", "campaign", "channel")
NUMBERS: Final = ("seconds", "value")
PATHS: Final = ("id", "at", *TEXTS, *NUMBERS, "by_machine", "count")
MOST_COUNTED: Final = 10_000
"""Acts that one counting column may stand for; more is a wrong column, not a busy person."""


def compile_when(
    when: Mapping[str, Any] | None, at: tuple[str | int, ...], mistakes: Mistakes
) -> list[tuple[Path, Test]]:
    """The tests of a `when`, each with the path that it asks."""
    tests: list[tuple[Path, Test]] = []
    for name, spec in (when or {}).items():
        with mistakes.at(*at, name):
            tests.append((compile_path(name), compile_test(spec)))
    if when is not None and not when:
        mistakes.add(at, "an empty 'when' fits everything", "leave it out if that is meant")
    return tests


class ActLine:
    """One compiled line of `activities:`."""

    def __init__(
        self, line: ActivityLine, index: int, setting: Setting, wanted: Collection[str] | None, mistakes: Mistakes
    ) -> None:
        self._zone: ZoneInfo = setting.zone
        self._wanted = wanted
        self._paths: dict[str, Path] = {}
        for part in PATHS:
            if (text := getattr(line, part)) is not None:
                with mistakes.at("activities", index, part):
                    self._paths[part] = compile_path(text)
        self._tests = compile_when(line.when, ("activities", index, "when"), mistakes)
        self._fields: list[tuple[str, Path]] = []
        self._all_fields: Path | None = None
        with mistakes.at("activities", index, "fields"):
            self._compile_fields(line.fields)
        self._type, self._type_path, self._type_table = _compile_type(line.type, index, setting, mistakes)
        _warn_of_type(line.type, index, mistakes)

    @property
    def reads(self) -> Iterator[str]:
        """Fields of the record that the line needs."""
        yield from self.names
        yield from self._all_fields.reads if self._all_fields else ()

    @property
    def names(self) -> Iterator[str]:
        """The same without those that hold all answers of a form."""
        tests, fields = (path for path, _ in self._tests), (path for _, path in self._fields)
        for path in (*self._paths.values(), *tests, *fields, self._type_path):
            yield from path.reads if path else ()

    @property
    def answers(self) -> Iterator[str]:
        """Of the answers of a form those that are kept, and where they stand."""
        for place in self._all_fields.reads if self._all_fields else ():
            yield from [place] if self._wanted is None else (f"{place}.{name}" for name in self._wanted)

    def fits(self, raw: Mapping[str, Any]) -> bool:
        return all(test(path.read(raw)) for path, test in self._tests)

    def act(
        self, raw: Mapping[str, Any], contact_id: str, said: Said, read_at: datetime, notes: list[Note]
    ) -> Activity | None:
        """The act that this raw record is; None when its type is blank."""
        type_ = self._type_of(raw, notes)
        if type_ is None:
            return None
        key = self._text("id", raw) or said.key or content_key(contact_id, raw)
        at = self._moment(raw) or said.at or read_at
        return Activity(key=key, type=type_, at=at, **self._parts(raw, said.by_machine))

    def acts_of_contact(
        self, raw: Mapping[str, Any], contact_id: str, read_at: datetime, notes: list[Note]
    ) -> list[Activity]:
        """The acts that a contact's own record tells of. Their keys hold no reading time, so a re-read repeats them."""
        type_ = self._type_of(raw, notes)
        if type_ is None:
            return []
        at, parts = self._moment(raw) or read_at, self._parts(raw, None)
        if "count" in self._paths:
            # A number tells nothing of when each was: that they share a time is no sign of a machine.
            parts["by_machine"] = parts["by_machine"] or False
            column = self._paths["count"].text
            keys = [f"{contact_id}:{column}:{n}" for n in range(1, self._counted(raw) + 1)]
        else:
            keys = [self._text("id", raw) or self._key_in_contact(raw, contact_id, type_)]
        return [Activity(key=key, type=type_, at=at, **parts) for key in keys]

    def _key_in_contact(self, raw: Mapping[str, Any], contact_id: str, type_: str) -> str:
        # Only the columns that the line asks: the rest of a contact's record changes for other reasons.
        asked = [path.read(raw) for path, _ in self._tests]
        parts = [self._text(part, raw) for part in ("at", "asset", "url")]
        return content_key(contact_id, self._type_path.read(raw) if self._type_path else type_, asked, parts)

    def _parts(self, raw: Mapping[str, Any], by_machine: bool | None) -> dict[str, Any]:
        """All of an act but its key, type and time."""
        paths = self._paths
        parts: dict[str, Any] = {part: self._text(part, raw) for part in TEXTS if part in paths}
        parts.update({part: self._number(part, raw) for part in NUMBERS if part in paths})
        parts["by_machine"] = flag(paths["by_machine"].read(raw)) if "by_machine" in paths else by_machine
        parts["fields"] = self._answers(raw)
        return parts

    def _type_of(self, raw: Mapping[str, Any], notes: list[Note]) -> str | None:
        if self._type_path is None:
            return self._type
        value = clean(self._type_path.read(raw), "type")
        if value is not None and self._type_table is not None:
            value = self._type_table(value, raw, notes)
        return None if value is None else as_text(value)

    def _text(self, part: str, raw: Mapping[str, Any]) -> str | None:
        path = self._paths.get(part)
        value = clean(path.read(raw), part) if path else None
        return None if value is None else as_text(value)

    def _number(self, part: str, raw: Mapping[str, Any]) -> float | None:
        path = self._paths[part]
        value = path.read(raw)
        if is_blank(value):
            return None
        exact = number(value)
        if exact is None:
            raise RecordError(f"'{path.text}' is no number", code="bad_number", field=path.text)
        return float(exact)

    def _moment(self, raw: Mapping[str, Any]) -> datetime | None:
        return moment(self._paths.get("at"), raw, self._zone)

    def _counted(self, raw: Mapping[str, Any]) -> int:
        count = self._number("count", raw) or 0
        if not 0 <= count <= MOST_COUNTED:
            text = self._paths["count"].text
            raise RecordError(f"'{text}' counts no acts: 0 to {MOST_COUNTED} are", code="bad_count", field=text)
        return int(count)

    def _answers(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        if self._all_fields is not None:
            found = self._all_fields.read(raw)
            given = found.items() if isinstance(found, dict) else ()
            pairs = [(name, value) for name, value in given if self._wanted is None or name in self._wanted]
        else:
            pairs = [(name, path.read(raw)) for name, path in self._fields]
        return {name: value for name, value in pairs if not is_blank(value) and not isinstance(value, dict)}

    def _compile_fields(self, fields: str | dict[str, str] | None) -> None:
        if isinstance(fields, str):
            self._all_fields = compile_path(fields)
        else:
            self._fields = [(name, compile_path(text)) for name, text in (fields or {}).items()]


def _compile_type(
    type_: str | TypeFrom, index: int, setting: Setting, mistakes: Mistakes
) -> tuple[str, Path | None, Finish | None]:
    if isinstance(type_, str):
        return type_, None, None
    path: Path | None = None
    with mistakes.at("activities", index, "type", "from"):
        path = compile_path(type_.from_)
    line = Value.model_validate({"from": type_.from_, "values": type_.values, "unmapped": type_.unmapped})
    return "", path, compile_finish(line, "type", setting)


def _warn_of_type(type_: str | TypeFrom, index: int, mistakes: Mistakes) -> None:
    if isinstance(type_, str) and type_ not in ACTIVITY_TYPES:
        close = get_close_matches(type_, ACTIVITY_TYPES, n=1)
        remedy = f"did you mean '{close[0]}'?" if close else "it can be scored under this name"
        mistakes.warn(("activities", index, "type"), f"'{type_}' is a type of your own", remedy)
