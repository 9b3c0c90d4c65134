"""From a platform's raw contact to a person's attributes and consent in our words."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Final, TypeAlias

from msgspec import Struct

from connector.conditions import as_text, is_blank, normalise
from connector.mapping.marketing_file import ContactLine
from connector.mapping.mistakes import Mistakes
from connector.mapping.paths import Path, Read, compile_path
from connector.mapping.transforms import Setting
from connector.mapping.values import Finish, Note, clean, compile_finish
from connector.model import ATTRIBUTES, CHANNEL_ATTRIBUTES, LANES, Consent

CONSENT: Final = tuple(f"consent.{lane}" for lane in LANES)
TARGETS: Final = tuple(dict.fromkeys((*ATTRIBUTES, *CHANNEL_ATTRIBUTES, *CONSENT)))
CONSENT_WORDS: Final[Mapping[str, Consent]] = {"granted": "granted", "denied": "denied", "unknown": "unknown"}
STRICTNESS: Final[Mapping[Consent, int]] = {"unknown": 0, "granted": 1, "denied": 2}
"""Of two words on one lane the stricter counts: any source that denies wins."""

_Line: TypeAlias = tuple[str, Read, Finish | None]


class Mapped(Struct, frozen=True):
    """A contact in our words. Blanks are left out; a lane that is left out is one that the record says nothing of.

    `silent` are lanes of which it cannot say anything: it has none of the fields that are read for them.
    """

    attributes: dict[str, Any]
    consent: dict[str, Consent]
    notes: tuple[Note, ...] = ()
    silent: tuple[str, ...] = ()


class ContactMapping:
    """The compiled `contact:` lines: those that only take a column over, and those that need more.

    The first kind is applied first, so that a transform may look at them (a phone's country).
    """

    def __init__(self, lines: tuple[ContactLine, ...], setting: Setting, mistakes: Mistakes) -> None:
        self._plain: list[tuple[str, str]] = []
        self._others: list[_Line] = []
        self._consent: list[_Line] = []
        self._asked: dict[str, tuple[str, ...]] = {}
        self._keep: dict[str, bool] = {}
        self.reads: tuple[str, ...] = ()
        for index, line in enumerate(lines):
            with mistakes.at("contact", index, "to"):
                self._check_target(line.to)
            with mistakes.at("contact", index, "from"):
                self._add(line, compile_path(line.from_), index, setting, mistakes)

    @property
    def targets(self) -> frozenset[str]:
        """Attributes of ours that the mapping fills."""
        return frozenset([to for to, _ in self._plain] + [to for to, _, _ in self._others])

    @property
    def holds_on(self) -> bool:
        """Does any line keep a value that the platform no longer gives?"""
        return bool(self._keep)

    def apply(self, raw: Mapping[str, Any]) -> Mapped:
        """Raises RecordError, naming the field, for a value that the mapping says to reject."""
        attributes: dict[str, Any] = {}
        notes: list[Note] = []
        get = raw.get
        for to, key in self._plain:
            value = get(key)
            if type(value) is str:  # the common case first: this loop runs for every field of every contact
                if value := value.strip():
                    attributes[to] = value
            elif value is not None and (value := clean(value, to)) is not None:
                attributes[to] = value
        for to, read, finish in self._others:
            value = clean(read(raw), to)
            if value is not None and finish is not None:
                value = finish(value, attributes, notes)
            if value is not None:
                attributes[to] = value
        consent: dict[str, Consent] = {}
        silent: tuple[str, ...] = ()
        if self._consent:
            consent = self._consent_of(raw, notes)
            silent = self._silent(raw, consent)
        return Mapped(attributes, consent, tuple(notes) if notes else (), silent)

    def merged(self, before: Mapping[str, Any], now: Mapped) -> dict[str, Any]:
        """The attributes to store: `now`, with what `when_blank: keep` and `fill_only` hold on to from before."""
        attributes = dict(now.attributes)
        for name, fill_only in self._keep.items():
            if name in before and (fill_only or name not in attributes):
                attributes[name] = before[name]
        return attributes

    def _silent(self, raw: Mapping[str, Any], said: Mapping[str, Consent]) -> tuple[str, ...]:
        """Lanes without a word whose fields are absent: a renamed column, a deleted field. A blank one is there."""
        return tuple(
            lane
            for lane, names in self._asked.items()
            if lane not in said and not any(name in raw or name.partition(".")[0] in raw for name in names)
        )

    def _consent_of(self, raw: Mapping[str, Any], notes: list[Note]) -> dict[str, Consent]:
        consent: dict[str, Consent] = {}
        for lane, read, finish in self._consent:
            value = clean(read(raw), f"consent.{lane}")
            if value is not None and finish is not None:
                value = finish(value, raw, notes)
            for word in value if isinstance(value, list) else [value]:
                found = None if word is None else _consent_word(word, lane, notes)
                if found and STRICTNESS[found] >= STRICTNESS[consent.get(lane, "unknown")]:
                    consent[lane] = found
        return consent

    def _check_target(self, to: str) -> None:
        if to in TARGETS or (to.startswith("custom.") and to != "custom."):
            if to in self.targets:
                raise ValueError("two lines fill this attribute; one line can try two fields: from: mobile || phone")
            return
        close = get_close_matches(to, TARGETS, n=1)
        guess = f"did you mean '{close[0]}'?" if close else f"allowed are custom.* and {', '.join(TARGETS)}"
        raise ValueError(f"'{to}' is no attribute of ours; {guess}")

    def _add(self, line: ContactLine, path: Path, index: int, setting: Setting, mistakes: Mistakes) -> None:
        self.reads = tuple(dict.fromkeys((*self.reads, *path.reads)))
        finish: Finish | None = None
        with mistakes.at("contact", index, "transform"):
            finish = compile_finish(line, line.to, setting)
        if line.to in CONSENT:
            _check_words(line, index, mistakes)
            lane = line.to.removeprefix("consent.")
            self._consent.append((lane, path.read, finish))
            self._asked[lane] = (*self._asked.get(lane, ()), *path.reads)
            return
        if path.key is not None and finish is None:
            self._plain.append((line.to, path.key))
        else:
            self._others.append((line.to, path.read, finish))
        if line.when_blank != "clear":
            self._keep[line.to] = line.when_blank == "fill_only"


def _check_words(line: ContactLine, index: int, mistakes: Mistakes) -> None:
    """A table of consent gives our words: any other says nothing, and an opt-out behind it would be lost."""
    for word, ours in (line.values or {}).items():
        if not is_blank(ours) and normalise(as_text(ours)) not in CONSENT_WORDS:
            remedy = f"allowed: {', '.join(CONSENT_WORDS)}, or null for blank"
            key = str(word) if isinstance(word, float) else word
            mistakes.add(("contact", index, "values", key), "this is no word of consent", remedy)


def _consent_word(value: Any, lane: str, notes: list[Note]) -> Consent | None:
    """A word that is none of ours grants nothing; it is listed, so that the admin can put it into the table."""
    word = CONSENT_WORDS.get(normalise(value)) if isinstance(value, str) else None
    if word is None and not any(note.field == f"consent.{lane}" for note in notes):
        notes.append(Note(f"consent.{lane}", "unmapped", str(value)[:80]))
    return word


__all__ = ["CONSENT", "TARGETS", "ContactMapping", "Mapped"]
