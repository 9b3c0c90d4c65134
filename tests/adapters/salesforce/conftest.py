"""A Salesforce org to test against: simulated, over real HTTP, with a clock that waits for nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import pytest

from adapters.salesforce.crm import SalesforceCrm
from connector.adapter import Options
from connector.errors import AuthError, ContractError, QuotaError, RemoteRefusal, RetryableError
from connector.http import Settings
from connector.model import LeadWrite
from connector.testing.conformance.clock import Clock
from connector.testing.conformance.crm import CrmError, CrmWorld
from connector.testing.conformance.crm.world import Ref, Spoilt
from connector.testing.simulator import Reply
from connector.testing.simulators.salesforce import SalesforceSimulator

KEY = "LeadLoop_Id__c"
OURS = ("LeadScore__c", "LeadGrade__c", "MQL__c", "MQL_Reason__c")
FIELDS = {
    "Lead": (
        *OURS, "Email", "LastName", "Company", "Status", "Rejection_Reason__c", "IsConverted", "OwnerId", "Owner.Type",
        "ConvertedOpportunityId",
    ),
    "Contact": OURS,
    "Opportunity": ("IsWon", "IsClosed", "StageName", "Loss_Reason__c", "Amount"),
}  # fmt: skip
DAY_S = 86_400


@dataclass
class SalesforceWorld(CrmWorld):
    simulator: SalesforceSimulator
    clock: Clock
    options: Options
    page_size = 5
    abilities = frozenset({"lock", "half_batch", "duplicate_rule", "picklist", "late"})
    write_path = "/composite/sobjects"
    read_path = "/query"
    score_field = "LeadScore__c"
    bad: ClassVar[Spoilt] = {
        "too_long": ("MQL_Reason__c", "written to {email} " * 20),
        "bad_option": ("LeadGrade__c", "Z"),
        "unknown_field": ("Nobody_Made__c", 1),
    }

    def __post_init__(self) -> None:
        self.simulator.query_rows = self.page_size
        self.decisions = 0
        self.credentials = {
            "client_id": self.simulator.sign_in.client_id,
            "client_secret": self.simulator.sign_in.client_secret,
        }

    def adapter(self) -> SalesforceCrm:
        url = self.simulator.base_url
        settings = Settings("sf", credentials=self.credentials, auth_url=url)
        return self.started(SalesforceCrm, settings, self.options)

    def creation(self, number: int) -> LeadWrite:
        fields = {"LastName": f"Person {number}", "Company": "Acme", "Email": self.email_of(number)}
        ours = {"LeadScore__c": number, "LeadGrade__c": "A", "MQL__c": True}
        return self.creating(number, "Lead", {**fields, **ours})

    def score_on(self, record: Ref) -> Any:
        return self.simulator.record(record[1])["LeadScore__c"]

    def records_of(self, number: int) -> Sequence[Ref]:
        wanted = (self.key_of(number), self.email_of(number))
        return [
            (name, row["Id"])
            for name in ("Lead", "Contact")
            for row in self.simulator.live(name)
            if not row.get("IsConverted") and (row[KEY] == wanted[0] or row["Email"] == wanted[1])
        ]

    def add(self, number: int) -> Ref:
        values = {"LastName": f"Person {number}", "Company": "Acme", "Email": self.email_of(number)}
        return "Lead", self.simulator.create("Lead", values)

    def decide(self, record: Ref, at: datetime | None = None) -> None:
        self.decisions += 1
        status = ("Working", "Contacted")[self.decisions % 2]
        self.simulator.set_status(record[1], status, at=at.replace(microsecond=0) if at else None)

    def delete(self, record: Ref) -> None:
        self.simulator.delete(record[1])

    def owned_by_sales(self, record: Ref) -> Mapping[str, Any]:
        row = self.simulator.record(record[1])
        return {name: row[name] for name in ("OwnerId", "Status", "Rejection_Reason__c")}

    def merge(self, loser: Ref, winner: Ref) -> None:
        self.simulator.merge(winner[1], loser[1])

    def convert(self, record: Ref) -> Ref:
        contact, _ = self.simulator.convert(record[1])
        return "Contact", contact

    def expire_tokens(self) -> None:
        self.simulator.expire_sessions()

    def revoke(self) -> None:
        self.simulator.sign_in.client_secret = "another one"
        self.simulator.expire_sessions()

    @property
    def secrets(self) -> Sequence[str]:
        return (self.credentials["client_secret"], *self.simulator.sign_in.sessions)

    @property
    def errors(self) -> Sequence[CrmError]:
        return ERRORS

    def leave_calls(self, left: int) -> None:
        self.simulator.leave_calls(left)

    def renew_calls(self) -> None:
        self.clock.advance(DAY_S + 1800)

    def hide_field(self) -> str:
        for name in ("Lead", "Contact"):
            self.simulator.remove_field(name, "LeadScore__c")
        return "LeadScore__c"

    def lock(self, record: Ref) -> None:
        self.simulator.lock_record(record[1])

    def half_batch(self) -> None:
        self.simulator.half_next = True

    def forbid_duplicates(self) -> None:
        self.simulator.rules.duplicates = "block"


def _refused(status: int, code: str, text: str = "text about person1@example.com") -> Reply:
    return Reply(status, [{"message": text, "errorCode": code}])


def _row(code: str, **more: Any) -> Reply:
    error = {"statusCode": code, "message": "text about person1@example.com", "fields": [], **more}
    return Reply(200, [{"success": False, "errors": [error]}])


ERRORS = (
    CrmError("dead session", _refused(401, "INVALID_SESSION_ID"), raises=AuthError),
    CrmError("day spent", _refused(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."), raises=QuotaError),
    CrmError(
        "too many slow requests",
        _refused(403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded."),
        raises=RetryableError,
    ),
    CrmError("no API", _refused(403, "API_DISABLED_FOR_ORG"), raises=AuthError),
    CrmError("no permission", _refused(403, "INSUFFICIENT_ACCESS_OR_READONLY"), raises=AuthError),
    CrmError("missing field", _refused(400, "INVALID_FIELD"), raises=RemoteRefusal),
    CrmError("bad query", _refused(400, "MALFORMED_QUERY"), raises=ContractError),
    CrmError("long address", Reply(414, b"URI Too Long", {"Content-Type": "text/plain"}), raises=ContractError),
    CrmError("unavailable", _refused(503, "SERVER_UNAVAILABLE"), raises=RetryableError, outcome="unknown"),
    CrmError("broken", _refused(500, "UNKNOWN_EXCEPTION"), raises=RetryableError, outcome="unknown"),
    CrmError("unknown status", Reply(418, []), raises=ContractError),
    CrmError("unreadable JSON", _refused(400, "JSON_PARSER_ERROR"), outcome="rejected"),
    CrmError("validation rule", _row("FIELD_CUSTOM_VALIDATION_EXCEPTION"), outcome="rejected"),
    CrmError("failing flow", _row("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"), outcome="rejected"),
    CrmError("required", _row("REQUIRED_FIELD_MISSING", fields=["Company"]), outcome="rejected"),
    CrmError("locked", _row("UNABLE_TO_LOCK_ROW"), outcome="rejected"),
    CrmError("deleted", _row("ENTITY_IS_DELETED"), outcome="rejected", moved=True),
    CrmError("converted", _row("CANNOT_UPDATE_CONVERTED_LEAD"), outcome="rejected", moved=True),
    CrmError("no such record", _row("INVALID_CROSS_REFERENCE_KEY"), outcome="rejected", moved=True),
    CrmError("bad reference", _row("INVALID_CROSS_REFERENCE_KEY", fields=["CampaignId"]), outcome="rejected"),
    CrmError("duplicate value", _row("DUPLICATE_VALUE"), outcome="conflict"),
    CrmError("duplicate rule", _row("DUPLICATES_DETECTED"), outcome="conflict"),
    CrmError("no result for a row", Reply(200, []), outcome="unknown"),
    CrmError("a result of another shape", Reply(200, [{"ok": True}]), outcome="unknown"),
)


@pytest.fixture
def salesforce(simulated: Callable[..., Any]) -> Callable[..., SalesforceWorld]:
    """Opens a world; keywords go to the connection's options."""

    def open_world(**options: Any) -> SalesforceWorld:
        given = {"fields": FIELDS, "key": KEY, "object": "Lead", "also": ("Contact",), **options}
        return SalesforceWorld(*simulated(SalesforceSimulator), Options("sf", **given))

    return open_world
