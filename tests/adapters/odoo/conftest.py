"""An Odoo database to test against: simulated, over real HTTP, with a clock that waits for nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import pytest

from adapters.odoo.crm import OdooCrm
from connector.adapter import Options
from connector.errors import AuthError, ConfigError, ContractError, RemoteRefusal, RetryableError
from connector.http import Settings
from connector.model import LeadWrite
from connector.testing.conformance.clock import Clock
from connector.testing.conformance.crm import CrmError, CrmWorld
from connector.testing.conformance.crm.world import Ref, Spoilt
from connector.testing.simulator import Reply
from connector.testing.simulators.odoo import OdooSimulator
from connector.testing.simulators.odoo.wording import OdooError, json2, jsonrpc

KEY = "x_leadloop_id"
LEAD = "crm.lead"
READS = (
    KEY, "x_leadloop_score", "x_leadloop_grade", "x_leadloop_mql", "email_from", "type", "status", "stage",
    "stage_order", "user_id", "lost_reason", "tags", "expected_revenue", "date_closed", "is_ours",
)  # fmt: skip
STAGES = ("New", "Qualified", "Proposition")
A_DAY = 10_000


@dataclass
class OdooWorld(CrmWorld):
    simulator: OdooSimulator
    clock: Clock
    options: Options
    page_size = 5
    abilities = frozenset({"lock", "picklist", "late"})
    read_path = r"/crm\.lead/search_read"
    write_path = r"/(crm\.lead|mail\.activity|mail\.message)/(create|write)"
    score_field = "x_leadloop_score"
    bad: ClassVar[Spoilt] = {
        "too_long": ("x_motto", "written to {email} " * 5),
        "bad_option": ("priority", "Weather"),
        "unknown_field": ("x_nobody_made", 1),
    }

    def __post_init__(self) -> None:
        self.decisions = 0

    @property
    def settings(self) -> Settings:
        limits = {"per_day": A_DAY}
        return Settings("odoo", self.simulator.credentials, self.simulator.base_url, limits=limits)

    def adapter(self) -> OdooCrm:
        adapter = self.started(OdooCrm, self.settings, self.options)
        adapter.walker.page_rows = self.page_size
        return adapter

    def creation(self, number: int) -> LeadWrite:
        fields = {"name": f"Person {number}", "email_from": self.email_of(number)}
        ours = {"x_leadloop_score": number, "x_leadloop_grade": "A", "x_leadloop_mql": True}
        return self.creating(number, LEAD, {**fields, **ours})

    def score_on(self, record: Ref) -> Any:
        return self.simulator.lead(int(record[1]))["x_leadloop_score"] or None

    def records_of(self, number: int) -> Sequence[Ref]:
        return [(LEAD, str(row["id"])) for row in self.simulator.leads_of(self.email_of(number))]

    def add(self, number: int) -> Ref:
        return LEAD, str(self.simulator.add_lead(self.email_of(number)))

    def decide(self, record: Ref, at: datetime | None = None) -> None:
        self.decisions += 1
        self.simulator.move(int(record[1]), STAGES[self.decisions % 3], at=at)

    def delete(self, record: Ref) -> None:
        self.simulator.delete(int(record[1]))

    def owned_by_sales(self, record: Ref) -> Mapping[str, Any]:
        row = self.simulator.lead(int(record[1]))
        names = ("user_id", "team_id", "stage_id", "type", "active", "probability", "priority", "tag_ids", "name")
        return {name: row[name] for name in names}

    def expire_tokens(self) -> None:
        """Keys do not expire within a walk."""

    def revoke(self) -> None:
        self.simulator.good_keys.clear()

    @property
    def secrets(self) -> Sequence[str]:
        return (self.simulator.api_key,)

    @property
    def errors(self) -> Sequence[CrmError]:
        worded = json2 if self.simulator.version >= 19 else jsonrpc
        return [
            *(CrmError(name, worded(OdooError(name, QUOTED, status)), *more) for name, status, *more in EXCEPTIONS),
            *(JSON2_ONLY if worded is json2 else ()),
            *EVERYWHERE,
        ]

    def leave_calls(self, left: int) -> None:
        """Odoo counts no calls; the connection's own limit of a day does, and is what the suite uses up."""
        self.take_calls(OdooCrm.spec, self.settings, left)

    def renew_calls(self) -> None:
        self.clock.advance(2 * 86_400)

    def hide_field(self) -> str:
        self.simulator.remove_field("x_leadloop_score")
        return "x_leadloop_score"

    def lock(self, record: Ref) -> None:
        self.simulator.leads.locked.add(int(record[1]))


QUOTED = "text about person1@example.com"
EXCEPTIONS = (
    ("odoo.exceptions.AccessDenied", 403, AuthError),
    ("odoo.exceptions.AccessError", 403, AuthError, "rejected"),
    ("odoo.exceptions.MissingError", 404, RemoteRefusal, "rejected", True),
    ("odoo.exceptions.UserError", 422, RemoteRefusal, "rejected"),
    ("odoo.exceptions.ValidationError", 422, RemoteRefusal, "rejected"),
    ("builtins.ValueError", 500, RemoteRefusal, "rejected"),
    ("psycopg2.errors.SerializationFailure", 500, RetryableError, "rejected"),
    ("psycopg2.OperationalError", 500, RetryableError, "unknown"),
    ("werkzeug.exceptions.NotFound", 404, ConfigError, "rejected"),
)
JSON2_ONLY = (
    CrmError("a dead key", json2(OdooError("werkzeug.exceptions.Unauthorized", QUOTED, 401)), AuthError),
    CrmError("a bad argument", json2(OdooError("werkzeug.x", QUOTED, 422)), RemoteRefusal, "rejected"),
)
EVERYWHERE = (
    CrmError("too many calls", Reply(429, b"Too Many Requests"), RetryableError),
    CrmError("unavailable", Reply(503, b""), RetryableError, "unknown"),
    CrmError("unknown status", Reply(418, {}), ContractError),
    CrmError("another shape", Reply(200, {"success": True}), ContractError, "unknown"),
)


@pytest.fixture
def odoo(simulated: Callable[..., Any]) -> Callable[..., OdooWorld]:
    """Opens a world; `version`, `uses_leads` and `is_admin` go to the simulator, all else to the connection."""

    def open_world(
        *, version: int = 19, uses_leads: bool = True, is_admin: bool = True, with_fields: bool = True, **options: Any
    ) -> OdooWorld:
        told = {"version": version, "uses_leads": uses_leads, "with_fields": with_fields}
        simulator, clock = simulated(OdooSimulator, **told)
        simulator.methods.is_admin = is_admin
        given = {"fields": {LEAD: READS}, "key": KEY, "object": LEAD, **options}
        return OdooWorld(simulator, clock, Options("odoo", **given))

    return open_world
