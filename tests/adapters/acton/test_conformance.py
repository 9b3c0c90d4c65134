"""Act-On passes the suite of all marketing adapters, however it writes its dates."""

from __future__ import annotations

import pytest

from connector.testing.conformance.marketing import MarketingConformance, MarketingWorld


class TestActOn(MarketingConformance):
    @pytest.fixture(params=["numbers", "words"])
    def world(self, acton, request) -> MarketingWorld:
        return acton(dates=request.param, dunder=request.param == "numbers")
