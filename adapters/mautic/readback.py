"""Is it there? Fields, tags and stage are read from the contact, segments and notes from their own lists of it."""

from __future__ import annotations

from collections.abc import Sequence
from html import unescape
from typing import Any, Final

from msgspec import Struct, field

from adapters.mautic import people
from adapters.mautic.asking import rows
from adapters.mautic.naming import Names
from adapters.mautic.spec import BATCH
from adapters.mautic.writes import as_sent, contact_id
from connector.adapter import Client
from connector.errors import RecordError
from connector.model import Json, LeadWrite, ReadBack

LISTS: Final = {"list": ("segments", "lists"), "note": ("notes", "notes")}


class Reader(Struct):
    """Reads what several writes ask about only once."""

    client: Client
    names: Names
    read: dict[tuple[str, str], Any] = field(default_factory=dict)

    def read_back(self, writes: Sequence[LeadWrite]) -> list[ReadBack]:
        """One answer per write, in order."""
        return [self._answer(write) for write in writes]

    def _answer(self, write: LeadWrite) -> ReadBack:
        try:
            return self._looked(write)
        except RecordError:
            return ReadBack(write.effect, present=False)  # it names no contact, stage or segment that there is

    def _looked(self, write: LeadWrite) -> ReadBack:
        id_ = contact_id(write)
        record = self._contact(id_)
        if record is None:
            return ReadBack(write.effect, present=False)
        if write.kind == "field":
            fields = {name: _like(value, record.get(name)) for name, value in write.fields.items()}
            return ReadBack(write.effect, present=True, record_id=id_, fields=fields)
        there = self._is_there(write, record)
        return ReadBack(write.effect, present=there is write.on, record_id=id_)

    def _is_there(self, write: LeadWrite, record: Json) -> bool:
        if write.kind == "tag":
            return write.name.lower() in (tag.lower() for tag in record["tags"])
        if write.kind == "stage":
            return write.name in (record["stage"], record["stage_id"])
        if write.kind == "list":
            number = self.names.id_of("segments", write.name, write.effect)
            return number in (str(row.get("id")) for row in self._listed(record["id"], "list"))
        body = str(write.fields.get("body") or "")
        return any(body in unescape(str(row.get("text"))) for row in self._listed(record["id"], "note"))

    def _contact(self, id_: str) -> Json | None:
        key = ("contact", id_)
        if key not in self.read:
            found = people.single(self.client, id_)
            self.read[key] = None if found is None else people.flat(found)
        record: Json | None = self.read[key]
        return record

    def _listed(self, id_: str, kind: str) -> list[Json]:
        if (kind, id_) not in self.read:
            path, name = LISTS[kind]
            answer = self.client.request("GET", f"{people.PATH}/{id_}/{path}", params={"limit": BATCH})
            self.read[kind, id_] = rows(answer, name)
        found: list[Json] = self.read[kind, id_]
        return found


def _like(ours: Any, theirs: Any) -> Any:
    """What stands there, as it was written where that is the same: Mautic keeps texts of numbers."""
    return ours if as_sent(ours) == as_sent(theirs) else theirs
