"""From writes to batches and back: one outcome per write, whatever becomes of the others.

Every row carries a trace id of its own, which lets HubSpot answer row by row. A batch that is refused as a whole all
the same is sent again in halves, until the bad row stands alone. Results are compared with what was sent: they come
shuffled, and an update of a record that was merged away is left out without a word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from adapters.hubspot import outcomes
from adapters.hubspot.api import MAX_ROWS, Action, Api
from connector.adapter import batching
from connector.adapter.batching import Told, interrupted
from connector.errors import LeadloopError, RemoteRefusal, UnknownOutcome
from connector.model import Json, LeadWrite, Outcome

TRACE = "objectWriteTraceId"
Route = batching.Route[Action]
"""Results of creations are told apart by the property `key`."""
Row = batching.Row[Action]
"""`identity` is what a result is recognised by: the record's id, or for a creation the value of the route's key."""
Call = batching.Call[Action]


def update(write: LeadWrite, object_name: str, record_id: str, properties: Mapping[str, str]) -> Row:
    """The row that changes a known record."""
    return Row(write, Route("update", object_name), record_id, {"id": record_id, "properties": dict(properties)})


def upsert(write: LeadWrite, object_name: str, key: str, properties: Mapping[str, str]) -> Row:
    """The row that makes a record under a unique property, or changes the one that was made so before."""
    body = {"idProperty": key, "id": write.key, "properties": {**properties, key: write.key}}
    return Row(write, Route("upsert", object_name, key), write.key, body)


def send(api: Api, rows: Iterable[Row]) -> Told:
    """Outcomes by effect. Raises only while certainly nothing was applied."""
    return batching.send(batching.calls_of(rows, MAX_ROWS), lambda call: _send_one(api, call))


def in_turn(steps: Iterable[tuple[Callable[[], Told], Sequence[LeadWrite]]]) -> Told:
    """Outcomes of several kinds of writes, one after the other. Raises only when nothing of the first was applied."""
    told: Told = {}
    for step, writes in steps:
        try:
            told |= step()
        except LeadloopError as error:
            if not told:
                raise
            told |= {write.effect: interrupted(write, error) for write in writes}
    return told


def _send_one(api: Api, call: Call) -> tuple[Told, list[Call]]:
    route = call.route
    inputs = [{**row.body, TRACE: str(place)} for place, row in enumerate(call.rows)]
    try:
        body = api.save(route.object, route.how, inputs, reserve=call.is_fresh)
    except UnknownOutcome:
        return {row.write.effect: outcomes.unknown(row.write) for row in call.rows}, []
    except RemoteRefusal as refusal:
        return _refused(call, refusal)
    return _compared(call, body)


def _refused(call: Call, refusal: RemoteRefusal) -> tuple[Told, list[Call]]:
    if len(call.rows) == 1:
        write = call.rows[0].write
        return {write.effect: outcomes.of_refusal(write, call.route.object, refusal)}, []
    return {}, call.halves()


def _compared(call: Call, body: Json) -> tuple[Told, list[Call]]:
    """Each row with its result or its error. Errors that name no row: the rows without an answer go again, alone."""
    results = _by_row(call, [one for one in body.get("results") or () if isinstance(one, dict)])
    errors, unnamed = _errors_by_row(call, body.get("errors") or ())
    told: Told = {}
    again: list[Call] = []
    for place, row in enumerate(call.rows):
        if place in results:
            told[row.write.effect] = _saved(row, results[place])
        elif place in errors:
            told[row.write.effect] = outcomes.of_error(row.write, row.route.object, errors[place])
        elif unnamed and len(call.rows) == 1:
            told[row.write.effect] = outcomes.of_error(row.write, row.route.object, unnamed[0])
        elif unnamed and row.route.how != "create":
            again.append(Call(call.route, [row]))
        else:
            told[row.write.effect] = _left_out(row)
    return told, again


def _saved(row: Row, result: Json) -> Outcome:
    created = row.route.how == "create" or bool(result.get("new"))
    return outcomes.done(row.write, row.route.object, str(result["id"]), created=created)


def _left_out(row: Row) -> Outcome:
    """No word about a known record: it was merged away. No word about a new one: nobody knows."""
    return outcomes.moved(row.write, row.route.object) if row.route.how == "update" else outcomes.unknown(row.write)


def _by_row(call: Call, results: Sequence[Json]) -> dict[int, Json]:
    """Results by the place of their row: by trace id where it comes back, else by what identifies the row."""
    places = {_normal(row.identity): place for place, row in enumerate(call.rows)}
    found: dict[int, Json] = {}
    for result in results:
        trace, place = result.get(TRACE), None
        if isinstance(trace, str) and trace.isdigit() and int(trace) < len(call.rows):
            place = int(trace)
        elif call.route.how == "update":
            place = places.get(str(result.get("id")))
        else:
            place = places.get(_normal((result.get("properties") or {}).get(call.route.key)))
        if place is not None and result.get("id"):
            found[place] = result
    return found


def _normal(value: Any) -> str:
    return str(value or "").strip().lower()


def _errors_by_row(call: Call, errors: Sequence[Any]) -> tuple[dict[int, Json], list[Json]]:
    places = {_normal(row.identity): place for place, row in enumerate(call.rows)}
    found: dict[int, Json] = {}
    unnamed: list[Json] = []
    for error in errors:
        context = error.get("context") or {} if isinstance(error, dict) else {}
        named = [int(one) for one in _texts(context.get(TRACE)) if one.isdigit() and int(one) < len(call.rows)]
        ids = [*_texts(context.get("ids")), *_texts(context.get("id"))]
        named += [places[_normal(one)] for one in ids if _normal(one) in places]
        found |= dict.fromkeys(named, error)
        if not named and isinstance(error, dict):
            unnamed.append(error)
    return found, unnamed


def _texts(value: Any) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [str(one) for one in items if one is not None]
