"""Marketo passes the suite of all marketing adapters, whether its leads are new or come by the bulk extract."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.testing.conformance.marketing import MarketingConformance, MarketingWorld


class TestMarketo(MarketingConformance):
    @pytest.fixture(params=[timedelta(), timedelta(days=3)], ids=["new_leads", "leads_of_before"])
    def world(self, marketo, request) -> MarketingWorld:
        return marketo(made_ago=request.param)
