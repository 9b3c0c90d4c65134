"""The account's API: who may ask, how often, and what every answer says of the limits.

Source: https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines, read 2026-11-22.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from connector.adapter.declared import Limit
from connector.testing.simulator import Reply, Request, Simulator, route
from connector.testing.simulators.hubspot import wording
from connector.testing.simulators.hubspot.account import Account
from connector.testing.simulators.hubspot.feeds import Feeds
from connector.testing.simulators.hubspot.saving import Saving
from connector.testing.simulators.hubspot.tokens import Tokens

TOKEN_PATH: Final = "/oauth/v3/token"  # noqa: S105 - an address
_BURST, _DAY = 0, 1


class HubSpotSimulator(Saving, Feeds, Simulator):
    """One account. `search_lag_s`: how long searches do not see a change. `rotate`: refresh tokens serve once."""

    limits: Sequence[Limit] = (
        Limit(calls=100, per_s=10),
        Limit(calls=250_000, per_s=86_400),
        Limit(calls=5, per_s=1, bucket="search"),
    )

    def __init__(self, *, search_lag_s: float = 0.0, rotate: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.account = Account(self.clock)
        self.tokens = Tokens(self.clock, rotate=rotate)
        for records in self.account.objects.values():
            records.lag_s = search_lag_s

    @property
    def credentials(self) -> dict[str, str]:
        """What a connection puts under `credentials`."""
        return {"token": self.tokens.static}

    @property
    def app_credentials(self) -> dict[str, str]:
        """The same for an OAuth app."""
        return {
            "client_id": self.tokens.client_id,
            "client_secret": self.tokens.client_secret,
            "refresh_token": self.tokens.refresh_token,
        }

    def leave_calls(self, left: int) -> None:
        """Other integrations use up the day's calls: only `left` remain."""
        with self.lock:
            used, allowed = self.used_calls()
            self._seen(_DAY).extend([self.monotonic()] * max(0, allowed - used - left))

    def used_calls(self) -> tuple[int, int]:
        """Calls of the day, and how many are allowed."""
        return len(self._seen(_DAY)), self._allowed(_DAY)

    def bucket(self, request: Request) -> tuple[str, str, bool]:
        if request.path == TOKEN_PATH:
            return "sign-in", "", True
        return ("search" if request.path.endswith("/search") else "default"), "", False

    def refuse(self, limit: Limit, wait_s: float, request: Request) -> Reply:
        if limit.bucket == "search":
            return wording.too_many_searches()
        return wording.too_many("DAILY" if limit.per_s == 86_400 else "TEN_SECONDLY_ROLLING")

    def authorize(self, request: Request) -> Reply | None:
        return None if request.path == TOKEN_PATH else self.tokens.refusal(request)

    def unknown(self, request: Request) -> Reply:
        return wording.refused(404, "OBJECT_NOT_FOUND", "resource not found")

    @route("POST", TOKEN_PATH)
    def token(self, request: Request) -> Reply:
        return self.tokens.exchange(request)

    def _apply(self, request: Request) -> Reply:
        with self.account.lock:
            reply = super()._apply(request)
        return replace(reply, headers={**reply.headers, **self._told_limits(request)})

    def _told_limits(self, request: Request) -> dict[str, str]:
        """OAuth apps are not told of the day, searches not of the ten seconds."""
        told: dict[str, str] = {}
        if not self.tokens.is_oauth(request):
            used, allowed = self.used_calls()
            told = {
                "X-HubSpot-RateLimit-Daily": str(allowed),
                "X-HubSpot-RateLimit-Daily-Remaining": str(allowed - used),
            }
        if self.bucket(request)[0] != "search":
            most = self._allowed(_BURST)
            left = str(most - len(self._seen(_BURST)))
            told |= {"X-HubSpot-RateLimit-Max": str(most), "X-HubSpot-RateLimit-Remaining": left}
            told["X-HubSpot-RateLimit-Interval-Milliseconds"] = "10000"
        return told

    def _seen(self, place: int) -> deque[float]:
        return self.meter.seen.setdefault((place, ""), deque())

    def _allowed(self, place: int) -> int:
        return max(1, int(self.limits[place].calls * self.meter.factor))
