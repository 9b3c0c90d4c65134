"""How the loop is doing, as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from connector.insight.render.tables import notes, number, table, wrapped
from connector.model import Json
from connector.state.outbox import STATES

IN_WORDS: Final = {
    "ok": "Nothing stands still.",
    "partial": "Something waits or stands still: it is told below.",
    "failed": "A person is needed: a platform refuses our credentials.",
}
MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400
ALWAYS: Final = ("planned", "sent", "confirmed", "rejected")
"""States of writes that have a column even when all are zero."""


def status_as_text(content: Json) -> str:
    """One line that says it all, the connections, their writes, what stands still."""
    parts = [
        [IN_WORDS[content["outcome"]], *_process(content)],
        _connections(content["connections"]),
        _quota(content["connections"]),
        _writes(content["connections"]),
        _waits(content["connections"]),
        _rejects(content["rejects"]),
        notes([*_paused(content["paused"]), *content["notes"]]),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def age(seconds: float) -> str:
    """A time span in its two largest units: `3 h 20 min`."""
    whole = round(seconds)
    if whole < MINUTE_S:
        return f"{whole} s"
    if whole < HOUR_S:
        return f"{whole // MINUTE_S} min"
    if whole < DAY_S:
        return f"{whole // HOUR_S} h {whole % HOUR_S // MINUTE_S} min"
    return f"{whole // DAY_S} d {whole % DAY_S // HOUR_S} h"


def _process(content: Json) -> list[str]:
    holder, run = content["holder"], content["last_run"]
    who = "No process holds the state." if holder is None else (
        f"Process {holder['pid']} on {holder['host']} holds the state since {_time(holder['since'])}."
    )  # fmt: skip
    if run is None:
        return [who, "Nothing has run yet: 'leadloop run --once' makes the first pass."]
    if run["ended_at"] is not None:
        ended = f"ended {run['outcome']} at {_time(run['ended_at'])}"
    else:
        ended = "is under way" if holder else f"broke off; it began at {_time(run['started_at'])}"
    return [who, f"The last run ({run['id']}) {ended}."]


def _connections(lines: Sequence[Json]) -> list[str]:
    head = ("connection", "side", "adapter", "stream", "fresh at", "backlog", "oldest")
    rows = []
    for line in lines:
        streams = list(line["streams"].items()) or [("", None)]
        for index, (stream, fresh_at) in enumerate(streams):
            first = index == 0
            fresh = "never" if fresh_at is None else _time(fresh_at)
            about = (line["name"], line["side"], line["adapter"]) if first else ("", "", "")
            waits = (number(line["backlog"]), age(line["oldest_s"]) if line["oldest_s"] else "") if first else ("", "")
            rows.append((*about, stream, fresh, *waits))
    return table(head, rows, texts=5)


def _quota(lines: Sequence[Json]) -> list[str]:
    head = ("connection", "limit", "used", "allowed")
    rows = [
        (line["name"], _limit(quota), number(quota["used"]), number(quota["allowed"]))
        for line in lines
        for quota in line["quota"] or ()
    ]
    return table(head, rows, texts=2)


def _limit(quota: Json) -> str:
    """`all calls, 1 d`, or the calls that share a limit of their own: `search, 1 h`."""
    calls = "all calls" if quota["bucket"] == "*" else quota["bucket"]
    return f"{calls}, {age(quota['per_s']).removesuffix(' 0 h').removesuffix(' 0 min')}"


def _writes(lines: Sequence[Json]) -> list[str]:
    used = [state for state in STATES if state in ALWAYS or any(line["writes"][state] for line in lines)]
    rows = [
        (line["name"], *(number(line["writes"][state]) for state in used), number(line["writes"]["total"]))
        for line in lines
    ]
    return table(("writes", *used, "total"), rows)


def _waits(lines: Sequence[Json]) -> list[str]:
    found = []
    for line in lines:
        for wait in line["waits"]:
            until = "" if wait["until"] is None else f", until {_time(wait['until'])}"
            said = f"{line['name']} {wait['stream']} stands still since {_time(wait['since'])}{until}: {wait['text']}"
            code = f" ({wait['code']})"
            found += wrapped(said if said.endswith(code) else said + code, "  ", first="! ")
            found += wrapped(wait["hint"] or "", "    ", first="  → ")
    return found


def _rejects(rejects: Json) -> list[str]:
    head = ("rejects", "stream", "code", "open", "since")
    rows = [
        (one["connection"], one["stream"], one["code"], number(one["count"]), _time(one["oldest_at"]))
        for one in rejects["by_code"]
    ]
    return table(head, rows, texts=3)


def _paused(paused: Sequence[Json]) -> list[str]:
    return [
        f"{'Everything' if one['name'] == '*' else one['name']} is paused since {_time(one['since'])} ({one['why']});"
        " 'leadloop resume' lets it write again."
        for one in paused
    ]


def _time(stamp: str) -> str:
    return f"{stamp[:10]} {stamp[11:16]}"
