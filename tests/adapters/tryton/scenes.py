"""What is recorded from the real server, and played again from the recording: the same acts of the same adapter.

`office` are the people beside it; in a replay there are none, since what they did is in the answers already.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from adapters.tryton.crm import TrytonCrm
from connector.adapter import FieldPlan, Options, PersonKeys
from connector.http import Network, Settings, World
from connector.model import LeadWrite
from connector.testing.conformance.clock import Clock
from connector.testing.conformance.crm.driving import read_all
from connector.testing.stores import MemoryBudgetStore, MemoryTokenStore
from tests.adapters.tryton.office import OPPORTUNITY, Office

ANA, BIA, CAIO = "ll-aaaaaaaaaaaaaaaa", "ll-bbbbbbbbbbbbbbbb", "ll-cccccccccccccccc"
LINES = ("comment.Lead score", "comment.Lead grade", "comment.MQL", "comment.MQL reason")
FIELDS = {
    OPPORTUNITY: ("reference", "state", "lost_reason", "sales", "amount", "start_date", "party.email", *LINES),
    "party.party": LINES,
}


@dataclass
class Stage:
    """A connection to play on."""

    base_url: str
    credentials: dict[str, str]
    clock: Clock
    office: Office | None = None

    def adapter(self) -> TrytonCrm:
        world = World(now=self.clock.now, monotonic=self.clock.monotonic, sleep=self.clock.sleep, chance=lambda: 0.5)
        network = Network(MemoryTokenStore(self.clock.now), MemoryBudgetStore(), world)
        options = Options("tr", fields=FIELDS, key="reference", object=OPPORTUNITY, also=("party.party",))
        client = network.client(TrytonCrm.spec, Settings("tr", self.credentials, self.base_url), TrytonCrm)
        return TrytonCrm(client, options)

    def people(self, act: Callable[[Office], object]) -> None:
        """The people do something; some time passes."""
        self.clock.advance(60)
        if self.office is not None:
            act(self.office)
        self.clock.advance(60)


def record(key: str, name: str, **fields: Any) -> LeadWrite:
    """A new lead."""
    email = f"{name.lower()}@company.example"
    told = {"party.name": f"{name} Silva", "party.email": email, "comment.Lead score": 60, "comment.MQL": True}
    return LeadWrite(f"make-{name}", "record", key, OPPORTUNITY, None, email, {**told, **fields})


def on(made: dict[str, Any], effect: str, kind: str = "record", **more: Any) -> LeadWrite:
    """A write on a record that was made."""
    return LeadWrite(effect, kind, ANA, made["object"], made["record_id"], **more)


def of_checking(stage: Stage) -> dict[str, Any]:
    adapter = stage.adapter()
    plan = [FieldPlan("", "comment.Lead score", "Lead score", "number"), FieldPlan("", "x_score", "Score", "number")]
    fields = {name: adapter.fields(name) for name in FIELDS}
    return {"check": adapter.check(), "fields": fields, "prepare": adapter.ensure_fields(plan)}


def of_writing(stage: Stage) -> dict[str, Any]:
    adapter = stage.adapter()
    bad = record(BIA, "Bia", conversion_probability=7)
    made = adapter.write([record(ANA, "Ana"), bad, record(CAIO, "Caio", description="From the fair")])
    ana = {"object": OPPORTUNITY, "record_id": made[0].record_id}
    score = on(ana, "score", fields={"comment.Lead score": 75})
    scores = [score, replace(score, effect="caio", key=CAIO, record_id=made[2].record_id)]
    beside = [on(ana, "tag", "tag", name="MQL"), on(ana, "task", "task", fields={"subject": "Call Ana", "body": "+60"})]
    return {
        "made": made,
        "changed": adapter.write(scores),
        "again": adapter.write(scores),
        "beside": adapter.write(beside),
        "back": adapter.read_back([record(ANA, "Ana"), record(BIA, "Bia"), score, *beside]),
    }


def of_living(stage: Stage) -> dict[str, Any]:
    """A lead from its making to its end, another one won, and what becomes of writes to it then."""
    adapter = stage.adapter()
    made = adapter.write([record(ANA, "Ana"), record(CAIO, "Caio")])
    ana, caio = (int(one.record_id or 0) for one in made)
    stage.people(lambda office: office.accept(ana))
    stage.people(lambda office: office.lose(ana, "No budget"))
    stage.people(lambda office: office.accept(caio))
    stage.people(lambda office: office.convert(caio))
    stage.people(lambda office: office.win(caio, 900))
    records, cursor = read_all(adapter)
    stage.clock.advance(3600)
    late, _ = read_all(adapter, cursor)
    known = [
        PersonKeys(ANA, ((OPPORTUNITY, str(ana)),), ("ANA@company.example",)),
        PersonKeys(BIA, (), ("no@x.example",)),
    ]
    [found, nobody] = adapter.resolve(known)
    closed = on({"object": OPPORTUNITY, "record_id": str(ana)}, "closed", fields={"comment.Lead score": 90})
    moved = adapter.write([closed])
    party = {"object": found.found[0].object, "record_id": found.found[0].id}
    at_party = adapter.write([on(party, "party", fields={"comment.Lead score": 90})])
    [back] = adapter.read_back([on(party, "party", fields={"comment.Lead score": 90})])
    return {
        "records": records, "late": late, "found": found, "nobody": nobody, "moved": moved, "at_party": at_party,
        "back": back,
    }  # fmt: skip


SCENES: dict[str, Callable[[Stage], dict[str, Any]]] = {
    "checking": of_checking, "writing": of_writing, "living": of_living,
}  # fmt: skip
