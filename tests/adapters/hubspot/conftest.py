"""Opens simulated HubSpot accounts; keywords go to the simulator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from connector.adapter import Options
from connector.testing.conformance.clock import Clock
from connector.testing.simulators.hubspot import HubSpotSimulator
from tests.adapters.hubspot.worlds import CRM_FIELDS, KEY, HubSpotCrmWorld, HubSpotMarketingWorld


@pytest.fixture
def opened() -> Iterator[Callable[..., tuple[HubSpotSimulator, Clock]]]:
    with ExitStack() as stack:

        def open_account(**keywords: Any) -> tuple[HubSpotSimulator, Clock]:
            clock = Clock()
            simulator = HubSpotSimulator(clock=clock.now, monotonic=clock.monotonic, **keywords)
            return stack.enter_context(simulator), clock

        yield open_account


@pytest.fixture
def crm(opened) -> Callable[..., HubSpotCrmWorld]:
    """The account as sales sees it; `options` replaces what the mapping tells the adapter."""

    def open_world(options: dict[str, Any] | None = None, **keywords: Any) -> HubSpotCrmWorld:
        given = {"fields": CRM_FIELDS, "key": KEY, "object": "contacts", **(options or {})}
        return HubSpotCrmWorld(*opened(**keywords), Options("hub", **given))

    return open_world


@pytest.fixture
def marketing(opened) -> Callable[..., HubSpotMarketingWorld]:
    """The account as marketing sees it."""

    def open_world(options: dict[str, Any] | None = None, **keywords: Any) -> HubSpotMarketingWorld:
        names = ("firstname", "hs_email_optout", "recent_conversion_date", "leadloop_note")
        return HubSpotMarketingWorld(*opened(**keywords), Options("hub", **{"fields": {"": names}, **(options or {})}))

    return open_world
