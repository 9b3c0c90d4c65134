"""The account's credits in a rolling 24 hours: what each call takes, and what is left.

Source: https://www.zoho.com/crm/developer/docs/api/v8/api-limits.html
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Final

from connector.testing.simulator import Request

FREE: Final = 5_000
DAY: Final = timedelta(days=1)
_LIMIT: Final = re.compile(r"limit (\d+)", re.IGNORECASE)


def cost_of(request: Request) -> int:
    """Credits of a request."""
    path = request.path
    if path.endswith("/deleted"):
        return 2
    if request.method == "GET":
        return 1
    body = request.json() or {}
    if path.endswith("/coql"):
        found = _LIMIT.search(str(body.get("select_query")))
        rows = int(found[1]) if found else 200
        return 1 if rows <= 200 else 2 if rows <= 1000 else 3
    if "_tags" in path:
        return _for(body.get("ids"), 50)
    return _for(body.get("data"), 10)


def _for(rows: Any, a_credit: int) -> int:
    return max(1, ceil(len(rows or ()) / a_credit))


class Credits:
    """What was used in the last 24 hours."""

    def __init__(self, clock: Callable[[], datetime], factor: float) -> None:
        self.allowed = int(FREE * factor)
        self._clock = clock
        self._used: deque[tuple[datetime, int]] = deque()

    def take(self, cost: int) -> bool:
        """Count a call; False when the day is spent."""
        if cost > self.left:
            return False
        self._used.append((self._clock(), cost))
        return True

    @property
    def left(self) -> int:
        """Credits that may still be used."""
        since = self._clock() - DAY
        while self._used and self._used[0][0] <= since:
            self._used.popleft()
        return self.allowed - sum(cost for _, cost in self._used)

    def leave(self, left: int) -> None:
        """Others of the account use up all but so many."""
        self._used.append((self._clock(), max(0, self.left - left)))

    def headers(self) -> Mapping[str, str]:
        """What an answer tells: what is left, from half of the day's use on."""
        left = self.left
        return {"X-API-CREDITS-REMAINING": str(left)} if left * 2 <= self.allowed else {}
