"""Dynamics 365 passes the suite of all CRM adapters, with tracked tables and without."""

from __future__ import annotations

import pytest

from connector.testing.conformance.crm import CrmConformance, CrmWorld
from connector.testing.conformance.crm.reading import ReadingConformance


class TestDynamics365(CrmConformance):
    @pytest.fixture
    def world(self, dynamics) -> CrmWorld:
        return dynamics()


class TestTablesThatAreNotTracked(ReadingConformance):
    """Read by time, in windows that overlap."""

    @pytest.fixture
    def world(self, dynamics) -> CrmWorld:
        world = dynamics()
        for table in world.simulator.store.tables.values():
            table.is_tracked = False
        return world
