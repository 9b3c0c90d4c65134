"""How the loop is doing: per connection how fresh it is, what waits, what stands still and why, and all its writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from connector.adapter.declared import Limit
from connector.insight.report import capped
from connector.model import Json
from connector.state import operation, outbox, reading
from connector.state.clock import stamp
from connector.state.store import Tx

REFUSED: Final = frozenset({"auth", "sign_in", "http_401", "http_403"})
"""Codes of waits that only a person's sign-in, or a scope they grant, ends."""
NIGHTLY: Final = frozenset({"everyone"})
"""Streams that are walked now and then: they do not tell how fresh a connection is."""
KEPT_FROM_S: Final = 60
"""Shorter limits are counted in memory alone."""
LISTED: Final = 3
VALUE_LENGTH: Final = 40


class Connected(Struct, frozen=True):
    """A configured connection. `account` and `limits` (with the account's plan) show its quota, where known."""

    name: str
    side: str
    adapter: str
    account: str | None = None
    limits: Sequence[Limit] = ()


def status(db: Tx, connections: Sequence[Connected], now: datetime, *, held: bool = False) -> Json:
    """`{outcome, connections, rejects, paused, holder, last_run, unmapped, notes}`.

    A connection is `{name, side, adapter, fresh_at, streams, backlog, oldest_s, quota, writes, waits, paused}`; it is
    as fresh as its stalest stream, and the counts of `writes` add up to `total`. `held`: does another process hold the
    state now? `outcome` is `failed` when credentials are refused, `partial` when something stands still or waits for
    a person, else `ok`.
    """
    counts = outbox.counts(db)
    waits = operation.waits(db)
    paused = operation.pauses(db)
    lines = [
        _connection(db, one, now, counts.get(one.name), [wait for wait in waits if wait["connection"] == one.name])
        | {"paused": any(pause["name"] in (one.name, operation.ALL) for pause in paused)}
        for one in [*connections, *_forgotten(db, connections, counts)]
    ]
    content: Json = {
        "connections": lines,
        "rejects": _rejects(db),
        "paused": paused,
        "holder": _holder(db, held=held),
        "last_run": _last_run(db),
        "unmapped": _unmapped(db),
    }
    return {"outcome": _outcome(content), **content, "notes": _notes(content)}


def exit_code(content: Json) -> int:
    """What `status` ends with: 3 when a connection's credentials are refused, else 0."""
    return 3 if content["outcome"] == "failed" else 0


def _connection(db: Tx, one: Connected, now: datetime, counts: Mapping[str, int] | None, waits: Sequence[Json]) -> Json:
    streams = dict(
        db.execute("SELECT stream, fresh_at FROM cursors WHERE connection = ? ORDER BY stream", (one.name,)).fetchall()
    )
    telling = [fresh_at for stream, fresh_at in streams.items() if stream not in NIGHTLY]
    writes, oldest_s = outbox.oldest_open(db, one.name, now)
    reads = reading.reads_waiting(db, one.name)
    return {
        "name": one.name,
        "side": one.side,
        "adapter": one.adapter,
        "fresh_at": min(telling) if telling and None not in telling else None,
        "streams": streams,
        "backlog": writes + reads,
        "backlog_reads": reads,
        "backlog_writes": writes,
        "oldest_s": round(oldest_s),
        "quota": _quota(db, one, now),
        "writes": dict(counts or {"total": 0} | dict.fromkeys(outbox.STATES, 0)),
        "waits": [{name: value for name, value in wait.items() if name != "connection"} for wait in waits],
    }


def _quota(db: Tx, one: Connected, now: datetime) -> list[Json] | None:
    """Per long limit of the account the calls that count now; None where the account is not known."""
    if one.account is None:
        return None
    rows = db.execute(
        "SELECT bucket, sum(used) FROM budgets WHERE account = ? AND slot > ? GROUP BY bucket",
        (one.account, stamp(now)),
    )
    used = dict(rows.fetchall())
    return [
        {"bucket": limit.bucket, "per_s": limit.per_s, "used": used.get(name, 0), "allowed": limit.calls}
        for limit in one.limits
        if limit.per_s >= KEPT_FROM_S and not limit.per_record and not limit.logins
        for name in [f"{limit.bucket}/{limit.per_s}"]
    ]


def _forgotten(db: Tx, connections: Sequence[Connected], counts: Mapping[str, object]) -> list[Connected]:
    """Connections that the state knows and the configuration no longer names: their writes still count."""
    known = {one.name for one in connections}
    names = {row[0] for row in db.execute("SELECT DISTINCT connection FROM cursors")} | set(counts)
    return [Connected(name, "none", "not configured any more") for name in sorted(names - known)]


def _rejects(db: Tx) -> Json:
    rows = db.execute(
        "SELECT connection, stream, code, count(*) AS count, min(first_at) AS oldest_at, max(hint) AS hint FROM rejects"
        " WHERE state = 'open' GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3"
    )
    by_code = [dict(row) for row in rows]
    return {"open": sum(line["count"] for line in by_code), "by_code": by_code}


def _holder(db: Tx, *, held: bool) -> Json | None:
    row = db.execute("SELECT pid, host, since FROM holder").fetchone()
    return {"pid": row["pid"], "host": row["host"], "since": row["since"]} if held else None


def _last_run(db: Tx) -> Json | None:
    row = db.execute(
        "SELECT id, kind, started_at, ended_at, outcome FROM runs ORDER BY started_at DESC, id DESC LIMIT 1"
    ).fetchone()
    return None if row is None else dict(row)


def _unmapped(db: Tx) -> list[Json]:
    """Values that no table of a mapping has, by field, the most frequent first."""
    found: dict[tuple[str, str], list[tuple[str, int]]] = {}
    rows = db.execute(
        "SELECT connection, field, value, times FROM unmapped ORDER BY connection, field, times DESC, value"
    )
    for connection, field, value, times in rows:
        found.setdefault((connection, field), []).append((capped(value, VALUE_LENGTH), times))
    return [
        {"connection": connection, "field": field, "values": [{"value": value, "times": n} for value, n in values]}
        for (connection, field), values in found.items()
    ]


def _outcome(content: Json) -> str:
    waits = [wait for line in content["connections"] for wait in line["waits"]]
    if any(wait["code"] in REFUSED for wait in waits):
        return "failed"
    held = sum(line["writes"]["held"] for line in content["connections"])
    return "partial" if waits or held or content["paused"] else "ok"


def _notes(content: Json) -> list[str]:
    notes = [
        f"Writes of {line['name']} that are held: {line['writes']['held']}. See 'leadloop held list'."
        for line in content["connections"]
        if line["writes"]["held"]
    ]
    if content["rejects"]["open"]:
        notes.append(f"Records that wait as rejects: {content['rejects']['open']}. See 'leadloop rejects list'.")
    for line in content["unmapped"]:
        shown = ", ".join(f"'{one['value']}' ({one['times']})" for one in line["values"][:LISTED])
        more = f" and {len(line['values']) - LISTED} more" if len(line["values"]) > LISTED else ""
        notes.append(f"{line['connection']}: no entry in the mapping of {line['field']} for {shown}{more}.")
    return notes
