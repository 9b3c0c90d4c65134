"""How long a stream may go unread, and a run may stand still, by the schedule of its lane."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from connector.daemon.lanes import Lane
from connector.daemon.triggers import trigger_for
from connector.server import Stream

STALE_AFTER = 3
STALE_AT_LEAST_S = 900.0
"""A stream is stale after three of its intervals, and not before a quarter of an hour."""
HANGS_AFTER = 10
HANGS_AT_LEAST_S = 3600.0
"""A run hangs when it stands still for ten of its intervals, and not before an hour."""


def streams(lanes: Sequence[Lane], zone: str, now: datetime) -> list[Stream]:
    """The streams that the lanes keep fresh, each with the age from which it is stale."""
    return [
        Stream(lane.connection, name, max(STALE_AT_LEAST_S, STALE_AFTER * _longest_s(lane, zone, now)))
        for lane in lanes
        for name in lane.streams
    ]


def standstill_s(lane: Lane, zone: str, now: datetime) -> float:
    """Seconds that a run of this lane may stand still."""
    return max(HANGS_AT_LEAST_S, HANGS_AFTER * _longest_s(lane, zone, now))


def _longest_s(lane: Lane, zone: str, now: datetime) -> float:
    return trigger_for(lane.when, zone).longest_s(now)
