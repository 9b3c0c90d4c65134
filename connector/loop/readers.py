"""Raw records of one marketing connection, read as the adapter declares them and the mapping words them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from connector.adapter import MarketingSpec
from connector.errors import RecordError
from connector.mapping import MarketingMapping, Note, RecordReader, content_key
from connector.model import Activity, Contact, Json
from connector.state.clock import stamp
from connector.state.store import Tx


class Reader:
    """Contacts and acts of one connection in our words. `notes` collects values that no table of the mapping has."""

    def __init__(self, spec: MarketingSpec, mapping: MarketingMapping, records: RecordReader) -> None:
        self._records = records
        self._mapping = mapping
        self._has_changed_at = spec.contact_changed_at is not None
        names = (*mapping.kept_fields, spec.contact_key, spec.activity_contact, spec.activity_at)
        self._kept = _parts_of([name for name in names if name])
        self.tells_of_acts = mapping.tells_of_acts
        self.notes: list[Note] = []

    def contact(self, raw: Json) -> Contact:
        """A raw contact. Raises RecordError, naming the field."""
        id_ = self._records.contact_id(raw)
        mapped = self._mapping.contact(raw)
        if mapped.notes:
            self.notes += mapped.notes
        changed_at = self._records.contact_changed_at(raw) if self._has_changed_at else None
        return Contact(id_, mapped.attributes, mapped.consent, changed_at, mapped.silent)

    def acts_of_contact(self, raw: Json, id_: str, at: datetime) -> list[Activity]:
        """The acts that the contact's own record tells of."""
        return self._mapping.acts_of_contact(raw, id_, at, self.notes)

    def activity_contact(self, raw: Json) -> str:
        """Whose act it is. Raises RecordError when it says nobody."""
        return self._records.activity_contact(raw)

    def activities(self, raw: Json, contact: str, at: datetime) -> list[Activity]:
        """The acts that a raw record is; none when no line of the mapping fits it."""
        return self._mapping.activity(raw, contact, at, self._records.said(raw), self.notes)

    def contact_key(self, raw: Json) -> str:
        """What a parked contact is known by: its id, or a hash of its content."""
        try:
            return self._records.contact_id(raw)
        except RecordError:
            return content_key(raw)

    def activity_key(self, raw: Json) -> str:
        """What a parked act is known by."""
        return self._records.activity_key(raw) or content_key(raw)

    def keepable(self, raw: Json) -> Mapping[str, Any]:
        """The part of a raw record that may be stored with its reject: fields that the mapping reads, nothing else."""
        return {name: _only(value, self._kept[name]) for name, value in raw.items() if name in self._kept}


def _parts_of(names: Iterable[str]) -> dict[str, set[str]]:
    """Dotted names by their first part; nothing beside it means the whole value."""
    parts: dict[str, set[str]] = {}
    for name in names:
        first, _, rest = name.partition(".")
        parts.setdefault(first, set()).add(rest.partition(".")[0])
    return parts


def _only(value: Any, parts: Collection[str]) -> Any:
    whole = "" in parts or not isinstance(value, dict)
    return value if whole else {name: one for name, one in value.items() if name in parts}


def save_notes(tx: Tx, connection: str, notes: Iterable[Note], at: datetime) -> None:
    """Count values that no table has, so that an admin can list them."""
    tx.executemany(
        "INSERT INTO unmapped (connection, field, value, times, last_at) VALUES (?, ?, ?, 1, ?)"
        " ON CONFLICT (connection, field, value) DO UPDATE SET times = times + 1, last_at = excluded.last_at",
        [(connection, note.field, (note.value or "(unreadable)")[:80], stamp(at)) for note in notes],
    )
