"""Is it there? Fields and tags are read from the contact, notes from their list; an import is asked for first."""

from __future__ import annotations

from collections.abc import Sequence
from html import unescape

from msgspec import Struct, field

from adapters.activecampaign.asking import everything
from adapters.activecampaign.batch import Batch
from adapters.activecampaign.fields import Fields, is_same
from adapters.activecampaign.imports import Status, status_of
from adapters.activecampaign.people import People
from adapters.activecampaign.writes import body_of, contact_id
from connector.adapter import Client
from connector.errors import RecordError
from connector.model import Json, LeadWrite, ReadBack


class Reader(Struct):
    """Reads what several writes ask about only once. `batch` learns whom an import refused."""

    client: Client
    people: People
    fields: Fields
    batch: Batch
    statuses: dict[str, Status] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)

    def read_back(self, writes: Sequence[LeadWrite]) -> list[ReadBack]:
        """One answer per write, in order."""
        open_ = {write.effect for write in writes if not self._status(write).is_over}
        asked = {write.record_id for write in writes if write.effect not in open_ and _names_contact(write)}
        answers = self.people.read(sorted(str(id_) for id_ in asked))
        records = {answer.id: answer.record for answer in answers if answer.record is not None}
        return [
            ReadBack(write.effect, present=False, unclear=True)
            if write.effect in open_
            else self._looked(write, records.get(str(write.record_id)))
            for write in writes
        ]

    def _looked(self, write: LeadWrite, record: Json | None) -> ReadBack:
        if record is None:
            # After an import, "it is not as written" has it sent again, and the answer to that says why.
            return ReadBack(write.effect, present=write.poll is not None)
        id_ = str(record["id"])
        if write.kind == "field":
            self._learn(write, record)
            fields = {name: self._like(name, value, record) for name, value in write.fields.items()}
            return ReadBack(write.effect, present=True, record_id=id_, fields=fields)
        there = self._has_tag(write, record) if write.kind == "tag" else self._has_note(write, id_)
        return ReadBack(write.effect, present=there is write.on, record_id=id_)

    def _status(self, write: LeadWrite) -> Status:
        number = str((write.poll or {}).get("batch") or "")
        if not number:
            return Status(is_over=True)
        if number not in self.statuses:
            self.statuses[number] = status_of(self.client, number)
        return self.statuses[number]

    def _learn(self, write: LeadWrite, record: Json) -> None:
        """An import says who failed, not why: an update of that contact alone will."""
        if str(record.get("email") or "").lower() in self._status(write).failed:
            self.batch.alone.add(write.effect)

    def _like(self, name: str, ours: object, record: Json) -> object:
        """What stands there, as it was written where that is the same."""
        theirs = record.get(name, record.get(name.upper()))
        return ours if is_same(ours, theirs, self.fields.kind_of(name)) else theirs

    def _has_tag(self, write: LeadWrite, record: Json) -> bool:
        return write.name.casefold() in (str(tag).casefold() for tag in record["tags"])

    def _has_note(self, write: LeadWrite, id_: str) -> bool:
        if id_ not in self.notes:
            found = everything(self.client, f"contacts/{id_}/notes", "notes")
            self.notes[id_] = [unescape(str(row.get("note"))) for row in found]
        return any(body_of(write) in text for text in self.notes[id_])


def _names_contact(write: LeadWrite) -> bool:
    try:
        contact_id(write)
    except RecordError:
        return False
    return True
