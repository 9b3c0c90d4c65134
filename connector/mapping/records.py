"""Where a platform's raw records hold their ids and times, as its adapter declares it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from connector.adapter.declared import MarketingSpec
from connector.conditions import as_text, is_blank
from connector.errors import RecordError
from connector.mapping.paths import Path, compile_path
from connector.mapping.times import read_time

KEY_BYTES: Final = 16
_UTC: Final = ZoneInfo("UTC")
_ENCODER: Final = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
"""Made once: it writes every act of a first read. Its text never changes, or known acts would come back as new."""


class Said(Struct, frozen=True):
    """What the platform's adapter says of an act: its own id, its time, and whether a machine did it."""

    key: str | None = None
    at: datetime | None = None
    by_machine: bool | None = None


class RecordReader:
    """Compiled readers of one connection's raw records. `key` is the mapping's own id column, for files.

    Every method raises RecordError, naming the field, where the record lacks what it must have.
    """

    def __init__(self, spec: MarketingSpec, key: str | None = None, zone: ZoneInfo = _UTC) -> None:
        self._zone = zone
        self._contact_key = compile_path(key or spec.contact_key)
        self._contact_changed_at = _maybe(spec.contact_changed_at)
        self._activity_key = _maybe(spec.activity_key)
        self._activity_contact = compile_path(key or spec.activity_contact)
        self._activity_at = compile_path(spec.activity_at)
        self._activity_by_machine = _maybe(spec.activity_by_machine)

    def contact_id(self, raw: Mapping[str, Any]) -> str:
        return _needed(self._contact_key, raw, "no_id")

    def contact_changed_at(self, raw: Mapping[str, Any]) -> datetime | None:
        return moment(self._contact_changed_at, raw, self._zone)

    def said(self, raw: Mapping[str, Any]) -> Said:
        """All that the adapter's declaration tells of an act."""
        return Said(self.activity_key(raw), self.activity_at(raw), self.activity_by_machine(raw))

    def activity_key(self, raw: Mapping[str, Any]) -> str | None:
        """The platform's own id of an act; None where it gives none."""
        value = self._activity_key.read(raw) if self._activity_key else None
        return None if is_blank(value) else as_text(value)

    def activity_contact(self, raw: Mapping[str, Any]) -> str:
        """Whose act it is: an id, or an address where the spec says so."""
        return _needed(self._activity_contact, raw, "no_contact")

    def activity_at(self, raw: Mapping[str, Any]) -> datetime | None:
        return moment(self._activity_at, raw, self._zone)

    def activity_by_machine(self, raw: Mapping[str, Any]) -> bool | None:
        value = self._activity_by_machine.read(raw) if self._activity_by_machine else None
        return flag(value)


def content_key(*parts: Any) -> str:
    """A key made of content, for acts without an id: the same content has the same key, on every connection.

    The whole raw record goes in, not what a mapping makes of it, so that editing a mapping doubles no act.
    """
    text = _ENCODER.encode(parts)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).hexdigest()


def moment(path: Path | None, raw: Mapping[str, Any], zone: ZoneInfo) -> datetime | None:
    """The time that stands at `path`, None for blank. Raises RecordError for what is no time."""
    value = path.read(raw) if path else None
    if path is None or is_blank(value):
        return None
    try:
        return read_time(value, zone)
    except ValueError as error:
        raise RecordError(f"'{path.text}': {error}", code="bad_time", field=path.text) from None


def flag(value: Any) -> bool | None:
    """A mark as platforms give it: a boolean, or its text; None when nobody said."""
    if is_blank(value):
        return None
    return as_text(value).strip().lower() not in ("false", "0", "no")


def _maybe(text: str | None) -> Path | None:
    return None if text is None else compile_path(text)


def _needed(path: Path, raw: Mapping[str, Any], code: str) -> str:
    value = path.read(raw)
    if type(value) is str and (text := value.strip()):
        return text
    if is_blank(value) or isinstance(value, (dict, list)):
        raise RecordError(f"'{path.text}' is blank: the record names nobody", code=code, field=path.text)
    return as_text(value).strip()
