"""The real server as the suite of all CRM adapters sees it: its clock is the test's, and a front misbehaves for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from adapters.tryton import block
from adapters.tryton.crm import TrytonCrm
from connector.adapter import Options
from connector.errors import AuthError, ConfigError, ContractError, QuotaError, RemoteRefusal, RetryableError
from connector.http import Settings
from connector.model import LeadWrite
from connector.testing.conformance.clock import Clock
from connector.testing.conformance.crm import CrmError, CrmWorld
from connector.testing.conformance.crm.world import Ref, Spoilt
from connector.testing.simulator import Fault, Reply
from tests.adapters.tryton.front import TrytonFront
from tests.adapters.tryton.office import OPPORTUNITY, Office

PARTY = "party.party"
ACCESS = "ir.model.field.access"
SCORE = "comment.Lead score"
LINES = (SCORE, "comment.Lead grade", "comment.MQL")
FIELDS = {
    OPPORTUNITY: ("reference", "party.name", "party.email", "state", "lost_reason", "sales", "amount", *LINES),
    PARTY: LINES,
}
DAY_S = 86_400
A_DAY = 1000
"""Calls that the test's account may make in a day."""


class SmallPages(TrytonCrm):
    """Pages so small that a test may fill several."""

    page_rows = 5


@dataclass
class TrytonWorld(CrmWorld):
    simulator: TrytonFront
    clock: Clock
    office: Office
    options: Options
    page_size = 5
    abilities = frozenset({"half_batch", "late"})
    write_path = r"/create$|/import_data$|/\d+$"
    read_path = "/search_read$"
    score_field = SCORE
    bad: ClassVar[Spoilt] = {
        # Tryton's texts have no end: what its rules refuse is a probability of 700 %.
        "too_long": ("conversion_probability", 7),
        "bad_option": ("conversion_probability", "as {email} said"),
        "unknown_field": ("nobody_made", 1),
    }

    def __post_init__(self) -> None:
        self.decisions = 0
        self.hidden: int | None = None

    @property
    def settings(self) -> Settings:
        return Settings("tr", self.simulator.credentials, self.simulator.base_url, limits={"per_day": A_DAY})

    def adapter(self) -> TrytonCrm:
        return self.started(SmallPages, self.settings, self.options)

    def creation(self, number: int) -> LeadWrite:
        person = {"party.name": f"Person {number}", "party.email": self.email_of(number)}
        ours = {SCORE: number, "comment.Lead grade": "A", "comment.MQL": True}
        return self.creating(number, OPPORTUNITY, {**person, **ours})

    def score_on(self, record: Ref) -> Any:
        if record[0] == OPPORTUNITY:
            comment = self.office.opportunity(int(record[1]))["comment"]
        else:
            domain = [["party", "=", int(record[1])], ["name", "=", "leadloop"]]
            rows = self.office.search("party.contact_mechanism", domain, "comment")
            comment = rows[0]["comment"] if rows else None
        return block.value_of(block.lines_of(comment).get("Lead score"))

    def records_of(self, number: int) -> Sequence[Ref]:
        return [(OPPORTUNITY, str(one)) for one in self.office.of_email(self.email_of(number))]

    def add(self, number: int) -> Ref:
        return OPPORTUNITY, str(self.office.add_lead(f"Person {number}", self.email_of(number)))

    def decide(self, record: Ref, at: datetime | None = None) -> None:
        id_ = int(record[1])
        if self.office.opportunity(id_)["state"] == "lead":
            self.office.accept(id_, at=at)
        else:
            self.office.press(id_, "lead", at=at)

    def delete(self, record: Ref) -> None:
        self.office.delete(int(record[1]))

    def owned_by_sales(self, record: Ref) -> Mapping[str, Any]:
        row = self.office.opportunity(int(record[1]))
        return {name: row[name] for name in ("state", "employee", "amount", "lost_reason", "description")}

    def convert(self, record: Ref) -> Ref:
        self.office.convert(int(record[1]))
        return PARTY, str(self.office.opportunity(int(record[1]))["party"])

    def expire_tokens(self) -> None:
        """Keys live until somebody cancels them."""

    def revoke(self) -> None:
        self.simulator.server.sql("UPDATE res_user_application SET state = 'cancelled'")

    @property
    def secrets(self) -> Sequence[str]:
        return (self.simulator.credentials["key"],)

    @property
    def errors(self) -> Sequence[CrmError]:
        return ERRORS

    def leave_calls(self, left: int) -> None:
        """Tryton counts no calls; the connection's own limit of a day does, and is what the suite uses up."""
        self.take_calls(TrytonCrm.spec, self.settings, left)

    def renew_calls(self) -> None:
        self.clock.advance(DAY_S + 1800)

    def hide_field(self) -> str:
        """Nobody may see the comment of opportunities any more."""
        hidden = {"model": OPPORTUNITY, "field": "comment", "perm_read": False, "perm_write": False}
        [self.hidden] = self.office.ask("POST", f"{ACCESS}/create", {"vlist": [hidden]}, who="admin")
        return SCORE

    def close(self) -> None:
        """What the server remembers besides its database is taken back by its own interface."""
        if self.hidden is not None:
            self.office.ask("DELETE", f"{ACCESS}/{self.hidden}", who="admin")
        self.simulator.__exit__(None, None, None)

    def half_batch(self) -> None:
        """The parties are made, and before the opportunities are the line breaks."""
        self.simulator.faults.append(Fault("lose_before", path=f"/{OPPORTUNITY}/create$"))


def refused(message: str) -> Reply:
    """A refusal of Tryton's rules; it quotes the record's name, which may be a person's."""
    return Reply(400, {"status": 400, "message": message, "description": ""})


def page(status: int, title: str, **headers: str) -> Reply:
    """All other errors are web pages."""
    body = f"<!doctype html>\n<html lang=en>\n<title>{status} {title}</title>\n<h1>{title}</h1>\n".encode()
    return Reply(status, body, {"Content-Type": "text/html; charset=utf-8", **headers})


QUOTED = 'A value is required for field "Description" in record "person1@example.com" of "Sale Opportunity".'
ERRORS = (
    CrmError("wrong key", page(401, "Unauthorized"), raises=AuthError),
    CrmError("no right", page(403, "Forbidden"), raises=AuthError),
    CrmError("no such database", page(404, "Not Found"), raises=ConfigError),
    CrmError("a rule", refused(QUOTED), raises=RemoteRefusal, outcome="rejected"),
    CrmError("no such record", page(404, "Not Found"), outcome="rejected", moved=True),
    CrmError("changed meanwhile", page(423, "Locked"), raises=RetryableError),
    CrmError("too many calls", page(429, "Too Many Requests", **{"Retry-After": "60"}), raises=QuotaError),
    CrmError("broken", page(500, "Internal Server Error"), raises=RetryableError, outcome="unknown"),
    CrmError("unavailable", page(503, "Service Unavailable"), raises=RetryableError, outcome="unknown"),
    CrmError("unknown status", Reply(418, {}), raises=ContractError, outcome="unknown"),
    CrmError("another shape", Reply(200, {"result": True}), raises=ContractError, outcome="unknown"),
)
