"""The addresses that read CRM objects: search, lists, single records, batches with history, associations."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from connector.testing.simulator import Reply, Request, route
from connector.testing.simulators.hubspot import searching, wording
from connector.testing.simulators.hubspot.account import Account
from connector.testing.simulators.hubspot.records import Records, SimRecord, iso
from connector.testing.simulators.hubspot.schema import CREATED, STAMPS
from connector.testing.simulators.hubspot.wording import RowError

MAX_ROWS: Final = 100
MAX_WITH_HISTORY: Final = 50
OBJECTS: Final = "/crm/v3/objects/{object}"
Json = dict[str, Any]


class Objects:
    """Routes that read. `has_leads`: the account's plan has the object Leads."""

    account: Account
    has_leads: bool = True

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._searcher = searching.Searcher()

    @route("POST", OBJECTS + "/search")
    def search(self, request: Request) -> Reply:
        records, body = self.records_of(request), request.json()
        if records is None:
            return self.no_object(request)
        refusal = searching.refusal_of(body)
        if refusal is not None:
            return refusal
        found = self._searcher.hits(records, body)
        start, limit = int(body.get("after") or 0), int(body.get("limit", 10))
        rows = [
            shown(records, one, body.get("properties"), values, at) for one, values, at in found[start : start + limit]
        ]
        told: Json = {"total": len(found), "results": rows}
        if len(found) > start + limit:
            told["paging"] = {"next": {"after": str(start + limit)}}
        return Reply(200, told)

    @route("GET", OBJECTS)
    def listed(self, request: Request) -> Reply:
        records = self.records_of(request)
        if records is None:
            return self.no_object(request)
        limit = int(request.params.get("limit", 10))
        if not 0 < limit <= MAX_ROWS:
            return wording.refused(400, "VALIDATION_ERROR", "limit must be between 1 and 100")
        try:
            after = int(base64.b64decode(request.params["after"])) if request.params.get("after") else 0
        except ValueError:
            return wording.refused(400, "VALIDATION_ERROR", "the given 'after' is no paging token")
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
        records = self.records_of(request)
        record = records.find(request.args["id"]) if records else None
        if records is None or record is None:
            return wording.not_found().as_reply()
        return Reply(200, shown(records, record, request.params.get("properties", "").split(",")))

    @route("POST", OBJECTS + "/batch/read")
    def read(self, request: Request) -> Reply:
        records, body = self.records_of(request), request.json()
        if records is None:
            return self.no_object(request)
        inputs, by, history = body["inputs"], body.get("idProperty"), body.get("propertiesWithHistory") or []
        if len(inputs) > (MAX_WITH_HISTORY if history else MAX_ROWS):
            return wording.refused(400, "VALIDATION_ERROR", "too many inputs")
        if by is not None and not records.is_unique(by):
            return wording.refused(400, "VALIDATION_ERROR", f"{by} is not a unique property")
        if by == "email" and not all("@" in one["id"] for one in inputs):
            return wording.refused(400, "VALIDATION_ERROR", "an id is not a valid e-mail address")
        found = {one["id"]: records.by(by, one["id"]) if by else records.find(one["id"]) for one in inputs}
        live = {record.id: record for record in found.values() if record is not None}
        rows = [shown(records, record, body.get("properties"), history=history) for record in live.values()]
        gone = [id_ for id_, record in found.items() if record is None]
        return batch_reply(rows, [wording.not_found().as_row({"ids": gone})] if gone else [])

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
        return batch_reply(
            rows, [{**error.as_row({"fromObjectId": lonely}), "subCategory": "NO_ASSOCIATIONS_FOUND"}] if lonely else []
        )

    def records_of(self, request: Request) -> Records | None:
        name = request.args["object"]
        if name == "leads" and not self.has_leads:
            return None
        return self.account.objects.get(name)

    def no_object(self, request: Request) -> Reply:
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


def batch_reply(rows: Sequence[Json], errors: Sequence[Json], status: int = 200) -> Reply:
    at = iso(datetime.fromisoformat("2026-11-20T10:00:00+00:00"))
    body: Json = {"status": "COMPLETE", "results": list(rows), "startedAt": at, "completedAt": at}
    if not errors:
        return Reply(status, body)
    return Reply(207, {**body, "numErrors": len(errors), "errors": list(errors)})
