"""A company that runs leadloop with HubSpot on one side, or on both, with shipped mappings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from connector.loop.tally import Tally
from connector.shipped import shipped
from connector.testing.simulators.hubspot import HubSpotSimulator
from tests.sync.world import FACTOR, Company

SINCE = "2026-10-01"


class HubSpotCompany(Company):
    """RD Station and Salesforce, and a HubSpot that takes the place of one or both of them."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.hubspot = HubSpotSimulator(clock=self.clock.now, monotonic=self.clock.monotonic, factor=FACTOR)

    def __enter__(self) -> Self:
        super().__enter__()
        self._stack.enter_context(self.hubspot)
        return self

    def connect(self, marketing: Mapping[str, Any] | None = None, crm: Mapping[str, Any] | None = None) -> None:
        """Put HubSpot on the given sides and do what `leadloop prepare` does."""
        given = {"marketing": {"mkt": marketing} if marketing else None, "crm": {"crm": crm} if crm else None}
        self.settings["all"] = {side: connection for side, connection in given.items() if connection}
        loop = self.open()
        (source,), (receiver,) = loop.marketing, loop.crm
        source.adapter.prepare_writes(source.mapping.feedback.writes)
        receiver.adapter.ensure_fields(receiver.mapping.field_plan())

    def run(self, *only: str) -> list[Tally]:
        """One pass; then a quarter of an hour passes."""
        lines = super().run(*only)
        self.later(minutes=14)
        return lines


def as_marketing(hubspot: HubSpotSimulator) -> dict[str, Any]:
    """HubSpot as a marketing connection."""
    return {**_connection(hubspot), "mapping": str(shipped("hubspot-marketing.yaml"))}


def as_crm(hubspot: HubSpotSimulator, **more: Any) -> dict[str, Any]:
    """HubSpot as a CRM connection."""
    return {**_connection(hubspot), "mapping": str(shipped("hubspot.yaml")), **more}


def _connection(hubspot: HubSpotSimulator) -> dict[str, Any]:
    return {
        "adapter": "hubspot", "credentials": hubspot.credentials, "base_url": hubspot.base_url, "since": SINCE,
    }  # fmt: skip


def writes(hubspot: HubSpotSimulator) -> int:
    """How many calls changed a record so far."""
    return len(hubspot.calls("P.*", "/batch/(create|update|upsert)|/memberships/"))
