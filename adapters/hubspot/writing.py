"""A person's contact, made and changed: upserts under our key, updates by id, and how it stands afterwards.

A known contact carries our key from the first write on. Where another contact of the same person holds it already,
the score goes through without it; the engine reports the second contact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from adapters.hubspot import batches, properties, resolving, survivors
from adapters.hubspot.api import Api
from adapters.hubspot.batches import Row
from adapters.hubspot.errors import TAKEN
from adapters.hubspot.records import CONTACTS
from connector.adapter.batching import Told
from connector.errors import ConfigError, LeadloopError
from connector.model import LeadWrite, Outcome, ReadBack


class Writer(Struct, frozen=True):
    """Writes contacts of one connection; `key` is the property that holds leadloop_id."""

    api: Api
    types: properties.Types
    key: str | None
    connection: str

    def write(self, writes: Sequence[LeadWrite]) -> Told:
        """One outcome per write. Raises ConfigError when nothing went through for want of a property."""
        if not writes:
            return {}
        types = self.types.of(CONTACTS) or {}
        told = batches.send(self.api, [self._row(write, types, self.key) for write in writes])
        taken = [write for write in writes if write.record_id and self._is_about_key(told[write.effect])]
        try:
            told |= batches.send(self.api, [self._row(write, types, None) for write in taken])
        except LeadloopError:
            return told  # what became of the other rows is known: these stay in conflict until they are sent again
        self._stop_if_no_row_fits(told)
        return told

    def stand(self, writes: Sequence[LeadWrite]) -> Iterator[ReadBack]:
        """How the contact of each write stands now: by id through merges, else under our key."""
        if not writes:
            return
        columns = list(dict.fromkeys(name for write in writes for name in write.fields))
        types = self.types.of(CONTACTS, columns) or {}
        known = [write.record_id for write in writes if write.record_id]
        new = [write.key for write in writes if not write.record_id]
        by_id = survivors.by_id(self.api, CONTACTS, known, columns) if known else {}
        by_key = resolving.under_key(self.api, self.key, new, columns) if new and self.key else {}
        for write in writes:
            row = by_id.get(write.record_id) if write.record_id else by_key.get(write.key)
            if row is None:
                yield ReadBack(write.effect, present=False, object=CONTACTS)
                continue
            values = {name: properties.value_of(row["properties"].get(name), types[name]) for name in write.fields}
            yield ReadBack(write.effect, present=True, record_id=str(row["id"]), object=CONTACTS, fields=values)

    def _row(self, write: LeadWrite, types: Mapping[str, str], key: str | None) -> Row:
        values = {name: properties.text_of(value, types.get(name, "text")) for name, value in write.fields.items()}
        if write.record_id is not None:
            ours = {key: write.key} if key and write.key else {}
            return batches.update(write, CONTACTS, write.record_id, {**values, **ours})
        if key is None:
            raise ConfigError(
                f"connection '{self.connection}': the mapping names no key to create contacts under",
                code="no_key",
                hint=f"set `key: leadloop_id` in the mapping and run 'leadloop prepare {self.connection}'",
            )
        return batches.upsert(write, CONTACTS, key, values)

    def _is_about_key(self, outcome: Outcome) -> bool:
        if outcome.status != "conflict" or self.key is None:
            return False
        return outcome.field == self.key or (outcome.field is None and outcome.code in TAKEN)

    def _stop_if_no_row_fits(self, told: Told) -> None:
        """When every row of a batch fails on a missing property, it is the mapping's and nobody's record."""
        missing = {one.field for one in told.values() if one.code == "PROPERTY_DOESNT_EXIST" and one.field}
        if missing and all(one.code == "PROPERTY_DOESNT_EXIST" for one in told.values()):
            raise ConfigError(
                f"contacts have no property {', '.join(sorted(missing))}",
                code="field_missing",
                hint=f"run 'leadloop prepare {self.connection}', or take it out of the mapping",
            )
