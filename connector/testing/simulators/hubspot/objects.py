"""The addresses of CRM objects: search, lists, single records, batches that tell row by row, associations."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from connector.testing.simulator import Reply, Request, route
from connector.testing.simulators.hubspot import searching, wording
from connector.testing.simulators.hubspot.account import Account
from connector.testing.simulators.hubspot.records import API_SOURCE, Records, SimRecord, iso
from connector.testing.simulators.hubspot.schema import CREATED, STAMPS
from connector.testing.simulators.hubspot.wording import RowError

MAX_ROWS: Final = 100
MAX_WITH_HISTORY: Final = 50
TRACE: Final = "objectWriteTraceId"
OBJECTS: Final = "/crm/v3/objects/{object}"
LOCKED: Final = timedelta(seconds=5)
Json = dict[str, Any]
Save = Callable[[Records, Json], Json | None]
"""Saves one row: its result, or None for a row that is left out without a word."""


class Objects:
    """Routes of the objects API. `row_by_row`: trace ids give each row an outcome of its own, as documented."""

    account: Account
    clock: Callable[[], datetime]
    lock: threading.RLock
    row_by_row: bool = True
    half_next: bool = False
    has_leads: bool = True

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._locks: dict[str, datetime] = {}
        self._memo: tuple[Any, list[searching.Hit]] = (None, [])

    def lock_record(self, record_id: str) -> None:
        """Somebody is saving this record: for some seconds every write with it is refused."""
        self._locks[record_id] = self.clock() + LOCKED

    @route("POST", OBJECTS + "/search")
    def search(self, request: Request) -> Reply:
        records, body = self._records(request), request.json()
        if records is None:
            return self._no_object(request)
        refusal = searching.refusal_of(body)
        if refusal is not None:
            return refusal
        found = self._hits(records, body)
        start, limit = int(body.get("after") or 0), int(body.get("limit", 10))
        rows = [
            shown(records, one, body.get("properties"), values, at) for one, values, at in found[start : start + limit]
        ]
        told: Json = {"total": len(found), "results": rows}
        if len(found) > start + limit:
            told["paging"] = {"next": {"after": str(start + limit)}}
        return Reply(200, told)

    def _hits(self, records: Records, body: Json) -> list[searching.Hit]:
        key = (
            records.name,
            records.version,
            repr(body.get("filterGroups")),
            repr(body.get("sorts")),
            bool(records.lag_s),
        )
        if self._memo[0] != key or records.lag_s:
            self._memo = key, searching.hits(records, body)
        return self._memo[1]

    @route("GET", OBJECTS)
    def listed(self, request: Request) -> Reply:
        records = self._records(request)
        if records is None:
            return self._no_object(request)
        limit = int(request.params.get("limit", 10))
        if not 0 < limit <= MAX_ROWS:
            return wording.refused(400, "VALIDATION_ERROR", "limit must be between 1 and 100")
        after = int(base64.b64decode(request.params["after"])) if request.params.get("after") else 0
        source = records.bin if request.params.get("archived") == "true" else records.live
        ids = sorted(one for one in source if one > after)
        properties = request.params.get("properties", "").split(",")
        told: Json = {"results": [shown(records, source[one], properties) for one in ids[:limit]]}
        if len(ids) > limit:
            token = base64.b64encode(str(ids[limit - 1]).encode()).decode()
            told["paging"] = {"next": {"after": token, "link": "https://api.hubapi.com/"}}
        return Reply(200, told)

    @route("GET", OBJECTS + "/{id}")
    def one(self, request: Request) -> Reply:
        records = self._records(request)
        record = records.find(request.args["id"]) if records else None
        if records is None or record is None:
            return wording.not_found().as_reply()
        return Reply(200, shown(records, record, request.params.get("properties", "").split(",")))

    @route("POST", OBJECTS + "/batch/read")
    def read(self, request: Request) -> Reply:
        records, body = self._records(request), request.json()
        if records is None:
            return self._no_object(request)
        inputs, by, history = body["inputs"], body.get("idProperty"), body.get("propertiesWithHistory") or []
        if len(inputs) > (MAX_WITH_HISTORY if history else MAX_ROWS):
            return wording.refused(400, "VALIDATION_ERROR", "too many inputs")
        if by is not None and not records.is_unique(by):
            return wording.refused(400, "VALIDATION_ERROR", f"{by} is not a unique property")
        found = {one["id"]: records.by(by, one["id"]) if by else records.find(one["id"]) for one in inputs}
        live = {record.id: record for record in found.values() if record is not None}
        rows = [shown(records, record, body.get("properties"), history=history) for record in live.values()]
        gone = [id_ for id_, record in found.items() if record is None]
        return _batch(rows, [wording.not_found().as_row({"ids": gone})] if gone else [])

    @route("POST", OBJECTS + "/batch/create")
    def create(self, request: Request) -> Reply:
        return self._write(request, self._create_row, 201)

    @route("POST", OBJECTS + "/batch/update")
    def update(self, request: Request) -> Reply:
        if any(one.get("idProperty") == "email" for one in request.json()["inputs"]):
            return wording.refused(400, "VALIDATION_ERROR", "idProperty email is not supported here")
        return self._write(request, self._update_row, 200)

    @route("POST", OBJECTS + "/batch/upsert")
    def upsert(self, request: Request) -> Reply:
        return self._write(request, self._upsert_row, 200)

    @route("POST", "/crm/v4/associations/{from}/{to}/batch/read")
    def associations(self, request: Request) -> Reply:
        links = self.account.links.get((request.args["from"], request.args["to"]), {})
        ids = [int(one["id"]) for one in request.json()["inputs"]]
        kind = [{"category": "HUBSPOT_DEFINED", "typeId": 3, "label": None}]
        rows = [
            {"from": {"id": str(one)}, "to": [{"toObjectId": to, "associationTypes": kind} for to in links[one]]}
            for one in ids
            if one in links
        ]
        lonely = [str(one) for one in ids if one not in links]
        error = RowError("OBJECT_NOT_FOUND", "No associations found")
        return _batch(
            rows, [{**error.as_row({"fromObjectId": lonely}), "subCategory": "NO_ASSOCIATIONS_FOUND"}] if lonely else []
        )

    # Rows.

    def _write(self, request: Request, save: Save, status: int) -> Reply:
        records, inputs = self._records(request), request.json()["inputs"]
        if records is None:
            return self._no_object(request)
        refusal = self._refusal(inputs)
        if refusal is not None:
            return refusal
        half, self.half_next = self.half_next, False
        told = self._saved(records, inputs[: len(inputs) // 2] if half else inputs, save, status)
        return Reply(502, b"") if half else told

    def _refusal(self, inputs: Sequence[Json]) -> Reply | None:
        ids = [one["id"] for one in inputs if "id" in one]
        if len(inputs) > MAX_ROWS:
            return wording.refused(400, "VALIDATION_ERROR", "The maximum number of inputs supported is 100")
        if len({str(one).lower() for one in ids}) < len(ids):
            return wording.refused(400, "VALIDATION_ERROR", "Duplicate IDs found in batch input")
        if any(self._locks.get(str(one), self.clock()) > self.clock() for one in ids):
            return wording.refused(423, "LOCKED", "the record is locked")
        return None

    def _saved(self, records: Records, inputs: Sequence[Json], save: Save, status: int) -> Reply:
        traces = [one.get(TRACE) for one in inputs]
        by_row = self.row_by_row and None not in traces and len(set(traces)) == len(traces)
        errors: list[Json] = []
        if not by_row:
            for one in inputs:
                try:
                    self._judge(records, one)
                except RowError as error:
                    return error.as_reply()
        rows: list[Json] = []
        for one in inputs:
            try:
                result = save(records, one)
            except RowError as error:
                gone = error.category == "OBJECT_NOT_FOUND"
                errors.append(error.as_row({"ids": [one["id"]]} if gone else {TRACE: [one[TRACE]]}))
            else:
                rows += [result] if result is not None else []
        return _batch(rows[::-1], errors, status)

    def _judge(self, records: Records, row: Json) -> None:
        """What would refuse this row; nothing is applied."""
        by = row.get("idProperty")
        record = None
        if "id" in row:
            record = records.by(by, row["id"]) if by else records.find(row["id"])
            if record is None and not by:
                raise wording.not_found()
        records.check(row["properties"], record)

    def _create_row(self, records: Records, row: Json) -> Json:
        records.check(row["properties"], None)
        record = records.create(row["properties"], API_SOURCE)
        for link in row.get("associations", []):
            self.account.link(records.name, record.id, "contacts", int(link["to"]["id"]))
        return shown(records, record, list(row["properties"]))

    def _update_row(self, records: Records, row: Json) -> Json | None:
        record = records.find(row["id"])
        if record is None:
            raise wording.not_found()
        if str(record.id) != row["id"]:
            return None
        records.check(row["properties"], record)
        records.change(record, row["properties"], API_SOURCE)
        return shown(records, record, list(row["properties"]))

    def _upsert_row(self, records: Records, row: Json) -> Json:
        by = row["idProperty"]
        if not records.is_unique(by):
            raise wording.invalid(by, "NOT_UNIQUE", row["id"])
        record = records.by(by, row["id"])
        values = {**row["properties"], by: row["id"]}
        records.check(values, record)
        is_new = record is None
        if record is None:
            record = records.create(values, API_SOURCE)
        else:
            records.change(record, values, API_SOURCE)
        return {**shown(records, record, list(values)), "new": is_new}

    def _records(self, request: Request) -> Records | None:
        name = request.args["object"]
        if name == "leads" and not self.has_leads:
            return None
        return self.account.objects.get(name)

    def _no_object(self, request: Request) -> Reply:
        if request.args["object"] == "leads":
            return wording.missing_scope("crm.objects.leads.read")
        return wording.refused(400, "VALIDATION_ERROR", "Unable to infer object type")


def shown(
    records: Records,
    record: SimRecord,
    properties: Sequence[str] | None,
    values: Any = None,
    at: datetime | None = None,
    *,
    history: Sequence[str] = (),
) -> Json:
    """A record as the API shows it: what was asked for, and what always comes."""
    values = record.values if values is None else values
    always = (
        CREATED.get(records.name, "hs_createdate"),
        STAMPS.get(records.name, "hs_lastmodifieddate"),
        "hs_object_id",
    )
    named = [one for one in (*always, *(properties or ())) if one in records.defs]
    told: Json = {
        "id": str(record.id),
        "properties": {name: values.get(name) or None for name in sorted(set(named))},
        "createdAt": iso(record.created_at),
        "updatedAt": iso(at or record.updated_at),
        "archived": record.archived_at is not None,
    }
    if record.archived_at is not None:
        told["archivedAt"] = iso(record.archived_at)
    if history:
        told["propertiesWithHistory"] = {one: record.history.get(one, []) for one in history if one in records.defs}
    return told


def _batch(rows: Sequence[Json], errors: Sequence[Json], status: int = 200) -> Reply:
    at = iso(datetime.fromisoformat("2026-11-20T10:00:00+00:00"))
    body: Json = {"status": "COMPLETE", "results": list(rows), "startedAt": at, "completedAt": at}
    if not errors:
        return Reply(status, body)
    return Reply(207, {**body, "numErrors": len(errors), "errors": list(errors)})
