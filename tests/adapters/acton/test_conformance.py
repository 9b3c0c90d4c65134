"""Act-On passes the suite of all marketing adapters."""

from __future__ import annotations

import pytest

from connector.testing.conformance.marketing import MarketingConformance, MarketingWorld


class TestActOn(MarketingConformance):
    @pytest.fixture
    def world(self, acton) -> MarketingWorld:
        return acton()
