"""The records of one object: values as texts, their history, the recycle bin, merges, and what searches see of them."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from connector.testing.simulators.hubspot import wording
from connector.testing.simulators.hubspot.schema import CREATED, STAGES, STAMPS, PropertyDef

API_SOURCE = ("INTEGRATION", "1234567", None)
Source = tuple[str, str, str | None]
"""How a change came about: type, id, and the user if it was one."""


def by_user(user: str) -> Source:
    """A change in HubSpot's own pages."""
    return "CRM_UI", f"userId:{user}", user


def iso(at: datetime) -> str:
    """A moment as HubSpot writes it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(slots=True)
class SimRecord:
    """One record. `indexed` is what searches see of it: (values, time of change), None while they see nothing."""

    id: int
    created_at: datetime
    updated_at: datetime
    values: dict[str, str] = field(default_factory=dict)
    history: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    archived_at: datetime | None = None
    indexed: tuple[dict[str, str], datetime] | None = None


class Records:
    """All records of one object. `lag_s`: how long a change stays invisible to searches."""

    def __init__(self, name: str, defs: Mapping[str, PropertyDef], clock: Callable[[], datetime], first: int) -> None:
        self.name = name
        self.defs = dict(defs)
        self.clock = clock
        self.lag_s = 0.0
        self.version = 0
        self.live: dict[int, SimRecord] = {}
        self.bin: dict[int, SimRecord] = {}
        self.merged: dict[int, int] = {}
        self.ids: list[int] = []
        self._next = first
        self._unique: dict[str, dict[str, int]] = {}
        self._due: list[tuple[datetime, SimRecord, dict[str, str], datetime]] = []

    def find(self, record_id: str) -> SimRecord | None:
        """A live record by id, through merges."""
        if not record_id.isdigit():
            return None
        number = int(record_id)
        while number in self.merged:
            number = self.merged[number]
        return self.live.get(number)

    def by(self, name: str, value: str) -> SimRecord | None:
        """A live record by a unique property; an address also finds its further holder."""
        number = self._unique.get(name, {}).get(value.lower())
        return self.live.get(number) if number is not None else None

    def is_unique(self, name: str) -> bool:
        return (self.name == "contacts" and name == "email") or (name in self.defs and self.defs[name].unique)

    def check(self, values: Mapping[str, str], record: SimRecord | None) -> None:
        """Raises RowError for the first value that cannot stand in this record (None: in a new one)."""
        for name, value in values.items():
            if name not in self.defs:
                raise wording.unknown_property(name)
            self.defs[name].check(value)
            holder = self.by(name, value) if value and self.is_unique(name) else None
            if holder is not None and holder is not record:
                if name == "email":
                    raise wording.exists(str(holder.id))
                raise wording.invalid(name, "CONFLICTING_UNIQUE_VALUE", value)

    def create(self, values: Mapping[str, str], source: Source, at: datetime | None = None) -> SimRecord:
        """A new record. The values are not checked: people and machines of HubSpot may set what an API may not."""
        at = at or self.clock()
        record = SimRecord(self._next, at, at)
        self._next += 1
        self.live[record.id] = record
        self.ids.append(record.id)
        stamped = {"hs_object_id": str(record.id), CREATED.get(self.name, "hs_createdate"): iso(at)}
        self.change(record, {**stamped, **values}, source, at)
        return record

    def change(self, record: SimRecord, values: Mapping[str, str], source: Source, at: datetime | None = None) -> None:
        """Set values, with history and the time of change."""
        at = at or self.clock()
        for name, value in values.items():
            if name == "lifecyclestage" and _is_backward(record.values.get(name, ""), value):
                continue
            self._set(record, name, value, source, at)
        if source[2] is not None:
            record.values["hs_updated_by_user_id"] = source[2]
        record.updated_at = at
        record.values[STAMPS.get(self.name, "hs_lastmodifieddate")] = iso(at)
        self._index(record)

    def _set(self, record: SimRecord, name: str, value: str, source: Source, at: datetime) -> None:
        before = record.values.get(name, "")
        if before == value:
            return
        if self.is_unique(name):
            held = self._unique.setdefault(name, {})
            if held.get(before.lower()) == record.id:
                del held[before.lower()]
            if value:
                held[value.lower()] = record.id
        record.values[name] = value
        line: dict[str, Any] = {"value": value, "timestamp": iso(at), "sourceType": source[0], "sourceId": source[1]}
        if source[2] is not None:
            line["updatedByUserId"] = int(source[2])
        record.history.setdefault(name, []).insert(0, line)
        del record.history[name][20:]

    def delete(self, record: SimRecord) -> None:
        """Into the recycle bin."""
        self._take_out(record)
        record.archived_at = self.clock()
        self.bin[record.id] = record

    def erase(self, record: SimRecord) -> None:
        """Gone for good, nowhere to be seen."""
        self._take_out(record)

    def merge(self, loser: SimRecord, survivor: SimRecord) -> None:
        """The loser vanishes; the survivor keeps its values, takes what it had none of, and names the loser."""
        taken = {name: value for name, value in loser.values.items() if value and not survivor.values.get(name)}
        emails = [*_listed(survivor, "hs_additional_emails"), loser.values.get("email", "")]
        ids = [*_listed(loser, "hs_merged_object_ids"), *_listed(survivor, "hs_merged_object_ids"), str(loser.id)]
        self._take_out(loser)
        self.merged[loser.id] = survivor.id
        taken |= {"hs_additional_emails": ";".join(filter(None, emails)), "hs_merged_object_ids": ";".join(ids)}
        self.change(survivor, taken, by_user("789"))
        for email in filter(None, emails):
            self._unique.setdefault("email", {})[email.lower()] = survivor.id

    def _take_out(self, record: SimRecord) -> None:
        del self.live[record.id]
        del self.ids[bisect.bisect_left(self.ids, record.id)]
        record.indexed = None
        self.version += 1
        for held in self._unique.values():
            for value in [value for value, number in held.items() if number == record.id]:
                del held[value]

    def _index(self, record: SimRecord) -> None:
        self.version += 1
        if self.lag_s:
            due_at = self.clock() + timedelta(seconds=self.lag_s)
            self._due.append((due_at, record, dict(record.values), record.updated_at))
        else:
            record.indexed = record.values, record.updated_at

    def settle(self) -> None:
        """What is due to be seen by searches is seen."""
        now = self.clock()
        while self._due and self._due[0][0] <= now:
            _, record, values, at = self._due.pop(0)
            record.indexed = values, at
            self.version += 1

    def searchable(self) -> Iterator[SimRecord]:
        """Records that searches see by now, by ascending id."""
        yield from (self.live[number] for number in self.ids if self.live[number].indexed is not None)


def _is_backward(before: str, value: str) -> bool:
    return before in STAGES and value in STAGES and STAGES.index(value) < STAGES.index(before)


def _listed(record: SimRecord, name: str) -> list[str]:
    return [one for one in record.values.get(name, "").split(";") if one]
