"""An RD Station CRM to test against: simulated, over real HTTP, with a clock that waits for nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import pytest
from msgspec.structs import replace

from adapters.rdstation.crm import RdStationCrm
from connector.adapter import Options
from connector.errors import AuthError, ContractError, RetryableError
from connector.http import Settings
from connector.model import LeadWrite
from connector.testing.conformance.clock import Clock
from connector.testing.conformance.crm import CrmError, CrmWorld
from connector.testing.conformance.crm.world import Ref, Spoilt, Trouble
from connector.testing.simulator import Fault, Reply
from connector.testing.simulators.rdstation_crm import RdStationCrmSimulator, wording

KEY = "Leadloop ID"
FIELDS = (
    "Leadloop Score", "Leadloop Grade", "Leadloop MQL", "Leadloop Reasons", "name", "contact_name", "email", "phone",
    "status", "stage", "stage_order", "lost_reason", "total_price", "closed_at",
)  # fmt: skip


@dataclass
class RdStationCrmWorld(CrmWorld):
    simulator: RdStationCrmSimulator
    clock: Clock
    version: int
    options: Options
    page_size = 5
    abilities = frozenset({"half_batch", "picklist", "late"})
    write_path = "/(deals|contacts|tasks|activities)"
    write_method = "POST|PUT"
    read_path = "/(deals|contacts)"
    score_field = "Leadloop Score"
    bad: ClassVar[Spoilt] = {
        "too_long": ("rating", "written to {email}"),
        "bad_option": ("Segment", "written to {email}"),
        "unknown_field": ("Nobody made", 1),
    }

    def __post_init__(self) -> None:
        self.simulator.page_rows = self.page_size
        self.connection = self.simulator.connection(self.version)
        self.options = replace(self.options, credentials=frozenset(self.connection["credentials"]))
        self.decisions = 0
        self.names = 0

    def adapter(self) -> RdStationCrm:
        return self.started(RdStationCrm, Settings("crm", **self.connection), self.options)

    def creation(self, number: int) -> LeadWrite:
        name = f"Person {number}"
        fields = {"name": name, "contact_name": name, "email": self.email_of(number)}
        ours = {"Leadloop Score": number, "Leadloop Grade": "Grade A", "Leadloop MQL": True}
        return self.creating(number, "deal", {**fields, **ours})

    def spoilt(self, write: LeadWrite, trouble: Trouble) -> tuple[LeadWrite, str]:
        fields = self.simulator.store.fields.values()
        if trouble == "bad_option" and not any(one.label == "Segment" for one in fields):
            self.simulator.store.add_field("Segment", "option", ("Retail", "Health"))
        return super().spoilt(write, trouble)

    def score_on(self, record: Ref) -> Any:
        told = self.simulator.value(record[1], "Leadloop Score")
        return None if told is None else int(told)

    def records_of(self, number: int) -> Sequence[Ref]:
        return [("deal", deal["id"]) for deal in self.simulator.deals_of(self.email_of(number))]

    def add(self, number: int) -> Ref:
        self.names += 1
        contact = self.simulator.add_contact(f"Somebody {self.names}", self.email_of(number))
        return "deal", self.simulator.add_deal(contact)

    def decide(self, record: Ref, at: datetime | None = None) -> None:
        self.decisions += 1
        self.simulator.move(record[1], 2 + self.decisions % 3, at)

    def delete(self, record: Ref) -> None:
        self.simulator.delete(record[1])

    def owned_by_sales(self, record: Ref) -> Mapping[str, Any]:
        row = self.simulator.store.deals[record[1]]
        return {name: row[name] for name in ("owner_id", "stage_id", "status", "name", "lost_reason_id", "rating")}

    def expire_tokens(self) -> None:
        self.simulator.tokens.expire()

    def revoke(self) -> None:
        self.simulator.tokens.revoke()

    @property
    def secrets(self) -> Sequence[str]:
        return (*self.connection["credentials"].values(), *self.simulator.tokens.access)

    @property
    def errors(self) -> Sequence[CrmError]:
        return ERRORS

    def leave_calls(self, left: int) -> None:
        pytest.skip("no budget of a day: a minute that is spent is waited for")

    def renew_calls(self) -> None:
        self.clock.advance(60)

    def hide_field(self) -> str:
        self.simulator.remove_field("Leadloop Score")
        return "Leadloop Score"

    def half_batch(self) -> None:
        self.simulator.faults.append(Fault("lose_after", path="/deals", method="POST", skip=3))


QUOTED = "text about person1@example.com"
ERRORS = (
    CrmError("not signed in", wording.denied(), raises=AuthError),
    CrmError("not allowed", wording.forbidden(), raises=AuthError),
    CrmError("the minute is spent", wording.limited(), raises=RetryableError),
    CrmError("the minute is spent, and until when", wording.limited_until(30), raises=RetryableError),
    CrmError("a parameter that it does not know", wording.trouble(), raises=ContractError, outcome="unknown"),
    CrmError("not routed", wording.not_routed(), raises=ContractError, outcome="unknown"),
    CrmError("unavailable", Reply(503, b""), raises=RetryableError, outcome="unknown"),
    CrmError("broken", Reply(500, {"errors": QUOTED}), raises=RetryableError, outcome="unknown"),
    CrmError("unknown status", Reply(418, {}), raises=ContractError),
    CrmError("another shape", Reply(200, []), raises=ContractError, outcome="unknown"),
    CrmError("no such record", wording.missing(), outcome="rejected", moved=True),
    CrmError("malformed", Reply(400, {"errors": QUOTED}), outcome="rejected"),
    CrmError("unfit value", wording.by_field("name", QUOTED), outcome="rejected"),
    CrmError("unfit value, in a list", wording.errors(422, {"title": QUOTED}), outcome="rejected"),
    CrmError("told in detail", Reply(400, {"detail": QUOTED}), outcome="rejected"),
)


@pytest.fixture
def crm(simulated: Callable[..., Any]) -> Callable[..., RdStationCrmWorld]:
    """Opens a world of a version; keywords go to the connection's options."""

    def open_world(version: int = 1, **options: Any) -> RdStationCrmWorld:
        given = {"fields": {"deal": FIELDS}, "key": KEY, "object": "deal", **options}
        return RdStationCrmWorld(*simulated(RdStationCrmSimulator), version, Options("crm", **given))

    return open_world
