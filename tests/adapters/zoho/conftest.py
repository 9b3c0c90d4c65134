"""A Zoho account to test against: simulated, over real HTTP, with a clock that waits for nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import pytest

from adapters.zoho.crm import ZohoCrm
from connector.adapter import Options
from connector.errors import AuthError, ContractError, QuotaError, RemoteRefusal, RetryableError
from connector.http import Settings
from connector.model import LeadWrite
from connector.testing.conformance.clock import Clock
from connector.testing.conformance.crm import CrmError, CrmWorld
from connector.testing.conformance.crm.world import Ref, Spoilt
from connector.testing.simulator import Reply
from connector.testing.simulators.zoho import ZohoSimulator
from connector.testing.simulators.zoho.wording import day_spent, fault, refused, too_many

KEY = "Leadloop_ID"
OURS = ("Leadloop_Score", "Leadloop_Grade", "Leadloop_MQL", "Leadloop_Reasons")
FIELDS = {
    "Leads": (*OURS, "Last_Name", "Email", "Lead_Status", "Rejection_Reason", "Owner", "$converted", "Converted_Deal"),
    "Contacts": (*OURS, "Last_Name", "Email", "Owner"),
    "Deals": ("Stage", "$deal_category", "Amount", "Reason_For_Loss__s", "Owner"),
}
STATUSES = ("Contacted", "Pre-Qualified", "Attempted to Contact")
DAY_S = 86_400


@dataclass
class ZohoWorld(CrmWorld):
    simulator: ZohoSimulator
    clock: Clock
    options: Options
    page_size = 5
    abilities = frozenset({"lock", "half_batch", "duplicate_rule", "picklist", "late"})
    write_path = "/crm/v8/(Leads|Contacts|Tasks|Notes)(/upsert)?$"
    write_method = "POST|PUT"
    read_path = "/crm/v8/(Leads|Contacts|Deals|coql)"
    score_field = "Leadloop_Score"
    bad: ClassVar[Spoilt] = {
        "too_long": ("Leadloop_Grade", "written to {email} " * 20),
        "bad_option": ("Rejection_Reason", "Weather"),
        "unknown_field": ("Nobody_made", 1),
    }

    def __post_init__(self) -> None:
        self.simulator.lister.page_rows = self.page_size
        self.credentials = self.simulator.credentials
        self.decisions = 0

    def adapter(self) -> ZohoCrm:
        url = self.simulator.base_url
        settings = Settings("zoho", credentials=self.credentials, auth_url=url)
        return self.started(ZohoCrm, settings, self.options)

    @property
    def main(self) -> str:
        return self.options.object or "Leads"

    def creation(self, number: int) -> LeadWrite:
        fields = {
            "Last_Name": f"Person {number}", "Email": self.email_of(number), "Leadloop_Score": number,
            "Leadloop_Grade": "A", "Leadloop_MQL": True,
        }  # fmt: skip
        more = {"Company": "Acme"} if self.main == "Leads" else {}
        return self.creating(number, self.main, {**fields, **more})

    def score_on(self, record: Ref) -> Any:
        return self.simulator.record(record).get("Leadloop_Score")

    def records_of(self, number: int) -> Sequence[Ref]:
        keys = (self.key_of(number), self.email_of(number))
        return [
            (module, row["id"])
            for module in ("Leads", "Contacts")
            for row in self.simulator.live(module)
            if row.get(KEY) == keys[0] or row.get("Email") == keys[1]
        ]

    def add(self, number: int) -> Ref:
        add = self.simulator.add_lead if self.main == "Leads" else self.simulator.add_contact
        return self.main, add(f"Person {number}", self.email_of(number))

    def decide(self, record: Ref, at: datetime | None = None) -> None:
        self.decisions += 1
        value = STATUSES[self.decisions % 3]
        if record[0] == "Leads":
            self.simulator.edit(record, at=at, Lead_Status=value)
        else:
            self.simulator.edit(record, at=at, Leadloop_Reasons=value)

    def delete(self, record: Ref) -> None:
        self.simulator.delete(record)

    def owned_by_sales(self, record: Ref) -> Mapping[str, Any]:
        row = self.simulator.record(record)
        return {name: row.get(name) for name in ("Owner", "Lead_Status", "Tag", "Last_Name")}

    def convert(self, record: Ref) -> Ref:
        if record[0] != "Leads":
            pytest.skip("only leads are converted")
        return "Contacts", self.simulator.convert(record[1])[0]

    def expire_tokens(self) -> None:
        self.simulator.tokens.expire()

    def revoke(self) -> None:
        self.simulator.tokens.revoke()

    @property
    def secrets(self) -> Sequence[str]:
        return (*self.credentials.values(), *self.simulator.tokens.access)

    @property
    def errors(self) -> Sequence[CrmError]:
        return ERRORS

    def leave_calls(self, left: int) -> None:
        self.simulator.credits.leave(left)

    def renew_calls(self) -> None:
        self.clock.advance(DAY_S + 1800)

    def hide_field(self) -> str:
        for module in ("Leads", "Contacts"):
            self.simulator.remove_field(module, "Leadloop_Score")
        return "Leadloop_Score"

    def lock(self, record: Ref) -> None:
        self.simulator.lock_record(record)

    def half_batch(self) -> None:
        self.simulator.die_after_rows = 3

    def forbid_duplicates(self) -> None:
        self.simulator.store.fields[self.main]["Email"].unique = True


QUOTED = "text about person1@example.com"


def row(code: str, **details: Any) -> Reply:
    """A call that was taken, and its one row refused."""
    return Reply(200, {"data": [fault(code, QUOTED, **details)]})


ERRORS = (
    CrmError("dead token", refused(401, "INVALID_TOKEN", QUOTED), raises=AuthError),
    CrmError("another word for a dead token", refused(401, "INVALID_OAUTHTOKEN", QUOTED), raises=AuthError),
    CrmError("missing scope", refused(401, "OAUTH_SCOPE_MISMATCH", QUOTED), raises=AuthError),
    CrmError("no permission", refused(403, "NO_PERMISSION", QUOTED), raises=AuthError),
    CrmError("too many at once", too_many(), raises=RetryableError),
    CrmError("day spent", day_spent(), raises=QuotaError),
    CrmError("no such module", refused(400, "INVALID_MODULE", QUOTED), raises=RemoteRefusal, outcome="rejected"),
    CrmError("bad query", refused(400, "INVALID_QUERY", QUOTED), raises=RemoteRefusal),
    CrmError("no such address", refused(404, "INVALID_URL_PATTERN", QUOTED), raises=ContractError, outcome="unknown"),
    CrmError("broken", refused(500, "INTERNAL_ERROR", QUOTED), raises=RetryableError, outcome="unknown"),
    CrmError("unavailable", Reply(503, b""), raises=RetryableError, outcome="unknown"),
    CrmError("unknown status", Reply(418, {}), raises=ContractError, outcome="unknown"),
    CrmError("another shape", Reply(200, {"rows": []}), raises=ContractError, outcome="unknown"),
    CrmError("an error under 202", Reply(202, fault("INVALID_DATA", QUOTED)), outcome="rejected"),
    CrmError("unfit value", row("INVALID_DATA", api_name="Leadloop_Score"), outcome="rejected"),
    CrmError("all rows refused", Reply(400, row("INVALID_DATA", api_name="Email").body), outcome="rejected"),
    CrmError("required", row("MANDATORY_NOT_FOUND", api_name="Last_Name"), outcome="rejected"),
    CrmError("locked", row("RECORD_LOCKED"), outcome="rejected"),
    CrmError("in a blueprint", row("RECORD_IN_BLUEPRINT"), outcome="rejected"),
    CrmError("waits for approval", row("NOT_APPROVED"), outcome="rejected"),
    CrmError("converted", row("CONVERTED_RECORD"), outcome="rejected", moved=True),
    CrmError("no such record", row("INVALID_DATA", api_name="id"), outcome="rejected", moved=True),
    CrmError("duplicate", row("DUPLICATE_DATA", id="724445000001000000"), outcome="conflict"),
    CrmError(
        "several errors",
        row("MULTIPLE_OR_MULTI_ERRORS", errors=[fault("DUPLICATE_DATA", QUOTED, id="1")]),
        outcome="conflict",
    ),
    CrmError("no word of success", Reply(200, {"data": [{"code": "SUCCESS"}]}), outcome="unknown"),
    CrmError("fewer rows", Reply(200, {"data": []}), outcome="unknown"),
)


@pytest.fixture
def zoho(simulated: Callable[..., Any]) -> Callable[..., ZohoWorld]:
    """Opens a world; keywords go to the connection's options, `lag_s` to the account."""

    def open_world(object: str = "Leads", *, lag_s: float = 0.0, **options: Any) -> ZohoWorld:
        also = ("Contacts",) if object == "Leads" else ()
        given = {"fields": FIELDS, "key": KEY, "object": object, "also": also, **options}
        return ZohoWorld(*simulated(ZohoSimulator, lag_s=lag_s), Options("zoho", **given))

    return open_world
