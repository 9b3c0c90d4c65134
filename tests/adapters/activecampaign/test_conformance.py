"""ActiveCampaign passes the suite of all marketing adapters, and still reads where an account shows less."""

from __future__ import annotations

import pytest

from connector.testing.conformance.marketing import MarketingConformance, MarketingWorld
from connector.testing.conformance.marketing.reading import ReadingConformance
from connector.testing.conformance.marketing.removing import RemovalConformance


class TestActiveCampaign(MarketingConformance):
    @pytest.fixture
    def world(self, activecampaign) -> MarketingWorld:
        return activecampaign()


class TestAnAccountThatShowsLess(ReadingConformance, RemovalConformance):
    """Its log answers for one contact at a time, its lists bring no tags and lists along."""

    @pytest.fixture
    def world(self, activecampaign) -> MarketingWorld:
        return activecampaign(log_of_all=False, carries_parts=False)
