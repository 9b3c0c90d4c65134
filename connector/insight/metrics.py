"""Numbers for `/metrics`: counts and ages only, never personal data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from connector.state import outbox
from connector.state.clock import moment
from connector.state.store import Tx

Metric = tuple[str, Mapping[str, str], float]


def metrics(db: Tx, now: datetime) -> list[Metric]:
    """All gauges as (name, labels, value); each name always has the same labels."""
    return [*_leads(db), *_writes(db), *_rejects(db), *_streams(db, now), *_runs(db, now), *_waits(db)]


def _leads(db: Tx) -> Iterator[Metric]:
    for stage, count in db.execute("SELECT stage, count(*) FROM leads GROUP BY stage ORDER BY stage"):
        yield "leadloop_leads", {"stage": stage}, count


def _writes(db: Tx) -> Iterator[Metric]:
    for connection, states in sorted(outbox.counts(db).items()):
        for state in outbox.STATES:
            yield "leadloop_writes", {"connection": connection, "state": state}, states[state]


def _rejects(db: Tx) -> Iterator[Metric]:
    rows = db.execute(
        "SELECT connection, stream, count(*) FROM rejects WHERE state = 'open' GROUP BY 1, 2 ORDER BY 1, 2"
    )
    for connection, stream, count in rows:
        yield "leadloop_rejects_open", {"connection": connection, "stream": stream}, count


def _streams(db: Tx, now: datetime) -> Iterator[Metric]:
    """A stream that was never read to its end has no age yet."""
    rows = db.execute(
        "SELECT connection, stream, fresh_at FROM cursors WHERE fresh_at IS NOT NULL ORDER BY connection, stream"
    )
    for connection, stream, fresh_at in rows:
        age_s = max(0.0, (now - moment(fresh_at)).total_seconds())
        yield "leadloop_stream_age_seconds", {"connection": connection, "stream": stream}, age_s


def _runs(db: Tx, now: datetime) -> Iterator[Metric]:
    for outcome, count, last in db.execute(
        "SELECT outcome, count(*), max(ended_at) FROM runs WHERE outcome IS NOT NULL GROUP BY outcome ORDER BY outcome"
    ):
        yield "leadloop_runs", {"outcome": outcome}, count
        age_s = max(0.0, (now - moment(last)).total_seconds())
        yield "leadloop_run_age_seconds", {"outcome": outcome}, age_s


def _waits(db: Tx) -> Iterator[Metric]:
    for connection, count in db.execute("SELECT connection, count(*) FROM waits GROUP BY 1 ORDER BY 1"):
        yield "leadloop_streams_standing_still", {"connection": connection}, count
