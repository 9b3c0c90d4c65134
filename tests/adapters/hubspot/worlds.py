"""A HubSpot account to test against, from either side: simulated, over real HTTP, on a clock that waits for nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from adapters.hubspot.crm import HubSpotCrm
from adapters.hubspot.marketing import HubSpotMarketing
from connector.adapter import EffectKind, Options
from connector.errors import AuthError, ContractError, QuotaError, RemoteRefusal, RetryableError
from connector.http import Settings
from connector.model import Json, LeadWrite
from connector.testing.conformance.clock import Clock
from connector.testing.conformance.crm import CrmError, CrmWorld
from connector.testing.conformance.crm.world import Ref, Spoilt
from connector.testing.conformance.marketing import DocumentedError, MarketingWorld
from connector.testing.simulator import Reply
from connector.testing.simulators.hubspot import HubSpotSimulator
from connector.testing.simulators.hubspot import wording as words

KEY = "leadloop_id"
OURS = ("leadloop_score", "leadloop_grade", "leadloop_mql", "leadloop_reasons")
CRM_FIELDS = {
    "contacts": (KEY, *OURS, "email", "firstname", "hs_lead_status", "hubspot_owner_id"),
    "deals": ("hs_is_closed", "hs_is_closed_won", "closed_lost_reason", "amount"),
    "leads": ("hs_pipeline_stage", "hs_lead_disqualification_reason"),
}
DAY_S = 86_400


class SmallPagesCrm(HubSpotCrm):
    """Pages of 5 need fewer records; that HubSpot takes 200 is tested by itself."""

    page_size = 5


class SmallPagesMarketing(HubSpotMarketing):
    """Pages of 20 need fewer people."""

    page_size = 20


def furnish(simulator: HubSpotSimulator) -> None:
    """The properties that leadloop writes."""
    account = simulator.account
    account.add_property(KEY, unique=True)
    account.add_property("leadloop_score", "number")
    account.add_property("leadloop_grade", "enumeration", options=("A", "B", "C", "D"))
    account.add_property("leadloop_mql", "bool")
    for name in ("leadloop_reasons", "leadloop_rejection_reason", "leadloop_decision", "leadloop_note"):
        account.add_property(name)


@dataclass
class HubSpotCrmWorld(CrmWorld):
    simulator: HubSpotSimulator
    clock: Clock
    options: Options
    page_size = 5
    unique_emails = True
    abilities = frozenset({"lock", "half_batch", "duplicate_rule", "picklist", "late"})
    write_path = "/batch/(create|update|upsert)"
    read_path = "/crm/v3/objects/[a-z]+/(search|batch/read)"
    score_field = "leadloop_score"
    bad: ClassVar[Spoilt] = {
        "too_long": ("leadloop_reasons", "written to {email} " * 4_000),
        "bad_option": ("leadloop_grade", "Z"),
        "unknown_field": ("nobody_made", 1),
    }
    decisions: int = 0

    def __post_init__(self) -> None:
        furnish(self.simulator)
        self.account = self.simulator.account
        self.credentials = dict(self.simulator.credentials)

    def adapter(self) -> HubSpotCrm:
        return self.started(SmallPagesCrm, Settings("hub", self.credentials, self.simulator.base_url), self.options)

    def creation(self, number: int) -> LeadWrite:
        fields = {"firstname": f"Person {number}", "email": self.email_of(number)}
        ours = {"leadloop_score": number, "leadloop_grade": "A", "leadloop_mql": True}
        return self.creating(number, "contacts", {**fields, **ours})

    def score_on(self, record: Ref) -> Any:
        text = self.account.values(record[1]).get("leadloop_score")
        return int(text) if text else None

    def records_of(self, number: int) -> Sequence[Ref]:
        wanted = {self.key_of(number), self.email_of(number)}
        return [
            ("contacts", str(record.id))
            for record in self.account.contacts.live.values()
            if wanted & {record.values.get(KEY), record.values.get("email")}
        ]

    def add(self, number: int) -> Ref:
        return "contacts", self.account.add(self.email_of(number), firstname=f"Person {number}")

    def decide(self, record: Ref, at: datetime | None = None) -> None:
        self.decisions += 1
        self.account.edit(record[1], {"hs_lead_status": ("IN_PROGRESS", "CONNECTED")[self.decisions % 2]}, at=at)

    def delete(self, record: Ref) -> None:
        self.account.delete(record[1])

    def owned_by_sales(self, record: Ref) -> Mapping[str, Any]:
        values = self.account.values(record[1])
        return {name: values.get(name) for name in ("hs_lead_status", "hubspot_owner_id", "lifecyclestage")}

    def merge(self, loser: Ref, winner: Ref) -> None:
        self.account.merge(loser[1], winner[1])

    def expire_tokens(self) -> None:
        self.simulator.tokens.expire()

    def revoke(self) -> None:
        self.simulator.tokens.revoke()

    @property
    def secrets(self) -> Sequence[str]:
        return [value for name, value in self.credentials.items() if name != "client_id"]

    @property
    def errors(self) -> Sequence[CrmError]:
        return CRM_ERRORS

    def leave_calls(self, left: int) -> None:
        self.simulator.leave_calls(left)

    def renew_calls(self) -> None:
        self.clock.advance(DAY_S + 1800)

    def hide_field(self) -> str:
        self.account.remove_property("leadloop_score")
        return "leadloop_score"

    def lock(self, record: Ref) -> None:
        self.simulator.lock_record(record[1])

    def half_batch(self) -> None:
        self.simulator.half_next = True

    def forbid_duplicates(self) -> None:
        """HubSpot always does: an address belongs to one contact."""


@dataclass
class HubSpotMarketingWorld(MarketingWorld):
    simulator: HubSpotSimulator
    clock: Clock
    options: Options
    page_size = 20
    acts_page = 50
    lag_s = 900.0
    read_path = "/crm/v3/objects/contacts/(search|batch/read)"
    new_fields = ("leadloop_new_score", "leadloop_new_mql", "leadloop_new_reason", "leadloop_new_at")

    def __post_init__(self) -> None:
        furnish(self.simulator)
        self.account = self.simulator.account
        self.form = self.account.add_form("E-book")
        self.list = self.account.add_list("MQLs")
        self.credentials = dict(self.simulator.app_credentials)

    def adapter(self, kind: type[HubSpotMarketing] = SmallPagesMarketing) -> HubSpotMarketing:
        return self.started(kind, Settings("hub", self.credentials, self.simulator.base_url), self.options)

    def add(self, number: int) -> str:
        return self.account.add(f"lead{number}@example.com", firstname=f"Lead {number}")

    def email_of(self, contact_id: str) -> str:
        return str(self.account.values(contact_id)["email"])

    def act(self, contact_id: str, at: datetime | None = None, *, visible_at: datetime | None = None) -> None:
        self.account.submit(self.form, self.email_of(contact_id), at, visible_at=visible_at)

    def delete(self, contact_id: str) -> None:
        self.account.delete(contact_id)

    def merge(self, loser: str, survivor: str) -> None:
        self.account.merge(loser, survivor)

    def opt_out(self, contact_id: str) -> None:
        self.account.opt_out(contact_id)

    def opted_out(self, record: Json) -> bool:
        return bool(record["hs_email_optout"] == "true")

    def expire_tokens(self) -> None:
        self.simulator.tokens.expire()

    def revoke(self) -> None:
        self.simulator.tokens.revoke()

    @property
    def secrets(self) -> Sequence[str]:
        given = self.credentials
        return (given["client_secret"], given["refresh_token"], "simulated-access")

    @property
    def errors(self) -> Sequence[DocumentedError]:
        return [*_OF_READS, *_OF_WRITES]

    def write(self, kind: EffectKind, contact_id: str, number: int) -> LeadWrite:
        if kind == "note":
            return self.effect(kind, contact_id, fields={"body": f"A, {number} points"}, suffix=f"-{number}")
        names = {"stage": "marketingqualifiedlead", "list": "MQLs"}
        fields = {"leadloop_note": f"note {number}"} if kind == "field" else {}
        return self.effect(kind, contact_id, name=names.get(kind, ""), fields=fields, suffix=f"-{number}")

    def bad_write(self, kind: EffectKind, contact_id: str) -> LeadWrite:
        if kind == "field":
            return self.effect(kind, contact_id, fields={"nobody_made": "1"})
        if kind == "note":
            return self.effect(kind, contact_id, fields={"body": "A", "nobody_made": "1"})
        return self.effect(kind, contact_id, name="Nobody knows it")

    def write_path(self, kind: EffectKind) -> str:
        paths = {"list": "/memberships/(add|remove)$", "note": "/notes/batch/create$"}
        return paths.get(kind, "/contacts/batch/update$")

    def is_written(self, write: LeadWrite) -> bool:
        contact = str(write.record_id)
        if write.kind == "note":
            notes = self.account.hanging_on(contact, "notes")
            return any(write.effect in note["hs_note_body"] for note in notes)
        if write.kind == "list":
            return (int(contact) in self.account.lists[self.list].members) is write.on
        values = self.account.values(contact)
        if write.kind == "stage":
            return values.get("lifecyclestage") == write.name
        return all(values.get(name) == value for name, value in write.fields.items())


def refused(status: int, category: str) -> Reply:
    """A refusal whose sentence repeats an address, as HubSpot's do."""
    return words.refused(status, category, "Property values were not valid: person1@example.com lead1@example.com")


