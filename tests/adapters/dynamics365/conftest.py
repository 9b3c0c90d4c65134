"""A Dynamics 365 environment to test against: simulated, over real HTTP, with a clock that waits for nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import pytest

from adapters.dynamics365.crm import Dynamics365Crm
from connector.adapter import Options
from connector.errors import AuthError, ContractError, QuotaError, RemoteRefusal, RetryableError
from connector.http import Settings
from connector.model import LeadWrite
from connector.testing.conformance.clock import Clock
from connector.testing.conformance.crm import CrmError, CrmWorld
from connector.testing.conformance.crm.world import Ref, Spoilt
from connector.testing.simulator import Reply
from connector.testing.simulators.dynamics365 import Dynamics365Simulator
from connector.testing.simulators.dynamics365.batch import packed
from connector.testing.simulators.dynamics365.wording import refused, throttled

KEY = "new_leadloopid"
OURS = ("new_mqlscore", "new_mqlgrade", "new_ismql", "new_mqlreasons")
FIELDS = {
    "lead": (
        *OURS, "lastname", "emailaddress1", "subject", "statecode", "statuscode", "statuscodename", "merged", "ownerid",
        "owneridtype", "qualifyingopportunityid", "new_rejectionreasonname",
    ),
    "contact": (*OURS, "lastname"),
    "opportunity": ("statecode", "statuscodename", "actualvalue", "actualclosedate", "originatingleadid", "createdon"),
}  # fmt: skip
DAY_S = 86_400


@dataclass
class DynamicsWorld(CrmWorld):
    simulator: Dynamics365Simulator
    clock: Clock
    options: Options
    page_size = 5
    abilities = frozenset({"lock", "half_batch", "picklist", "late"})
    removals_begin_with_first_walk = True
    write_path = r"/\$batch"
    read_path = "/(leads|contacts|opportunities)"
    score_field = "new_mqlscore"
    bad: ClassVar[Spoilt] = {
        "too_long": ("new_mqlgrade", "written to {email} " * 20),
        "bad_option": ("new_rejectionreason", 12),
        "unknown_field": ("new_nobodymade", 1),
    }

    def __post_init__(self) -> None:
        self.simulator.listing.page_rows = self.page_size
        self.decisions = 0
        self.credentials = dict(self.simulator.sign_in.credentials)

    @property
    def settings(self) -> Settings:
        url = self.simulator.base_url
        return Settings("d365", credentials=self.credentials, base_url=url, auth_url=url)

    def adapter(self) -> Dynamics365Crm:
        return self.started(Dynamics365Crm, self.settings, self.options)

    def creation(self, number: int) -> LeadWrite:
        fields = {"lastname": f"Person {number}", "subject": "MQL", "emailaddress1": self.email_of(number)}
        ours = {"new_mqlscore": number, "new_mqlgrade": "A", "new_ismql": True}
        return self.creating(number, "lead", {**fields, **ours})

    def score_on(self, record: Ref) -> Any:
        return self.simulator.record(record[1])["new_mqlscore"]

    def records_of(self, number: int) -> Sequence[Ref]:
        wanted = (self.key_of(number), self.email_of(number))
        return [
            (name, row[f"{name}id"])
            for name in ("lead", "contact")
            for row in self.simulator.live(name)
            if (name, row["statecode"]) != ("lead", 1) and (row[KEY] == wanted[0] or row["emailaddress1"] == wanted[1])
        ]

    def add(self, number: int) -> Ref:
        values = {"lastname": f"Person {number}", "emailaddress1": self.email_of(number)}
        return "lead", self.simulator.create("lead", values)

    def decide(self, record: Ref, at: datetime | None = None) -> None:
        self.decisions += 1
        status = ("Contacted", "New")[self.decisions % 2 - 1]
        self.simulator.set_status(record[1], status, at=at.replace(microsecond=0) if at else None)

    def delete(self, record: Ref) -> None:
        self.simulator.delete(record[1])

    def owned_by_sales(self, record: Ref) -> Mapping[str, Any]:
        row = self.simulator.record(record[1])
        return {name: row[name] for name in ("ownerid", "statecode", "statuscode", "new_rejectionreason")}

    def merge(self, loser: Ref, winner: Ref) -> None:
        self.simulator.merge(loser[1], winner[1])

    def convert(self, record: Ref) -> Ref:
        contact, _ = self.simulator.qualify(record[1])
        return "contact", str(contact)

    def expire_tokens(self) -> None:
        self.simulator.sign_in.tokens.clear()

    def revoke(self) -> None:
        self.simulator.sign_in.client_secret = "another one"
        self.expire_tokens()

    @property
    def secrets(self) -> Sequence[str]:
        return (self.credentials["client_secret"], *self.simulator.sign_in.tokens)

    @property
    def errors(self) -> Sequence[CrmError]:
        return ERRORS

    def leave_calls(self, left: int) -> None:
        self.take_calls(Dynamics365Crm.spec, self.settings, left)

    def renew_calls(self) -> None:
        self.clock.advance(DAY_S + 3600)

    def hide_field(self) -> str:
        for name in ("lead", "contact"):
            self.simulator.remove_column(name, "new_mqlscore")
        return "new_mqlscore"

    def lock(self, record: Ref) -> None:
        self.simulator.lock_record(record[1])

    def half_batch(self) -> None:
        self.simulator.half_next = True


QUOTED = "text about person1@example.com"


def part(status: int, code: str = "0x80040265") -> Reply:
    """A batch whose one part is refused."""
    return packed([refused(status, code, QUOTED)])


ERRORS = (
    CrmError("dead token", Reply(401, b""), raises=AuthError),
    CrmError("no privilege", refused(403, "0x80040220", QUOTED), raises=AuthError),
    CrmError("no user of the environment", refused(403, "0x80072560", QUOTED), raises=AuthError),
    CrmError("too many requests", throttled("requests", 240), raises=QuotaError),
    CrmError("too much execution time", throttled("time", 240), raises=QuotaError),
    CrmError("too many at once", throttled("concurrency", 2), raises=RetryableError),
    CrmError("missing column", refused(400, "0x80060888", QUOTED), raises=RemoteRefusal),
    CrmError("not implemented", refused(501, "", QUOTED), raises=RetryableError, outcome="unknown"),
    CrmError("unavailable", Reply(503, b""), raises=RetryableError, outcome="unknown"),
    CrmError("broken", refused(500, "0x80040216", QUOTED), raises=RetryableError, outcome="unknown"),
    CrmError("unknown status", Reply(418, b""), raises=ContractError),
    CrmError("another shape", Reply(200, {"ok": True}), raises=ContractError, outcome="unknown"),
    CrmError("a body that is too large", refused(413, "", QUOTED), outcome="rejected"),
    CrmError("a malformed batch", refused(400, "0x80048d19", QUOTED), outcome="rejected"),
    CrmError("a plug-in", part(400), outcome="rejected"),
    CrmError("time out in the database", part(500, "0x80044151"), outcome="rejected"),
    CrmError("a part that is throttled", part(429, "0x80072322"), outcome="rejected"),
    CrmError("a part that broke", part(500, "0x80040216"), outcome="unknown"),
    CrmError("a duplicate by rule", part(412, "0x80040333"), outcome="conflict"),
    CrmError("a value of a key that is taken", part(412, "0x80060892"), outcome="conflict"),
    CrmError("no such record", part(404, "0x80040217"), outcome="rejected", moved=True),
    CrmError("a condition that failed, without a code", part(412, ""), outcome="rejected", moved=True),
    CrmError("no answer to a part", packed([]), outcome="unknown"),
)


@pytest.fixture
def dynamics(simulated: Callable[..., Any]) -> Callable[..., DynamicsWorld]:
    """Opens a world; keywords go to the connection's options."""

    def open_world(**options: Any) -> DynamicsWorld:
        given = {"fields": FIELDS, "key": KEY, "object": "lead", "also": ("contact",), **options}
        return DynamicsWorld(*simulated(Dynamics365Simulator), Options("d365", **given))

    return open_world
