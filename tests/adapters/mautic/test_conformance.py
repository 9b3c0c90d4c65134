"""Mautic passes the suite of all marketing adapters, however its versions write times and empty lists."""

from __future__ import annotations

import pytest

from connector.testing.conformance.marketing import MarketingConformance, MarketingWorld


class TestMautic(MarketingConformance):
    @pytest.fixture(params=["newer", "older"])
    def world(self, mautic, request) -> MarketingWorld:
        return mautic(zoned=request.param == "newer")
