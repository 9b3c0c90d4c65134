"""An RD Station CRM to test against: simulated, over real HTTP, with a clock that waits for nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pytest

from adapters.rdstation.crm import RdStationCrm
from connector.adapter import Options
from connector.errors import AuthError, ContractError, RetryableError
from connector.http import Network, Settings, World
from connector.model import LeadWrite
from connector.testing.conformance.clock import Clock
from connector.testing.conformance.crm import CrmError, CrmWorld
from connector.testing.conformance.crm.world import Ref, Trouble
from connector.testing.simulator import Fault, Reply
from connector.testing.simulators.rdstation_crm import RdStationCrmSimulator, wording
from connector.testing.stores import MemoryBudgetStore, MemoryTokenStore

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
    tokens: MemoryTokenStore = field(init=False)
    budgets: MemoryBudgetStore = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = MemoryTokenStore(self.clock.now)
        self.budgets = MemoryBudgetStore()
        self.simulator.page_rows = self.page_size
        self.connection = self.simulator.connection(self.version)
        self.options = replace(self.options, credentials=frozenset(self.connection["credentials"]))
        self.decisions = 0
        self.names = 0

    def adapter(self) -> RdStationCrm:
        chance = World(now=self.clock.now, monotonic=self.clock.monotonic, sleep=self.clock.sleep, chance=lambda: 0.5)
        network = Network(self.tokens, self.budgets, chance)
        settings = Settings("crm", **self.connection)
        return RdStationCrm(network.client(RdStationCrm.spec, settings, RdStationCrm), self.options)

    def creation(self, number: int) -> LeadWrite:
        return LeadWrite(
            effect=f"record-{number}",
            kind="record",
            key=self.key_of(number),
            object="deal",
            email=self.email_of(number),
            fields={
                "name": f"Person {number}", "contact_name": f"Person {number}", "email": self.email_of(number),
                "Leadloop Score": number, "Leadloop Grade": "Grade A", "Leadloop MQL": True,
            },
        )  # fmt: skip

    def change(self, record: Ref, number: int, score: int, effect: str = "") -> LeadWrite:
        return LeadWrite(
            effect=f"change-{record[1]}-{score}-{effect}",
            kind="record",
            key=self.key_of(number),
            object="deal",
            record_id=record[1],
            email=self.email_of(number),
            fields={"Leadloop Score": score},
        )

    def spoilt(self, write: LeadWrite, trouble: Trouble) -> tuple[LeadWrite, str]:
        bad = {
            "too_long": ("rating", f"written to {write.email}"),
            "bad_option": ("Segment", f"written to {write.email}"),
            "unknown_field": ("Nobody made", 1),
        }
        name, value = bad[trouble]
        if trouble == "bad_option" and not any(one.label == name for one in self.simulator.store.fields.values()):
            self.simulator.store.add_field(name, "option", ("Retail", "Health"))
        return replace(write, fields={**write.fields, name: value}), name

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
def crm() -> Iterator[Callable[..., RdStationCrmWorld]]:
    """Opens a world of a version; keywords go to the connection's options."""
    opened: list[RdStationCrmSimulator] = []

    def open_world(version: int = 1, **options: Any) -> RdStationCrmWorld:
        clock = Clock()
        simulator = RdStationCrmSimulator(clock=clock.now, monotonic=clock.monotonic)
        simulator.__enter__()
        opened.append(simulator)
        given = {"fields": {"deal": FIELDS}, "key": KEY, "object": "deal", **options}
        return RdStationCrmWorld(simulator, clock, version, Options("crm", **given))

    yield open_world
    for simulator in opened:
        simulator.__exit__(None, None, None)
