"""The configuration that is measured: Acme's contacts, the model that ships, and Salesforce where it is asked for."""

from __future__ import annotations

import json
import os
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from connector.adapter import registry
from connector.config import load
from connector.loop.connect import Connector, read_files
from connector.loop.context import Loop, World
from connector.shipped import shipped
from connector.state.store import Store

FIELDS = ("email", "first_name", "last_name", "company", "job_title", "country", "phone")


def opened(folder: Path, address: str, crm: dict[str, Any] | None = None) -> tuple[Store, Loop]:
    """The store and the loop, as a process that starts makes them. Files of an earlier run are used again."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [{"to": name, "from": name} for name in FIELDS]
    (folder / "acme.yaml").write_text(json.dumps({"platform": "acme", "contact": lines}))
    acme = {"adapter": "acme", "credentials": {"token": "t0ken"}, "mapping": "acme.yaml", "base_url": address}
    document: dict[str, Any] = {
        "state": "leadloop.db",
        "marketing": {"acme": acme},
        "scoring": str(shipped("scoring/b2b.yaml")),
    }
    if crm is not None:
        document |= {"crm": {"sf": crm}, "reasons": str(shipped("reasons.yaml"))}
    (folder / "leadloop.yaml").write_text(json.dumps(document))
    point = EntryPoint("acme", "benchmarks.acme:AcmeMarketing", registry.GROUPS["marketing"])
    registry.installed("marketing")["acme"] = point
    config = load(folder / "leadloop.yaml", os.environ, registry.spec_of)
    store = Store.open(config.state)
    return store, Connector(config, read_files(config), World(), store).loop(store)


def salesforce(address: str, **more: Any) -> dict[str, Any]:
    """A connection to a simulated org."""
    return {
        "adapter": "salesforce",
        "auth_url": address,
        "credentials": {"client_id": "simulated-client", "client_secret": "simulated-secret"},
        "mapping": str(shipped("salesforce.yaml")),
        **more,
    }
