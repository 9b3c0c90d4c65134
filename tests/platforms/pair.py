"""leadloop between any two platforms, by the names of their adapters."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from connector.shipped import shipped
from tests.platforms.audience import Audience
from tests.sync.world import FACTOR, Company

MODEL = Path(__file__).with_name("scoring.yaml")


@contextmanager
def pair(folder: Path, marketing: str, crm: str) -> Iterator[tuple[Company, Audience, Any]]:
    """The company, its audience and its desk, with what `leadloop prepare` makes on both sides."""
    with Company(folder) as company:
        audience = importlib.import_module(f"tests.adapters.{marketing}.audience").TheAudience(company.clock, FACTOR)
        desk = importlib.import_module(f"tests.adapters.{crm}.desk").Desk(company.clock, FACTOR)
        with audience, desk:
            company.settings["all"] = {
                "marketing": {"mkt": audience.connection()}, "crm": {"crm": desk.connection()},
                "scoring": str(MODEL), "reasons": str(shipped("reasons.yaml")),
            }  # fmt: skip
            prepare(company)
            yield company, audience, desk
            company.close()


def prepare(company: Company) -> None:
    """What `leadloop prepare` does on both sides."""
    loop = company.open()
    [source], [crm] = loop.marketing, loop.crm
    if source.spec.capabilities.makes_fields:
        source.adapter.prepare_writes(source.mapping.feedback.writes)
    crm.adapter.ensure_fields(crm.mapping.field_plan())
