"""Is it there? Columns are read from the record, custom events looked for in the contact's history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from msgspec import Struct, field

from adapters.acton.dates import from_milliseconds
from adapters.acton.history import History, acts_in
from adapters.acton.people import People
from adapters.acton.writes import as_sent, contact_id, title_of
from connector.errors import RecordError
from connector.model import Json, LeadWrite, ReadBack

NEAR: Final = timedelta(days=2)
"""An event tells its day only, in the account's own zone: one of these days is the one that was sent."""


class Reader(Struct):
    """Reads what several writes ask about only once."""

    people: People
    history: History
    read: dict[str, Json | None] = field(default_factory=dict)

    def read_back(self, writes: Sequence[LeadWrite]) -> list[ReadBack]:
        """One answer per write, in order."""
        return [self._answer(write) for write in writes]

    def _answer(self, write: LeadWrite) -> ReadBack:
        try:
            id_ = contact_id(write)
        except RecordError:
            return ReadBack(write.effect, present=False)  # it names no record
        if write.kind == "event":
            return ReadBack(write.effect, present=self._has_event(id_, write), record_id=id_)
        if id_ not in self.read:
            self.read[id_] = self.people.single(id_)
        record = self.read[id_]
        if record is None:
            return ReadBack(write.effect, present=False)
        fields = {name: _like(value, record.get(name)) for name, value in write.fields.items()}
        return ReadBack(write.effect, present=True, record_id=id_, fields=fields)

    def _has_event(self, id_: str, write: LeadWrite) -> bool:
        body = self.history.facts(id_, 1)
        now, title = self.history.client.now(), title_of(write)
        return body is not None and any(
            str(act.get("Verb")).startswith("custom") and title in str(act.get("What"))
            and (at := from_milliseconds(act.get("WhenMillis"))) is not None and abs(now - at) <= NEAR
            for act in acts_in(id_, body)
        )  # fmt: skip


def _like(ours: Any, theirs: Any) -> Any:
    """What stands there, as it was written where that is the same: columns hold texts."""
    return ours if as_sent(ours) == as_sent(theirs) else theirs
