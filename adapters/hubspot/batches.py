"""From writes to batches and back: one outcome per write, whatever becomes of the others.

Every row carries a trace id of its own, which lets HubSpot answer row by row. A batch that is refused as a whole all
the same is sent again in halves, until the bad row stands alone. Results are compared with what was sent: they come
shuffled, and an update of a record that was merged away is left out without a word.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.hubspot import outcomes
from adapters.hubspot.api import MAX_ROWS, Action, Api
from connector.errors import LeadloopError, RemoteRefusal, UnknownOutcome
from connector.model import Json, LeadWrite, Outcome

TRACE = "objectWriteTraceId"
Told = dict[str, Outcome]


@dataclass(frozen=True, slots=True)
class Route:
    """How a row travels; rows of one route share batches. Results of creations are told apart by the property `key`."""

    action: Action
    object: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A write on its way. Two rows of one `identity` may not share a batch: HubSpot refuses repeated ids.

    `identity` is what a result is recognised by: the record's id, or for a creation the value of the route's key.
    """

    write: LeadWrite
    route: Route
    identity: str
    body: Json


@dataclass(frozen=True, slots=True)
class Call:
    """Rows of one batch."""

    route: Route
    rows: Sequence[Row]


def update(write: LeadWrite, object_name: str, record_id: str, properties: Mapping[str, str]) -> Row:
    """The row that changes a known record."""
    return Row(write, Route("update", object_name), record_id, {"id": record_id, "properties": dict(properties)})


def upsert(write: LeadWrite, object_name: str, key: str, properties: Mapping[str, str]) -> Row:
    """The row that makes a record under a unique property, or changes the one that was made so before."""
    body = {"idProperty": key, "id": write.key, "properties": {**properties, key: write.key}}
    return Row(write, Route("upsert", object_name, key), write.key, body)


def calls_of(rows: Iterable[Row]) -> list[Call]:
    """Full batches by route; a row whose identity came before travels in a later batch than that one."""
    turns: Counter[tuple[Route, str]] = Counter()
    waves: dict[tuple[int, Route], list[Row]] = {}
    for row in rows:
        turn = turns[row.route, row.identity]
        turns[row.route, row.identity] += 1
        waves.setdefault((turn, row.route), []).append(row)
    return [
        Call(route, wave[start : start + MAX_ROWS])
        for (_, route), wave in sorted(waves.items(), key=lambda pair: pair[0][0])
        for start in range(0, len(wave), MAX_ROWS)
    ]


def send(api: Api, rows: Iterable[Row]) -> Told:
    """Outcomes by effect.

    Raises the error of the first request while certainly nothing was applied; once something may have been, the
    remaining rows are put off instead.
    """
    told: Told = {}
    todo = deque(calls_of(rows))
    while todo:
        call = todo.popleft()
        try:
            now, again = _send_one(api, call)
        except LeadloopError as error:
            if not told:
                raise
            return told | {
                row.write.effect: outcomes.put_off(row.write, error) for one in (call, *todo) for row in one.rows
            }
        told |= now
        todo.extendleft(reversed(again))
    return told


def in_turn(steps: Iterable[tuple[Callable[[], Told], Sequence[LeadWrite]]]) -> Told:
    """Outcomes of several kinds of writes, one after the other. Raises only when nothing of the first was applied."""
    told: Told = {}
    for step, writes in steps:
        try:
            told |= step()
        except LeadloopError as error:
            if not told:
                raise
            told |= {write.effect: outcomes.put_off(write, error) for write in writes}
    return told


def _send_one(api: Api, call: Call) -> tuple[Told, list[Call]]:
    route = call.route
    # A batch costs one call however many rows it has: one fresh row takes its companions along.
    fresh = any(row.write.fresh for row in call.rows)
    inputs = [{**row.body, TRACE: str(place)} for place, row in enumerate(call.rows)]
    try:
        body = api.save(route.object, route.action, inputs, reserve=fresh)
    except UnknownOutcome:
        return {row.write.effect: outcomes.unknown(row.write) for row in call.rows}, []
    except RemoteRefusal as refusal:
        return _refused(call, refusal)
    return _compared(call, body)


def _refused(call: Call, refusal: RemoteRefusal) -> tuple[Told, list[Call]]:
    if len(call.rows) == 1:
        write = call.rows[0].write
        return {write.effect: outcomes.of_refusal(write, call.route.object, refusal)}, []
    middle = len(call.rows) // 2
    return {}, [Call(call.route, call.rows[:middle]), Call(call.route, call.rows[middle:])]


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
        elif unnamed and row.route.action != "create":
            again.append(Call(call.route, [row]))
        else:
            told[row.write.effect] = _left_out(row)
    return told, again


def _saved(row: Row, result: Json) -> Outcome:
    created = row.route.action == "create" or bool(result.get("new"))
    return outcomes.done(row.write, row.route.object, str(result["id"]), created=created)


def _left_out(row: Row) -> Outcome:
    """No word about a known record: it was merged away. No word about a new one: nobody knows."""
    return outcomes.moved(row.write, row.route.object) if row.route.action == "update" else outcomes.unknown(row.write)


def _by_row(call: Call, results: Sequence[Json]) -> dict[int, Json]:
    """Results by the place of their row: by trace id where it comes back, else by what identifies the row."""
    places = {_normal(row.identity): place for place, row in enumerate(call.rows)}
    found: dict[int, Json] = {}
    for result in results:
        trace, place = result.get(TRACE), None
        if isinstance(trace, str) and trace.isdigit() and int(trace) < len(call.rows):
            place = int(trace)
        elif call.route.action == "update":
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
