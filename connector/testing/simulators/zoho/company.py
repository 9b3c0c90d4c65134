"""The account behind the addresses: who may ask, how often, and for how many credits a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from connector.adapter.declared import Limit
from connector.testing.simulator import Reply, Request, Simulator
from connector.testing.simulators.zoho import wording
from connector.testing.simulators.zoho.credits import Credits, cost_of
from connector.testing.simulators.zoho.listing import Lister
from connector.testing.simulators.zoho.rows import Rows
from connector.testing.simulators.zoho.sales import Sales
from connector.testing.simulators.zoho.schema import our_fields
from connector.testing.simulators.zoho.store import Store
from connector.testing.simulators.zoho.tokens import Tokens

SIGN_IN = "/oauth/v2/token"


class Account(Sales, Simulator):
    """One account: its rows, its tokens, its credits. `with_fields=False` leaves our fields to be made."""

    limits: Sequence[Limit]

    def __init__(self, *, lag_s: float = 0.0, with_fields: bool = True, **options: Any) -> None:
        super().__init__(**options)
        self.store = Store(self.clock, lag_s)
        self.rows = Rows(self.store)
        self.lister = Lister(self.clock)
        self.tokens = Tokens(self.clock)
        self.credits = Credits(self.clock, self.meter.factor)
        self.is_admin = True
        if with_fields:
            self.make_our_fields()

    @property
    def credentials(self) -> dict[str, str]:
        """What a connection puts under `credentials`."""
        return {name: getattr(self.tokens, name) for name in ("client_id", "client_secret", "refresh_token")}

    def make_our_fields(self) -> None:
        """An admin, or `leadloop prepare`, made the fields of the starting mapping."""
        for module in ("Leads", "Contacts"):
            self.store.fields[module] |= {one.name: one for one in our_fields()}

    def bucket(self, request: Request) -> tuple[str, str, bool]:
        return ("sign-in", "", True) if request.path == SIGN_IN else ("default", "", False)

    def refuse(self, limit: Limit, wait_s: float, request: Request) -> Reply:
        told = {"error": "Access Denied", "error_description": "You have made too many requests continuously."}
        return Reply(400, told) if limit.logins else wording.too_many()

    def authorize(self, request: Request) -> Reply | None:
        if request.path == SIGN_IN:
            return None
        if not self.tokens.is_good(request):
            return wording.unauthorized()
        return None if self.credits.take(cost_of(request)) else wording.day_spent()

    def answer(self, request: Request) -> tuple[Reply | None, bool]:
        """Answers tell of the credits, from half of the day's use on."""
        reply, stalls = super().answer(request)
        if reply is None or request.path == SIGN_IN:
            return reply, stalls
        return replace(reply, headers={**self.credits.headers(), **reply.headers}), stalls
