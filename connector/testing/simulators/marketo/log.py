"""The activity log of the simulated instance: sorted by time, read by token in blocks, some rows visible late.

A page takes the next block of the whole log and shows what fits the question: it may be sparse or empty while there is
more. A row that becomes visible late lies before tokens that have passed its time: who does not look back misses it.
"""

from __future__ import annotations

import base64
import binascii
from bisect import bisect_right, insort
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count, islice
from typing import Any, NamedTuple

from connector.model import Json
from connector.testing.simulators.marketo.wording import as_told

LAST = 10**12


@dataclass(slots=True, order=True)
class Act:
    """One activity."""

    at: datetime
    number: int
    type_id: int = field(compare=False)
    lead_id: int = field(compare=False)
    visible_at: datetime = field(compare=False)
    primary: Any = field(compare=False, default=None)
    primary_id: int | None = field(compare=False, default=None)
    attributes: Mapping[str, Any] = field(compare=False, default_factory=dict)
    fields: tuple[Json, ...] = field(compare=False, default=())

    def row(self) -> Json:
        """As the log tells it: what is blank is left out."""
        told: Json = {
            "id": self.number, "marketoGUID": str(self.number), "leadId": self.lead_id,
            "activityDate": as_told(self.at), "activityTypeId": self.type_id,
        }  # fmt: skip
        if self.primary_id is not None:
            told["primaryAttributeValueId"] = self.primary_id
        if self.primary is not None:
            told["primaryAttributeValue"] = self.primary
        if self.fields:
            told["fields"] = list(self.fields)
        shown = [{"name": name, "value": value} for name, value in self.attributes.items() if value not in (None, "")]
        return {**told, "attributes": shown}


class LogPage(NamedTuple):
    """Acts that fit, the token after them, and whether there is more."""

    acts: list[Act]
    token: str
    more: bool


class Log:
    """All activities, oldest first."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.acts: list[Act] = []
        self._numbers = count(102_988)

    def add(self, type_id: int, lead_id: int, at: datetime, visible_at: datetime | None = None, **more: Any) -> Act:
        """Something happens; times are kept to the second."""
        act = Act(at.replace(microsecond=0), next(self._numbers), type_id, lead_id, visible_at or at, **more)
        insort(self.acts, act)
        return act

    def token(self, since: datetime) -> str:
        """A token for what is after this moment."""
        return _encoded(since, LAST)

    def page(self, token: str, block: int, fits: Callable[[Act], bool]) -> LogPage | None:
        """The next block; None for what is no token."""
        place = _decoded(token)
        if place is None:
            return None
        now = self.clock()
        key = Act(place[0], place[1], 0, 0, now)
        visible = (act for act in islice(self.acts, bisect_right(self.acts, key), None) if act.visible_at <= now)
        taken = list(islice(visible, block + 1))
        walked = taken[:block]
        following = _encoded(walked[-1].at, walked[-1].number) if walked else token
        return LogPage([act for act in walked if fits(act)], following, len(taken) > block)


def _encoded(at: datetime, number: int) -> str:
    return base64.b32encode(f"{int(at.timestamp())}|{number}".encode()).decode()


def _decoded(token: str) -> tuple[datetime, int] | None:
    try:
        at, _, number = base64.b32decode(token).decode().partition("|")
        return datetime.fromtimestamp(int(at), UTC), int(number)
    except (binascii.Error, ValueError):
        return None
