"""A Pipedrive company to test against: simulated, over real HTTP, with a clock that waits for nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import pytest

from adapters.pipedrive.crm import PipedriveCrm
from connector.adapter import Options
from connector.errors import AuthError, ContractError, QuotaError, RemoteRefusal, RetryableError
from connector.http import Settings
from connector.model import LeadWrite
from connector.testing.conformance.clock import Clock
from connector.testing.conformance.crm import CrmError, CrmWorld
from connector.testing.conformance.crm.world import Ref, Spoilt
from connector.testing.simulator import Fault, Reply
from connector.testing.simulators.pipedrive import PipedriveSimulator
from connector.testing.simulators.pipedrive.budget import PER_SEAT
from connector.testing.simulators.pipedrive.wording import edge_block, refused

KEY = "leadloop id"
OURS = ("Lead score", "Lead grade", "MQL", "MQL reason")
OF_PERSON = ("name", "email", "phone")
FIELDS = {
    "person": (*OURS, *OF_PERSON, "Rejection reason", "owner_id"),
    "lead": (*OURS, *OF_PERSON, "Rejection reason", "is_archived", "labels", "owner_id"),
    "deal": (
        *OURS, *OF_PERSON, "status", "stage_id", "stage_order", "lost_reason", "value", "won_time", "source_lead_id",
    ),
}  # fmt: skip
ALSO = {"person": (), "lead": ("deal", "person"), "deal": ("person",)}
DAY_S = 86_400
SEARCH = 20
"""Tokens of a search: what the suite calls a call."""


@dataclass
class PipedriveWorld(CrmWorld):
    simulator: PipedriveSimulator
    clock: Clock
    options: Options
    walks: bool = True
    oauth: bool = False
    page_size = 5
    abilities = frozenset({"half_batch", "picklist", "late"})
    write_path = "/(persons|leads|deals|activities|notes)"
    write_method = "POST|PATCH"
    read_path = "/(persons|leads|deals|itemSearch)"
    score_field = "Lead score"
    bad: ClassVar[Spoilt] = {
        "too_long": ("Lead grade", "written to {email} " * 20),
        "bad_option": ("Rejection reason", "Weather"),
        "unknown_field": ("Nobody made", 1),
    }

    def __post_init__(self) -> None:
        self.simulator.page_rows = self.page_size
        self.simulator.budget.allowed = 100 * PER_SEAT  # many seats: every look at the lists is allowed
        self.decisions = 0
        app = self.simulator.tokens
        self.credentials = self.simulator.credentials
        if self.oauth:
            names = ("client_id", "client_secret", "refresh_token")
            self.credentials = {name: getattr(app, name) for name in names}

    @property
    def main(self) -> str:
        return self.options.object

    def adapter(self) -> PipedriveCrm:
        url = self.simulator.base_url
        settings = Settings("pd", credentials=self.credentials, base_url=url, auth_url=url)
        adapter = self.started(PipedriveCrm, settings, self.options)
        if not self.walks:
            adapter.account.price.pays_from = 1_000_000
        return adapter

    def ref(self, record: Ref) -> tuple[str, Any]:
        """A record as the simulator calls it."""
        return record if record[0] == "lead" else (record[0], int(record[1]))

    def creation(self, number: int) -> LeadWrite:
        ours = {"Lead score": number, "Lead grade": "A", "MQL": True}
        return self.creating(number, self.main, {"name": f"Person {number}", "email": self.email_of(number), **ours})

    def score_on(self, record: Ref) -> Any:
        return self.simulator.value(self.ref(record), "Lead score")

    def records_of(self, number: int) -> Sequence[Ref]:
        persons = {
            row["id"]
            for row in self.simulator.live("person")
            if any(one["value"] == self.email_of(number) for one in row["emails"])
        }
        if self.main == "person":
            return [("person", str(one)) for one in persons]
        return [
            (kind, str(row["id"]))
            for kind in dict.fromkeys((self.main, "deal"))
            for row in self.simulator.live(kind)
            if row["person_id"] in persons
        ]

    def add(self, number: int) -> Ref:
        person = self.simulator.add_person(f"Person {number}", self.email_of(number))
        if self.main == "person":
            return "person", str(person)
        made = self.simulator.add_lead(person) if self.main == "lead" else self.simulator.add_deal(person)
        return self.main, str(made)

    def decide(self, record: Ref, at: datetime | None = None) -> None:
        self.decisions += 1
        if record[0] == "deal":
            self.simulator.move(int(record[1]), 2 + self.decisions % 3, at=at)
        else:
            reason = ("No budget", "Bad timing")[self.decisions % 2]
            self.simulator.edit(self.ref(record), at=at, **{"Rejection reason": reason})

    def delete(self, record: Ref) -> None:
        self.simulator.delete(self.ref(record))

    def owned_by_sales(self, record: Ref) -> Mapping[str, Any]:
        row = self.simulator.record(self.ref(record))
        return {name: row.get(name) for name in ("owner_id", "stage_id", "status", "label_ids", "was_seen", "title")}

    def convert(self, record: Ref) -> Ref:
        if record[0] != "lead":
            pytest.skip("only leads are converted")
        return "deal", str(self.simulator.convert(record[1]))

    def expire_tokens(self) -> None:
        self.simulator.tokens.expire()

    def revoke(self) -> None:
        self.simulator.tokens.revoke()

    @property
    def secrets(self) -> Sequence[str]:
        return (self.credentials.get("api_token", "never-told"), *self.simulator.tokens.access)

    @property
    def errors(self) -> Sequence[CrmError]:
        return ERRORS

    def leave_calls(self, left: int) -> None:
        self.simulator.budget.leave(left * SEARCH)

    def renew_calls(self) -> None:
        self.clock.advance(DAY_S + 1800)

    def hide_field(self) -> str:
        for kind in ("person", "deal"):
            self.simulator.remove_field(kind, "Lead score")
        return "Lead score"

    def half_batch(self) -> None:
        self.simulator.faults.append(Fault("lose_after", path=self.write_path, method="POST", skip=3))


SPENT = {"x-daily-ratelimit-token-limit": "30000", "x-daily-ratelimit-token-remaining": "0", "Retry-After": "2"}
QUOTED = "text about person1@example.com"
ERRORS = (
    CrmError("not signed in", refused(401, "unauthorized access"), raises=AuthError),
    CrmError("not paid", refused(402, QUOTED), raises=AuthError),
    CrmError("no permission", refused(403, QUOTED), raises=AuthError),
    CrmError("blocked at the edge", edge_block(), raises=QuotaError),
    CrmError("retired address", refused(410, QUOTED), raises=ContractError),
    CrmError("feature off", refused(415, QUOTED), raises=RemoteRefusal, outcome="rejected"),
    CrmError("a burst", refused(429, "Rate limit exceeded", {"x-ratelimit-reset": "2"}), raises=RetryableError),
    CrmError("day spent", refused(429, "Rate limit exceeded", SPENT), raises=QuotaError),
    CrmError("broken", refused(500, QUOTED), raises=RetryableError, outcome="unknown"),
    CrmError("unavailable", Reply(503, b""), raises=RetryableError, outcome="unknown"),
    CrmError("unknown status", Reply(418, {}), raises=ContractError),
    CrmError("another shape", Reply(200, {"success": True}), raises=ContractError, outcome="unknown"),
    CrmError("bad request", refused(400, QUOTED), outcome="rejected"),
    CrmError("unfit value", refused(422, QUOTED), outcome="rejected"),
    CrmError("plan's limit", refused(403, QUOTED, code="feature_capping_deals_limit"), outcome="rejected"),
    CrmError("no such record", refused(404, QUOTED), outcome="rejected", moved=True),
    CrmError("no word of success", Reply(200, {"success": False, "data": None}), outcome="unknown"),
)


@pytest.fixture
def pipedrive(simulated: Callable[..., Any]) -> Callable[..., PipedriveWorld]:
    """Opens a world; keywords go to the connection's options, `walks` and `oauth` to the world."""

    def open_world(object: str = "lead", *, walks: bool = True, oauth: bool = False, **options: Any) -> PipedriveWorld:
        fields = {name: FIELDS[name] for name in dict.fromkeys((object, *ALSO[object], "lead", "deal"))}
        given = {"fields": fields, "key": KEY, "object": object, "also": ALSO[object], **options}
        return PipedriveWorld(*simulated(PipedriveSimulator), Options("pd", **given), walks, oauth)

    return open_world
