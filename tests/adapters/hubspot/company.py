"""A company that runs leadloop with HubSpot on one side, or on both: shipped mappings, one clock, no waiting."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connector.adapter.registry import spec_of
from connector.config import load
from connector.loop.connect import Connector, read_files
from connector.loop.context import World
from connector.loop.run import run_once
from connector.loop.tally import Tally
from connector.shipped import shipped
from connector.state.store import Store
from connector.testing.conformance.clock import Clock
from connector.testing.simulators.hubspot import HubSpotSimulator

FACTOR = 1000.0
MODEL = Path(__file__).parents[2] / "sync" / "scoring.yaml"
SINCE = "2026-10-01"


class Company:
    """leadloop between two sides; `run()` is one pass of all steps, a quarter of an hour after the last."""

    def __init__(self, folder: Path, clock: Clock, marketing: Mapping[str, Any], crm: Mapping[str, Any]) -> None:
        self.clock = clock
        path = folder / "leadloop.yaml"
        files = {"state": "s.db", "scoring": str(MODEL), "reasons": str(shipped("reasons.yaml"))}
        path.write_text(json.dumps({**files, "marketing": {"mkt": marketing}, "crm": {"crm": crm}}))
        config = load(path, {}, spec_of)
        self.store = Store.open(config.state, now=clock.now)
        world = World(clock.now, clock.monotonic, clock.sleep, random.Random(1).randbytes)  # noqa: S311 - ids that repeat
        self.connector = Connector(config, read_files(config), world, self.store, limit_factor=FACTOR)
        self.loop = self.connector.loop(self.store)

    def prepare(self) -> None:
        """What `leadloop prepare` does on both sides."""
        (source,), (crm,) = self.loop.marketing, self.loop.crm
        source.adapter.prepare_writes(source.mapping.feedback.writes)
        crm.adapter.ensure_fields(crm.mapping.field_plan())

    def run(self) -> list[Tally]:
        with self.store.hold():
            lines = run_once(self.loop)
        self.clock.advance(900)
        return lines

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.store.read().execute(sql)]

    def stage(self) -> str:
        """Where the only lead stands."""
        [(stage,)] = self.ask("SELECT stage FROM leads")
        return str(stage)

    def close(self) -> None:
        self.connector.close()
        self.store.close()


def as_marketing(hubspot: HubSpotSimulator, **more: Any) -> dict[str, Any]:
    """HubSpot as a marketing connection."""
    mapping = str(shipped("hubspot-marketing.yaml"))
    return {**_connection(hubspot), "mapping": mapping, **more}


def as_crm(hubspot: HubSpotSimulator, **more: Any) -> dict[str, Any]:
    """HubSpot as a CRM connection."""
    return {**_connection(hubspot), "mapping": str(shipped("hubspot.yaml")), **more}


def _connection(hubspot: HubSpotSimulator) -> dict[str, Any]:
    return {
        "adapter": "hubspot", "credentials": hubspot.credentials, "base_url": hubspot.base_url, "since": SINCE,
    }  # fmt: skip


def writes(hubspot: HubSpotSimulator) -> list[str]:
    """Paths of the calls that changed a record."""
    changing = hubspot.calls("P.*", "/batch/(create|update|upsert)|/memberships/")
    return [one.path for one in changing]
