"""What the audit log remembers of records' changes, in the columns' logical names: who changed what when.

The log names each change and the columns that it touched; what they held before and after is asked change by change,
many in one batch, for those alone that touched a column which the mapping reads. Our own changes are left out.
An environment that audits nothing, or a user who may not read the log, has no history.

Source: https://learn.microsoft.com/power-apps/developer/data-platform/auditing/retrieve-audit-data
Quirk:  the history of a record or column comes without author and time over the Web API, hence the two steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final

from msgspec import Struct, field

from adapters.dynamics365 import odata
from adapters.dynamics365.api import ANNOTATIONS, ROOT, Api
from adapters.dynamics365.multipart import Part, PartAnswer
from adapters.dynamics365.schema import Column, Schema
from adapters.dynamics365.tables import Table
from connector.errors import LeadloopError, RetryableError
from connector.model import FieldChange, Json

REACHES_BACK: Final = timedelta(days=2)
"""Older changes are not asked for: a first walk takes records as they are, and a later one comes sooner."""
MAX_DETAILS: Final = 100
_UPDATE: Final = 2
_THROTTLED: Final = (429, 503)
_LINE: Final = "auditid,createdon,_userid_value,_objectid_value,attributemask"


class Past(Struct, frozen=True):
    """Changes by record id, oldest first; of which records a change was not told, and why; whether any was."""

    changes: Mapping[str, Sequence[FieldChange]] = field(default_factory=dict)
    failed: Mapping[str, LeadloopError] = field(default_factory=dict)
    told: bool = False


class _Untold(RetryableError):
    """The platform failed at one change, in a batch that it answered."""


class History:
    """The audit log of one environment; remembers whether it may be read. `named` are the columns read, by table."""

    def __init__(self, api: Api, schema: Schema, named: Mapping[str, Sequence[str]]) -> None:
        self.api = api
        self.schema = schema
        self.named = named
        self._readable: bool | None = None
        self._user: str | None = None

    def of(self, table: Table, rows: Sequence[Json]) -> Past:
        """The late changes of these records."""
        since = self.api.client.now() - REACHES_BACK
        ids = [row[table.id] for row in rows if odata.moment(row["modifiedon"]) >= since]
        columns = self._columns(table.name)
        if not ids or not columns or not self.is_readable():
            return Past()
        lines = [line for line in self._lines(table, ids, odata.sendable(since)) if _touches(line, columns)]
        found: dict[str, list[FieldChange]] = {}
        failed: dict[str, LeadloopError] = {}
        for start in range(0, len(lines), MAX_DETAILS):
            some = lines[start : start + MAX_DETAILS]
            for line, answer in zip(some, self._details(some), strict=True):
                record_id = line["_objectid_value"]
                try:
                    found.setdefault(record_id, []).extend(_changes(line, _detail(answer), columns))
                except _Untold as error:
                    failed[record_id] = error
        changes = {one: sorted(some, key=lambda change: change.at) for one, some in found.items() if one not in failed}
        return Past(changes, failed, told=bool(changes))

    def is_readable(self) -> bool:
        """May this user read the log? Asked once, for one line."""
        if self._readable is None:
            told = self.api.get("audits", {"$select": "auditid", "$top": 1}, accept={403})
            self._readable = told is not None
        return self._readable

    def _us(self) -> str:
        """Our own user, whose changes decide nothing."""
        if self._user is None:
            self._user = str((self.api.get("WhoAmI") or {}).get("UserId"))
        return self._user

    def _columns(self, table: str) -> list[Column]:
        return [found for name in self.named.get(table, ()) if (found := self.schema.find(table, name)) is not None]

    def _lines(self, table: Table, ids: Sequence[str], since: str) -> list[Json]:
        found: list[Json] = []
        for wanted in odata.any_of([("objectid", one) for one in ids]):
            where = f"({wanted}) and operation eq {_UPDATE} and createdon ge {since} and _userid_value ne {self._us()}"
            params = {"$select": _LINE, "$filter": where, "$orderby": "createdon asc"}
            found += self.api.all("audits", params)
        return found

    def _details(self, lines: Sequence[Json]) -> list[PartAnswer | None]:
        paths = (f"{ROOT}audits({line['auditid']})/Microsoft.Dynamics.CRM.RetrieveAuditDetails" for line in lines)
        parts = [Part("GET", path, None, {"Prefer": ANNOTATIONS}) for path in paths]
        return self.api.batch(parts, safe=True)


def _detail(answer: PartAnswer | None) -> Json:
    """What a change is about; nothing where our user may not see it, or where it was cleaned up meanwhile.

    Raises RetryableError where the batch was cut or throttled: the page is read once more.
    """
    if answer is None or answer.status in _THROTTLED:
        raise RetryableError("Dynamics did not tell a change that its audit log names", code="bad_content")
    if answer.status >= 500:
        raise _Untold(f"Dynamics answered a question for a change with {answer.status}", code=f"http_{answer.status}")
    body = answer.body if answer.status == 200 and isinstance(answer.body, dict) else {}
    return body.get("AuditDetail") or {}


def _touches(line: Json, columns: Sequence[Column]) -> bool:
    """Did this change touch one of the columns? A line without a mask may have touched any."""
    mask = {one.strip() for one in str(line.get("attributemask") or "").split(",") if one.strip()}
    return not mask or any(str(column.number) in mask for column in columns)


def _changes(line: Json, detail: Json, columns: Sequence[Column]) -> Iterator[FieldChange]:
    old, new = detail.get("OldValue"), detail.get("NewValue")
    if not isinstance(old, dict) or not isinstance(new, dict):
        return
    at, by = odata.moment(line["createdon"]), line.get("_userid_value")
    for column in columns:
        before, after = column.value(old), column.value(new)
        if before != after:
            yield FieldChange(at, column.name, before, after, by)
