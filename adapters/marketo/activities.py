"""What people did: the account-wide log by type, and what came before by bulk extract.

A call takes ten types, so more than ten are several feeds. When the types of the configuration change, the whole
history is read again: the engine drops what it knows.

Cursor: `types`; `from`, when the first walk began; `feeds`, the place of each group of types (see `feed`); `extract`,
what the first read has left (see `extract`).
Source: https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/lead-database/activities
Quirk:  an attribute that is blank is left out; attributes come as a list of names and values.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from adapters.marketo.changes import KEPT
from adapters.marketo.extract import Extract
from adapters.marketo.feed import Feed
from adapters.marketo.slices import SLICE_BYTES
from connector.adapter import BadRecord, Client, Page
from connector.errors import RecordError
from connector.model import Json

PATH: Final = "/rest/v1/activities.json"
TYPES_A_CALL: Final = 10
COLUMNS: Final = (
    "marketoGUID", "leadId", "activityDate", "activityTypeId", "campaignId", "primaryAttributeValueId",
    "primaryAttributeValue", "attributes",
)  # fmt: skip
_WHOLE: Final = ("leadId", "activityTypeId", "campaignId", "primaryAttributeValueId")


class ActivityLog(Struct, frozen=True):
    """Acts of these types."""

    client: Client
    types: Sequence[int]
    since: datetime | None
    page_size: int
    slice_bytes: int = SLICE_BYTES

    def walk(self, cursor: Json | None) -> Iterator[Page[Json]]:
        """What is new, then as much of the first read as is there."""
        stood = cursor if cursor and cursor["types"] == list(self.types) else self._first()
        for start in range(0, len(self.types), TYPES_A_CALL):
            group = self.types[start : start + TYPES_A_CALL]
            for page in self._new(stood, group):
                stood = page.cursor or stood
                yield page
        if stood["extract"] is not None:
            yield from self._first_read(stood)

    def _first(self) -> Json:
        now = self.client.now()
        extract = Extract.over(self.since or now - KEPT, now)
        return {"types": list(self.types), "from": now.isoformat(), "feeds": {}, "extract": extract}

    def _new(self, stood: Json, group: Sequence[int]) -> Iterator[Page[Json]]:
        name = ",".join(map(str, group))
        query = {"activityTypeIds": list(group), "batchSize": self.page_size}
        feed = Feed(self.client, PATH, query, datetime.fromisoformat(stood["from"]))
        for rows, place in feed.walk(stood["feeds"].get(name)):
            cursor = {**stood, "feeds": {**stood["feeds"], name: place}}
            yield Page(records=[as_act(row) for row in rows], cursor=cursor)

    def _first_read(self, stood: Json) -> Iterator[Page[Json]]:
        extract = Extract(
            self.client, "activities", COLUMNS, {"activityTypeIds": list(self.types)}, slice_bytes=self.slice_bytes
        )
        place: Json | None = stood["extract"]
        for step in extract.walk(stood["extract"]):
            place = step.cursor or place
            acts, bad = _told(step.rows)
            yield Page(records=acts, bad=bad, cursor={**stood, "extract": place}, why_zero=step.why)
            if step.why:
                return
        yield Page(cursor={**stood, "extract": None})


def as_act(row: Mapping[str, Any]) -> Json:
    """The act with its attributes by name, so that a mapping can say `attributes."Webpage URL"`."""
    return {**row, "attributes": attributes_of(row.get("attributes"))}


def attributes_of(told: Any) -> Json:
    """Attributes by name, from a list of names and values or from an object."""
    if isinstance(told, dict):
        return told
    items = told if isinstance(told, list) else []
    return {str(one["name"]): one.get("value") for one in items if isinstance(one, dict) and "name" in one}


def _told(rows: Sequence[Json]) -> tuple[list[Json], list[BadRecord]]:
    """Acts of a bulk file as the log would tell them; a row that cannot be read is set aside."""
    acts: list[Json] = []
    bad: list[BadRecord] = []
    for row in rows:
        try:
            acts.append(_from_file(row))
        except ValueError:
            place = str(row.get("marketoGUID"))
            error = RecordError(f"activity {place} of a bulk file cannot be read", code="bad_activity", place=place)
            bad.append(BadRecord(place=place, raw={"marketoGUID": place}, error=error))
    return acts, bad


def _from_file(row: Mapping[str, str | None]) -> Json:
    """Raises ValueError for numbers and attributes that are none."""
    given = {name: cell for name, cell in row.items() if cell is not None and cell != ""}
    act: Json = {**given, "attributes": attributes_of(json.loads(given.get("attributes", "[]")))}
    act.update({name: int(given[name]) for name in _WHOLE if name in given})
    return act
