"""One simulated account behind both versions of the API.

Source: https://developers.rdstation.com/reference, read 2026-11-22. What nobody documented is
        chosen for the harder case.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connector.adapter.declared import Limit
from connector.testing.simulator import Reply, Request, Simulator, route
from connector.testing.simulators.rdstation_crm import wording
from connector.testing.simulators.rdstation_crm.sales import Sales
from connector.testing.simulators.rdstation_crm.store import Store
from connector.testing.simulators.rdstation_crm.tokens import Tokens
from connector.testing.simulators.rdstation_crm.version1 import First
from connector.testing.simulators.rdstation_crm.version2 import Second

OURS = ("Leadloop ID", "Leadloop Score", "Leadloop Grade", "Leadloop Reasons")
MQL = "Leadloop MQL"
YES_NO = ("Sim", "Não")


class RdStationCrmSimulator(First, Second, Sales, Simulator):
    """`with RdStationCrmSimulator(clock=…) as account:` listens at `account.base_url`, version 1 and 2 alike.

    `page_rows` is the most that a page of any list holds, `ceiling` the most that a list shows of a filter.
    """

    limits: Sequence[Limit] = (Limit(calls=120, per_s=60),)

    def __init__(self, *, search_lag_s: float = 20.0, with_fields: bool = True, **options: Any) -> None:
        super().__init__(**options)
        self.store = Store(self.clock, search_lag_s)
        self.tokens = Tokens(self.clock)
        self.page_rows = 200
        self.ceiling = 10_000
        self.sorts_by_change = True
        self.links_contacts = True
        self.tells_reasons = True
        self.free_plan = False
        if with_fields:
            self.make_our_fields()

    def make_our_fields(self) -> None:
        """An admin, or `leadloop prepare`, made the fields of the starting mapping."""
        for label in OURS:
            self.store.add_field(label)
        self.store.add_field(MQL, "option", YES_NO)

    def connection(self, version: int) -> dict[str, Any]:
        """Addresses and credentials of a connection that signs in to a version."""
        if version == 1:
            return {"base_url": f"{self.base_url}/api/v1", "credentials": {"token": self.tokens.token}}
        names = ("client_id", "client_secret", "refresh_token")
        return {
            "base_url": f"{self.base_url}/crm/v2",
            "auth_url": self.base_url,
            "credentials": {name: getattr(self.tokens, name) for name in names},
        }

    @route("POST", "/oauth2/token")
    def token(self, request: Request) -> Reply:
        return self.tokens.exchange(request)

    def bucket(self, request: Request) -> tuple[str, str, bool]:
        return ("sign-in", "", True) if request.path == "/oauth2/token" else ("default", "", False)

    def refuse(self, limit: Limit, wait_s: float, request: Request) -> Reply:
        return wording.limited() if request.path.startswith("/api/v1/") else wording.limited_until(wait_s)

    def authorize(self, request: Request) -> Reply | None:
        if request.path == "/oauth2/token" or self.tokens.is_good(request):
            return None
        return wording.denied()

    def unknown(self, request: Request) -> Reply:
        return wording.missing() if request.path.startswith("/api/v1/") else wording.not_routed()
