"""RD Station passes the suite of all marketing adapters, however it sorts those who never converted."""

from __future__ import annotations

import pytest

from connector.testing.conformance.marketing import MarketingConformance, MarketingWorld


class TestRdStation(MarketingConformance):
    @pytest.fixture(params=[False, True], ids=["undated_last", "undated_first"])
    def world(self, rdstation, request) -> MarketingWorld:
        return rdstation(nulls_first=request.param, rotate=request.param)
