"""What Salesforce remembers of a record's changes, in the record's own field names.

History speaks of some changes in its own words: `Owner` (twice: by id and by name), `leadConverted`, and a stage where
rules ask for its flags. They are told here as changes of `OwnerId`, `IsConverted`, `ConvertedOpportunityId`, `IsClosed`
and `IsWon`. An account without history tracking answers INVALID_TYPE or with nothing: then there is no history.

Source: Object Reference, "LeadHistory", "OpportunityFieldHistory"; ConvertedDate is a date without a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from adapters.salesforce import soql
from adapters.salesforce.api import Api
from adapters.salesforce.reading import plain
from connector.errors import RemoteRefusal
from connector.model import FieldChange, Json

TABLES: Mapping[str, tuple[str, str]] = {
    "Lead": ("LeadHistory", "LeadId"),
    "Contact": ("ContactHistory", "ContactId"),
    "Opportunity": ("OpportunityFieldHistory", "OpportunityId"),
}
Flags = Mapping[str, tuple[bool, bool]]
"""Of each opportunity stage: is it closed, is it won?"""


class History:
    """The histories of one org; remembers within a run which objects keep none."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self._none: set[str] = set()
        self._flags: Flags | None = None

    def is_kept(self, object_name: str) -> bool:
        """Does the account keep a history of this object? Asks with one row."""
        return object_name in TABLES and self._lines(object_name, ("Id",), " LIMIT 1") is not None

    def of(self, object_name: str, rows: Sequence[Json]) -> dict[str, list[FieldChange]] | None:
        """Changes by record id, oldest first; None where the object keeps no history."""
        if object_name not in TABLES or not rows:
            return None
        table, parent = TABLES[object_name]
        fields = ("Id", parent, "Field", "OldValue", "NewValue", "CreatedById", "CreatedDate")
        wanted = [(parent, row["Id"]) for row in rows]
        found: dict[str, list[FieldChange]] = {}
        lines: list[Json] = []
        for query in soql.where_in(soql.select(fields, table), wanted, " ORDER BY CreatedDate, Id"):
            part = self._asked(object_name, query)
            if part is None:
                return None
            lines += part
        by_id = {row["Id"]: row for row in rows}
        for line in lines:
            found.setdefault(line[parent], []).extend(self._changes(object_name, line, by_id[line[parent]]))
        return found

    def _lines(self, object_name: str, fields: Sequence[str], tail: str) -> list[Json] | None:
        return self._asked(object_name, soql.select(fields, TABLES[object_name][0]) + tail)

    def _asked(self, object_name: str, query: str) -> list[Json] | None:
        if object_name in self._none:
            return None
        try:
            return list(self.api.rows(query))
        except RemoteRefusal as refusal:
            if refusal.code != "INVALID_TYPE":
                raise
            self._none.add(object_name)
            return None

    def _changes(self, object_name: str, line: Json, row: Json) -> Iterator[FieldChange]:
        field, old, new = line["Field"], plain(line["OldValue"]), plain(line["NewValue"])
        at, by = soql.read_moment(line["CreatedDate"]), line["CreatedById"]
        if field == "leadConverted":
            yield from conversion(row, at, by)
        elif field == "Owner":
            if _is_id(new) or _is_id(old):
                yield FieldChange(at, "OwnerId", old, new, by)
        else:
            yield FieldChange(at, field, old, new, by)
        if object_name == "Opportunity" and field == "StageName":
            yield from self._flag_changes(at, old, new, by)

    def _flag_changes(self, at: datetime, old: Any, new: Any, by: str | None) -> Iterator[FieldChange]:
        before, after = self.flags().get(str(old)), self.flags().get(str(new))
        if before is None or after is None:
            return
        for name, was, now in zip(("IsClosed", "IsWon"), before, after, strict=True):
            if was != now:
                yield FieldChange(at, name, was, now, by)

    def flags(self) -> Flags:
        """What the account's opportunity stages mean; read once in a run."""
        if self._flags is None:
            query = soql.select(("ApiName", "MasterLabel", "IsClosed", "IsWon"), "OpportunityStage")
            stages = list(self.api.rows(query))
            self._flags = {
                str(stage[word]): (bool(stage["IsClosed"]), bool(stage["IsWon"]))
                for word in ("MasterLabel", "ApiName")
                for stage in stages
            }
        return self._flags


def conversion(row: Json, at: datetime, by: str | None) -> Iterator[FieldChange]:
    """A conversion as changes of the Lead's own fields."""
    yield FieldChange(at, "IsConverted", old=False, new=True, by=by)
    if row.get("ConvertedOpportunityId"):
        yield FieldChange(at, "ConvertedOpportunityId", None, row["ConvertedOpportunityId"], by)


def conversion_by_date(row: Json, zone: ZoneInfo) -> list[FieldChange]:
    """The conversion of a Lead whose history does not tell of it: known to the day only, nobody named."""
    if not row.get("IsConverted") or not row.get("ConvertedDate"):
        return []
    at = datetime.fromisoformat(row["ConvertedDate"]).replace(tzinfo=zone).astimezone(UTC)
    changes = conversion(row, at, None)
    return [FieldChange(one.at, one.field, one.old, one.new, precision="date") for one in changes]


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and len(value) in (15, 18) and value[:3] in ("005", "00G")
