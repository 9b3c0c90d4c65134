"""The suite that every marketing adapter passes, on ActiveCampaign."""

import pytest

from connector.testing.conformance.marketing import MarketingConformance


class TestActiveCampaign(MarketingConformance):
    @pytest.fixture
    def world(self, activecampaign):
        return activecampaign()


class TestAnAccountThatShowsLess(MarketingConformance):
    """Its log answers for one contact at a time, its lists bring no tags and lists along."""

    @pytest.fixture
    def world(self, activecampaign):
        return activecampaign(log_of_all=False, carries_parts=False)
