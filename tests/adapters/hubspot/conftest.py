"""Opens simulated HubSpot accounts; keywords go to the simulator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.adapter import Options
from connector.testing.simulators.hubspot import HubSpotSimulator
from tests.adapters.hubspot.worlds import CRM_FIELDS, KEY, HubSpotCrmWorld, HubSpotMarketingWorld


@pytest.fixture
def crm(simulated) -> Callable[..., HubSpotCrmWorld]:
    """The account as sales sees it; `options` replaces what the mapping tells the adapter."""

    def open_world(options: dict[str, Any] | None = None, **keywords: Any) -> HubSpotCrmWorld:
        given = {"fields": CRM_FIELDS, "key": KEY, "object": "contacts", **(options or {})}
        return HubSpotCrmWorld(*simulated(HubSpotSimulator, **keywords), Options("hub", **given))

    return open_world


@pytest.fixture
def marketing(simulated) -> Callable[..., HubSpotMarketingWorld]:
    """The account as marketing sees it."""

    def open_world(options: dict[str, Any] | None = None, **keywords: Any) -> HubSpotMarketingWorld:
        names = ("firstname", "hs_email_optout", "recent_conversion_date", "leadloop_note")
        given = {"fields": {"": names}, **(options or {})}
        return HubSpotMarketingWorld(*simulated(HubSpotSimulator, **keywords), Options("hub", **given))

    return open_world
