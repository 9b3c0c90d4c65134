"""`/readyz`: is every stream fresh, and if not, what stands in its way?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from connector.model import Json
from connector.server.health import Health, Stream
from connector.state import operation
from connector.state.clock import moment_or_none, stamp

if TYPE_CHECKING:
    from connector.state.store import Tx

UNUSABLE: Json = {"ready": False, "reasons": ["the state database cannot be read"], "streams": [], "paused": []}
"""What is told when nothing can be known."""


def readiness(health: Health, db: Tx) -> Json:
    """`{ready, reasons, streams: [{connection, stream, fresh_at, age_s, limit_s, ok}], paused}`.

    A stream is stale when it was last read to its end more than `limit_s` ago. One that was never read to its end has
    until then from the start, or from its last page: a first read may take hours.
    """
    now = health.now()
    known = _cursors(db)
    waits = {(row["connection"], row["stream"].rpartition("/")[2]): row["code"] for row in operation.waits(db)}
    streams, reasons = [], []
    for stream in health.streams:
        line = _stream(stream, known.get((stream.connection, stream.name), {}), health.started_at, now)
        streams.append(line)
        if not line["ok"]:
            reasons.append(_stale(line, waits.get((stream.connection, stream.name))))
    reasons += [f"{name}: the platform refuses its credentials" for name in health.refused()]
    reasons += [f"{connection}: the step {step} hangs" for step, connection in health.hanging()]
    reasons += [] if health.is_alive() else ["the lanes do not turn"]
    paused = [pause["name"] for pause in operation.pauses(db)]
    return {"ready": not reasons, "reasons": reasons, "streams": streams, "paused": paused}


def _cursors(db: Tx) -> dict[tuple[str, str], Mapping[str, Any]]:
    rows = db.execute("SELECT connection, stream, fresh_at, moved_at FROM cursors")
    return {(row["connection"], row["stream"]): dict(row) for row in rows}


def _stream(stream: Stream, row: Mapping[str, Any], started_at: datetime, now: datetime) -> Json:
    fresh_at, moved_at = moment_or_none(row.get("fresh_at")), moment_or_none(row.get("moved_at"))
    counted_from = fresh_at or max(started_at, moved_at or started_at)
    age_s = max(0.0, (now - counted_from).total_seconds())
    return {
        "connection": stream.connection,
        "stream": stream.name,
        "fresh_at": None if fresh_at is None else stamp(fresh_at),
        "age_s": None if fresh_at is None else round(age_s, 1),
        "limit_s": stream.limit_s,
        "ok": age_s <= stream.limit_s,
    }


def _stale(line: Json, waits: str | None) -> str:
    place = f"{line['connection']}/{line['stream']}"
    age = "never" if line["age_s"] is None else f"{line['age_s']:.0f} s ago"
    why = f"; it stands still: {waits}" if waits else ""
    return f"{place}: last read to its end {age}, at most {line['limit_s']:.0f} s are allowed{why}"
