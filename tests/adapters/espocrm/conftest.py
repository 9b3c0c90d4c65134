"""An EspoCRM to test against: simulated, over real HTTP, with a clock that waits for nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import pytest

from adapters.espocrm.crm import EspoCrm
from connector.adapter import Options
from connector.errors import AuthError, ConfigError, ContractError, RemoteRefusal, RetryableError
from connector.http import Settings
from connector.model import LeadWrite
from connector.testing.conformance.clock import Clock
from connector.testing.conformance.crm import CrmError, CrmWorld
from connector.testing.conformance.crm.world import Ref, Spoilt
from connector.testing.simulator import Reply
from connector.testing.simulators.espocrm import EspoSimulator
from connector.testing.simulators.espocrm.wording import duplicate, forbidden, invalid, missing, refused, unauthorized

KEY = "cLeadloopId"
OURS = ("cLeadloopScore", "cLeadloopGrade", "cLeadloopMql", "cLeadloopReasons")
FIELDS = {
    "Lead": (*OURS, "lastName", "emailAddress", "status", "cRejectionReason", "assignedUserId", "createdOpportunityId"),
    "Contact": (*OURS, "lastName", "emailAddress", "assignedUserId", "cDeclineReason"),
    "Opportunity": ("stage", "$state", "stage_order", "amount", "cLostReason", "assignedUserId"),
}
STATUSES = ("In Process", "Assigned", "Recycled")


@dataclass
class EspoWorld(CrmWorld):
    simulator: EspoSimulator
    clock: Clock
    options: Options
    page_size = 5
    abilities = frozenset({"lock", "duplicate_rule", "picklist", "late"})
    write_path = "/api/v1/(Lead|Contact|Task|Note)(/[0-9a-f]+)?$"
    write_method = "POST|PUT"
    read_path = "/api/v1/(Lead|Contact|Opportunity)$"
    score_field = "cLeadloopScore"
    bad: ClassVar[Spoilt] = {
        "too_long": ("cLeadloopGrade", "written to {email} " * 20),
        "bad_option": ("cRejectionReason", "Weather"),
        "unknown_field": ("cNobodyMade", 1),
    }

    def __post_init__(self) -> None:
        self.credentials = self.simulator.credentials
        self.decisions = 0

    def adapter(self) -> EspoCrm:
        adapter = self.started(EspoCrm, Settings("espo", self.credentials, self.simulator.base_url), self.options)
        adapter.walker.page_rows = self.page_size
        return adapter

    @property
    def main(self) -> str:
        return self.options.object or "Lead"

    def creation(self, number: int) -> LeadWrite:
        fields = {
            "lastName": f"Person {number}", "emailAddress": self.email_of(number), "cLeadloopScore": number,
            "cLeadloopGrade": "A", "cLeadloopMql": True,
        }  # fmt: skip
        return self.creating(number, self.main, fields)

    def score_on(self, record: Ref) -> Any:
        return self.simulator.record(record).get("cLeadloopScore")

    def records_of(self, number: int) -> Sequence[Ref]:
        key, email = self.key_of(number), self.email_of(number)
        return [
            (entity, row["id"])
            for entity in ("Lead", "Contact")
            for row in self.simulator.live(entity)
            if row.get(KEY) == key or row.get("emailAddress") == email
        ]

    def add(self, number: int) -> Ref:
        add = self.simulator.add_lead if self.main == "Lead" else self.simulator.add_contact
        return self.main, add(f"Person {number}", self.email_of(number))

    def decide(self, record: Ref, at: datetime | None = None) -> None:
        self.decisions += 1
        value = STATUSES[self.decisions % 3]
        if record[0] == "Lead":
            self.simulator.edit(record, at=at, status=value)
        else:
            self.simulator.edit(record, at=at, cLeadloopReasons=value)

    def delete(self, record: Ref) -> None:
        self.simulator.delete(record)

    def owned_by_sales(self, record: Ref) -> Mapping[str, Any]:
        row = self.simulator.record(record)
        return {name: row.get(name) for name in ("assignedUserId", "status", "cTags", "lastName")}

    def convert(self, record: Ref) -> Ref:
        if record[0] != "Lead":
            pytest.skip("only leads are converted")
        return "Contact", self.simulator.convert(record[1])[0]

    def expire_tokens(self) -> None:
        """Keys do not expire."""

    def revoke(self) -> None:
        self.simulator.good_keys.clear()

    @property
    def secrets(self) -> Sequence[str]:
        return tuple(self.credentials.values())

    @property
    def errors(self) -> Sequence[CrmError]:
        return ERRORS

    def leave_calls(self, left: int) -> None:
        pytest.skip("EspoCRM counts no calls: there is no budget that could run out")

    def renew_calls(self) -> None:
        self.clock.advance(3600)

    def hide_field(self) -> str:
        for entity in ("Lead", "Contact"):
            self.simulator.remove_field(entity, "cLeadloopScore")
        return "cLeadloopScore"

    def lock(self, record: Ref) -> None:
        self.simulator.hold(record)

    def forbid_duplicates(self) -> None:
        """It always does."""


class ContactWorld(EspoWorld):
    """Where persons are made as contacts: the reason has another name there."""

    bad: ClassVar[Spoilt] = {**EspoWorld.bad, "bad_option": ("cDeclineReason", "Weather")}


QUOTED = "Something about person1@example.com."
BODY = {"messageTranslation": {"label": "cannotRemoveUsed", "scope": "Field", "data": {"name": QUOTED}}}

ERRORS = (
    CrmError("bad key", unauthorized(), raises=AuthError),
    CrmError("no permission", forbidden(), raises=AuthError, outcome="rejected"),
    CrmError("no such record", missing("65f1"), raises=ConfigError, outcome="rejected", moved=True),
    CrmError("unfit value", invalid("cLeadloopScore", "valid"), raises=RemoteRefusal, outcome="rejected"),
    CrmError("bad request with a sentence", refused(400, QUOTED), raises=RemoteRefusal, outcome="rejected"),
    CrmError("bad request with a body", refused(400, QUOTED, BODY), raises=RemoteRefusal, outcome="rejected"),
    CrmError("held record", refused(409, QUOTED), outcome="rejected"),
    CrmError("modified record", refused(409, "modified", {"values": {}, "versionNumber": 3}), outcome="rejected"),
    CrmError("duplicates of a change", duplicate([{"id": "65f1"}]), outcome="rejected"),
    CrmError("broken", refused(500, QUOTED), raises=RetryableError, outcome="unknown"),
    CrmError("maintenance", Reply(503, b"<h1>503</h1>"), raises=RetryableError, outcome="unknown"),
    CrmError("throttled by a proxy", Reply(429, b""), raises=RetryableError),
    CrmError("unknown status", Reply(418, {}), raises=ContractError, outcome="unknown"),
    CrmError("another shape", Reply(200, {"rows": []}), raises=ContractError, outcome="unknown"),
)


@pytest.fixture
def espo(simulated: Callable[..., Any]) -> Callable[..., EspoWorld]:
    """Opens a world; keywords go to the connection's options, `version` and `with_fields` to the installation."""

    def open_world(object: str = "Lead", *, version: int = 9, with_fields: bool = True, **options: Any) -> EspoWorld:
        kind, also = (EspoWorld, ("Contact",)) if object == "Lead" else (ContactWorld, ())
        given = {"fields": FIELDS, "key": KEY, "object": object, "also": also, **options}
        installed = simulated(EspoSimulator, version=version, with_fields=with_fields)
        return kind(*installed, Options("espo", **given))

    return open_world
