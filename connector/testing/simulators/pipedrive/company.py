"""The company behind the addresses: who may ask, how often, and for how many tokens a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from connector.adapter.declared import Limit
from connector.testing.simulator import Reply, Request, Simulator
from connector.testing.simulators.pipedrive import wording
from connector.testing.simulators.pipedrive.budget import Budget, cost_of, is_search
from connector.testing.simulators.pipedrive.listing import MAX_ROWS
from connector.testing.simulators.pipedrive.rows import Rows
from connector.testing.simulators.pipedrive.sales import Sales
from connector.testing.simulators.pipedrive.schema import FieldDef
from connector.testing.simulators.pipedrive.store import Store
from connector.testing.simulators.pipedrive.tokens import Tokens

OURS = (("leadloop id", "varchar"), ("Lead score", "double"), ("Lead grade", "varchar"), ("MQL reason", "text"))
REASONS = ("No budget", "Bad timing", "No contact", "No fit", "Competitor", "Duplicate", "Other")
LEAD_LABELS = (("Hot", "red"), ("Warm", "yellow"), ("Cold", "blue"))
STAGES = ("Qualified", "Contact Made", "Demo Scheduled", "Proposal Made", "Negotiations Started")


class Company(Sales, Simulator):
    """One company's account: its rows, its tokens, its budget. `with_fields=False` leaves our fields to be made."""

    def __init__(
        self, *, search_lag_s: float = 20.0, with_fields: bool = True, company: str = "acme", **options: Any
    ) -> None:
        super().__init__(**options)
        self.store = Store(self.clock, company, search_lag_s)
        self.rows = Rows(self.store)
        self.tokens = Tokens(self.clock)
        self.budget = Budget(self.clock, self.meter.factor)
        self.page_rows = MAX_ROWS
        self.is_admin = True
        for name, color in LEAD_LABELS:
            self.make_lead_label(name, color)
        if with_fields:
            self.make_our_fields()

    limits: Sequence[Limit]

    @property
    def credentials(self) -> dict[str, str]:
        """What a connection puts under `credentials` when a user's API token signs in."""
        return {"api_token": self.tokens.api_token}

    def make_our_fields(self) -> None:
        """An admin, or `leadloop prepare`, made the fields of the starting mapping."""
        for kind in ("person", "deal"):
            for name, type_ in OURS:
                self.store.add_field(kind, FieldDef(name, type_))
            self.store.add_field(kind, FieldDef("MQL", "enum", options={31: "Yes", 32: "No"}))
            reasons = {40 + number: reason for number, reason in enumerate(REASONS)}
            self.store.add_field(kind, FieldDef("Rejection reason", "enum", options=reasons))

    def make_lead_label(self, name: str, color: str = "green") -> dict[str, Any]:
        """A label for leads; those of persons and deals are options of a field."""
        now = self.store.stamp()
        label = {"id": self.store.new_id("lead"), "name": name, "color": color, "add_time": now, "update_time": now}
        self.store.lead_labels[label["id"]] = label
        return label

    # Limits and sign-in.

    def bucket(self, request: Request) -> tuple[str, str, bool]:
        if request.path == "/oauth/token":
            return "sign-in", "", True
        return "search" if is_search(request) else "default", "", False

    def refuse(self, limit: Limit, wait_s: float, request: Request) -> Reply:
        headers = {"x-ratelimit-limit": str(limit.calls), "x-ratelimit-remaining": "0", "x-ratelimit-reset": "2"}
        return wording.refused(429, "Rate limit exceeded", headers)

    def authorize(self, request: Request) -> Reply | None:
        if request.path == "/oauth/token":
            return None
        if not self.tokens.is_good(request):
            return wording.unauthorized()
        if not self.budget.take(cost_of(request)):
            # What a day's end says of waiting is of no use: only the tokens left tell it from a burst.
            return wording.refused(429, "Rate limit exceeded", {"Retry-After": "2", **self.budget.headers()})
        return None

    def answer(self, request: Request) -> tuple[Reply | None, bool]:
        """Every answer tells of the day, unless told not to."""
        reply, stalls = super().answer(request)
        if reply is None or request.path == "/oauth/token":
            return reply, stalls
        return replace(reply, headers={**self.budget.headers(), **reply.headers}), stalls
