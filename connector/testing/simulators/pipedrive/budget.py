"""The company's day in tokens: what each call costs, and what is left until the server's midnight.

Source: https://pipedrive.readme.io/docs/core-api-concepts-rate-limiting and the costs stated at each endpoint of
https://developers.pipedrive.com/docs/api/v1
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final

from connector.testing.simulator import Request

PER_SEAT: Final = 30_000
_V1: Final = {"GET": 2, "LIST": 20, "SEARCH": 40, "POST": 10, "PUT": 10, "PATCH": 10, "DELETE": 6}
_V2: Final = {"GET": 1, "LIST": 10, "SEARCH": 20, "POST": 5, "PATCH": 5, "DELETE": 3}
_SPECIAL: Final = (
    (re.compile(r"/api/v2/deals/archived"), 20),
    (re.compile(r"/api/v2/(stages|pipelines)"), 5),
    (re.compile(r"/api/v1/users/me"), 2),
)
_SINGLE: Final = re.compile(r"/api/v[12]/(persons|leads|deals)/(?!search|archived)[^/]+")


def cost_of(request: Request) -> int:
    """Tokens that a request takes."""
    for pattern, cost in _SPECIAL:
        if pattern.fullmatch(request.path):
            return cost
    table = _V1 if request.path.startswith("/api/v1/") else _V2
    if request.method != "GET":
        return table[request.method]
    if is_search(request):
        return table["SEARCH"]
    return table["GET" if _SINGLE.fullmatch(request.path) else "LIST"]


def is_search(request: Request) -> bool:
    """Searches have a burst limit of their own."""
    return request.path.endswith(("/search", "/itemSearch"))


class Budget:
    """Tokens of the day. `told`: the headers that say so, which the platform sometimes leaves out."""

    def __init__(self, clock: Callable[[], datetime], factor: float) -> None:
        self.allowed = int(PER_SEAT * factor)
        self.used = 0
        self.told = True
        self._clock = clock
        self._day: date | None = None

    def take(self, cost: int) -> bool:
        """Count a call; False when the day is spent."""
        self._turn()
        if self.used + cost > self.allowed:
            self.used = self.allowed
            return False
        self.used += cost
        return True

    def leave(self, tokens: int) -> None:
        """Others of the company use up all but so many."""
        self._turn()
        self.used = max(self.used, self.allowed - tokens)

    def headers(self) -> Mapping[str, str]:
        """What an answer says of the day."""
        if not self.told:
            return {}
        left = str(self.allowed - self.used)
        return {"x-daily-ratelimit-token-limit": str(self.allowed), "x-daily-ratelimit-token-remaining": left}

    def _turn(self) -> None:
        today = self._clock().date()
        if self._day != today:
            self._day, self.used = today, 0
