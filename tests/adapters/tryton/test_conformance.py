"""Tryton passes the suite of all CRM adapters, on a real server."""

from __future__ import annotations

import pytest

from connector.testing.conformance.crm import CrmConformance, CrmWorld


@pytest.mark.long
class TestTryton(CrmConformance):
    @pytest.fixture
    def world(self, tryton) -> CrmWorld:
        return tryton()
