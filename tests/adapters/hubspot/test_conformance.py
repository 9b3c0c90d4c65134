"""HubSpot passes the suites of both sides, whether or not it answers row by row, and though its searches lag."""

from __future__ import annotations

import pytest

from connector.testing.conformance.crm import CrmConformance, CrmWorld
from connector.testing.conformance.crm.unknown import UnknownOutcomeConformance
from connector.testing.conformance.crm.writing import WritingConformance
from connector.testing.conformance.marketing import MarketingConformance, MarketingWorld


class TestHubSpotAsCrm(CrmConformance):
    @pytest.fixture
    def world(self, crm) -> CrmWorld:
        return crm()


class TestHubSpotWithoutOutcomesPerRow(WritingConformance):
    @pytest.fixture
    def world(self, crm) -> CrmWorld:
        world = crm()
        world.simulator.row_by_row = False
        return world


class TestHubSpotWithALaggingSearch(UnknownOutcomeConformance):
    @pytest.fixture
    def world(self, crm) -> CrmWorld:
        return crm(search_lag_s=120)


class TestHubSpotAsMarketing(MarketingConformance):
    @pytest.fixture
    def world(self, marketing) -> MarketingWorld:
        return marketing(rotate=True)