def row(error: words.RowError) -> Reply:
    """One row that is refused, in an answer with several outcomes."""
    told = error.as_row({"objectWriteTraceId": ["0"]})
    return Reply(207, {"status": "COMPLETE", "results": [], "numErrors": 1, "errors": [told]})


OLD_WORDS = words.refused(
    400, "VALIDATION_ERROR",
    'Property values were not valid: [{"isValid":false,"message":"person1@example.com was not a valid long.",'
    '"error":"INVALID_LONG","name":"closedate"}]',
)  # fmt: skip
_EMPTY = Reply(200, {"status": "COMPLETE", "results": []})
_PAGE = Reply(403, b"<html>blocked</html>", {"Content-Type": "text/html"})
_READS = (
    ("wrong token", words.unsigned(), AuthError),
    ("expired token, and a new one does not help", words.unsigned("EXPIRED_AUTHENTICATION"), AuthError),
    ("missing scope", words.missing_scope("crm.objects.contacts.read"), AuthError),
    ("banned", refused(403, "BANNED"), AuthError),
    ("a firewall's page", _PAGE, AuthError),
    ("day spent", words.too_many("DAILY"), QuotaError),
    ("ten seconds spent", words.too_many("TEN_SECONDLY_ROLLING"), RetryableError),
    ("too many searches", words.too_many_searches(), RetryableError),
    ("bad request", refused(400, "VALIDATION_ERROR"), RemoteRefusal),
    ("account on the move", Reply(477, {}, {"Retry-After": "90"}), RetryableError),
    ("unavailable", Reply(503, b""), RetryableError),
    ("timed out", Reply(524, b""), RetryableError),
    ("unknown status", Reply(418, {}), ContractError),
)
_WRITES: tuple[tuple[str, Reply, Any, bool], ...] = (
    ("bad option", row(words.invalid("hs_lead_status", "INVALID_OPTION", "person1@example.com")), "rejected", False),
    ("bad option, whole", words.invalid("x", "INVALID_OPTION", "person1@example.com").as_reply(), "rejected", False),
    ("older words", OLD_WORDS, "rejected", False),
    ("errors that name no row", Reply(200, {"results": [], "numErrors": 1, "errors": [
        words.invalid("x", "INVALID_OPTION", "person1@example.com").as_row({})]}), "rejected", False),
    ("deleted", row(words.not_found()), "rejected", True),
    ("deleted, whole", words.not_found().as_reply(), "rejected", True),
    ("left out without a word", _EMPTY, "rejected", True),
    ("too large", refused(413, "PAYLOAD_TOO_LARGE"), "rejected", False),
    ("address taken", row(words.exists("512")), "conflict", False),
    ("address taken, whole", words.exists("512").as_reply(), "conflict", False),
    ("unavailable: nobody knows", Reply(503, b""), "unknown", False),
    ("no list of results: nobody knows", Reply(200, []), "unknown", False),
)  # fmt: skip
LOCKED = refused(423, "LOCKED")
CRM_ERRORS = (
    *(CrmError(name, reply, raises=kind) for name, reply, kind in _READS),
    *(CrmError(name, reply, outcome=status, moved=moved) for name, reply, status, moved in _WRITES),
    CrmError("locked", LOCKED, outcome="rejected"),
)
_WAITS = {"day spent": 3600.0, "account on the move": 90.0}
_OF_READS = [DocumentedError(name, reply, raises=kind, retry_after_s=_WAITS.get(name)) for name, reply, kind in _READS]
_OF_WRITES = [
    *(DocumentedError(name, reply, outcome=status, moved=moved) for name, reply, status, moved in _WRITES),
    DocumentedError("locked", LOCKED, outcome="rejected", retry_after_s=2.0),
]
