"""The people whom a simulated RD Station knows: it tells their conversions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from connector.testing.simulators.rdstation import RdStationSimulator
from tests.platforms.audience import Deed, MergingAudience, Someone
from tests.sync.world import FED_BACK


class TheAudience(MergingAudience):
    """Opens, clicks and page views are not told by RD Station's API."""

    name: ClassVar[str] = "rdstation"
    types: ClassVar[frozenset[str]] = frozenset({"form_submission"})

    @cached_property
    def simulator(self) -> RdStationSimulator:
        station = self.made(RdStationSimulator)
        for name in FED_BACK:
            station.account.add_field(name)
        return station

    def connection(self) -> Mapping[str, Any]:
        return self.block("rdstation-marketing.yaml", self.simulator.credentials)

    def add(self, someone: Someone) -> str:
        name = f"{someone.first_name} {someone.last_name}"
        return self.simulator.add(someone.email, name=name, job_title=someone.title, country=someone.country)

    def act(self, contact_id: str, deed: Deed) -> None:
        contact = self.simulator.account.find(contact_id)
        assert contact is not None
        self.simulator.convert(contact.email, deed.asset, at=deed.at)

    def retitle(self, contact_id: str, title: str) -> None:
        self.simulator.edit(contact_id, job_title=title)

    def opt_out(self, contact_id: str) -> None:
        self.simulator.opt_out(contact_id)

    def delete(self, contact_id: str) -> None:
        self.simulator.delete(contact_id)

    def merge(self, loser: str, survivor: str) -> None:
        self.simulator.merge(loser, survivor)

    def told(self, contact_id: str) -> Mapping[str, str]:
        contact = self.simulator.account.find(contact_id)
        assert contact is not None
        names = {
            "score": "lead_score",
            "grade": "lead_grade",
            "decision": "sales_decision",
            "reason": "rejection_reason",
        }
        return {ours: str(contact.attributes.get(f"cf_{theirs}", "")) for ours, theirs in names.items()}

    @property
    def writes(self) -> int:
        return len(self.simulator.calls("P.*|DELETE", "^/platform/"))
