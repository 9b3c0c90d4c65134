"""From writes to collections requests and back: one outcome per write, whatever becomes of the others.

Creations are upserts under the mapping's key, changes of known records go by id, 200 rows to a request. A request
refused as a whole is sent again without the rows that name a missing field, else in halves, until the bad rows stand
alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from adapters.salesforce import outcomes, soql
from adapters.salesforce.api import MAX_ROWS, Api, How
from connector.adapter import batching
from connector.adapter.batching import Told
from connector.errors import ConfigError, RemoteRefusal, UnknownOutcome
from connector.model import Json, LeadWrite, Outcome

Route = batching.Route[How]
"""Upserts go under `key`, updates by id; inserts make a new record."""
Row = batching.Row[How]
Call = batching.Call[How]


def record_row(write: LeadWrite, object_name: str, key: str) -> Row:
    """The row that creates a record under its key, or changes a known one, which then carries the key too.

    With a blank `key` a known record is changed in the fields of the write alone.
    """
    body: Json = {"attributes": {"type": object_name}, **sendable(write.fields)}
    if key and write.key:
        body[key] = write.key
    if write.record_id is None:
        return Row(write, Route("upsert", object_name, key), write.key, body)
    return Row(write, Route("update", object_name), write.record_id[:15], {**body, "id": write.record_id})


def sendable(fields: Mapping[str, Any]) -> Json:
    """Values as JSON takes them: moments in UTC, days as dates, several choices joined by semicolons."""
    return {soql.name(name): _value(value) for name, value in fields.items()}


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return soql.moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return ";".join(str(one) for one in value)
    return value


def send(api: Api, rows: Iterable[Row]) -> Told:
    """Outcomes by effect. Raises only while certainly nothing was applied.

    Raises ConfigError when nothing went through for want of one field.
    """
    told = batching.send(batching.calls_of(rows, MAX_ROWS), lambda call: _send_one(api, call))
    _stop_if_no_row_fits(told)
    return told


def _send_one(api: Api, call: Call) -> tuple[Told, list[Call]]:
    route = call.route
    try:
        results = api.save(route.how, route.object, route.key, [row.body for row in call.rows], reserve=call.is_fresh)
    except UnknownOutcome:
        return {row.write.effect: outcomes.unknown(row.write) for row in call.rows}, []
    except RemoteRefusal as refusal:
        return _sort_out(api, call, refusal)
    return _matched(call, results), []


def _matched(call: Call, results: Sequence[Any]) -> Told:
    """Results stand in the order sent. A list of another length tells about known ids only: the rest is unknown."""
    if len(results) == len(call.rows):
        pairs = list(zip(call.rows, results, strict=True))
    else:
        by_id = {str(one.get("id"))[:15]: one for one in results if isinstance(one, dict) and one.get("id")}
        known = call.route.how == "update"
        pairs = [(row, by_id.get(row.identity) if known else None) for row in call.rows]
    creates = call.route.how != "update"
    return {
        row.write.effect: outcomes.of_result(row.write, call.route.object, result, is_creation=creates)
        for row, result in pairs
    }


def _sort_out(api: Api, call: Call, refusal: RemoteRefusal) -> tuple[Told, list[Call]]:
    """What a wholly refused request comes to: rows that are bad for certain, and smaller requests to try."""
    if refusal.code == "INVALID_FIELD":
        bad = _naming_missing_fields(api, call)
        if bad:
            rest = [row for row in call.rows if row.write.effect not in bad]
            return bad, [Call(call.route, rest)] if rest else []
    if refusal.means == "gone" and call.route.how == "upsert":
        key = call.route.key
        return {row.write.effect: outcomes.missing_field(row.write, call.route.object, key) for row in call.rows}, []
    if len(call.rows) == 1:
        write = call.rows[0].write
        return {write.effect: outcomes.of_refusal(write, call.route.object, refusal)}, []
    return {}, call.halves()


def _naming_missing_fields(api: Api, call: Call) -> Told:
    existing = {field["name"] for field in api.describe(call.route.object)["fields"]} | {"attributes", "id"}
    missing = {row.write.effect: sorted(set(row.body) - existing) for row in call.rows}
    return {
        row.write.effect: outcomes.missing_field(row.write, call.route.object, missing[row.write.effect][0])
        for row in call.rows
        if missing[row.write.effect]
    }


def _stop_if_no_row_fits(told: Mapping[str, Outcome]) -> None:
    """When every row of a batch fails on a missing field, it is the mapping's field and nobody's record."""
    missing = {(one.object, one.field) for one in told.values() if one.code == "INVALID_FIELD"}
    if told and missing and all(one.code == "INVALID_FIELD" for one in told.values()):
        names = ", ".join(sorted(f"{object_name}.{field}" for object_name, field in missing))
        raise ConfigError(
            f"Salesforce does not have, or hides from this user: {names}",
            code="field_missing",
            hint="restore the field or its field-level security, or take it out of the mapping",
        )
