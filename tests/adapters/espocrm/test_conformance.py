"""EspoCRM passes the suite of all CRM adapters with leads, and where persons are made as contacts."""

from __future__ import annotations

import pytest

from connector.testing.conformance.crm import CrmConformance, CrmWorld
from connector.testing.conformance.crm.finding import FindingConformance
from connector.testing.conformance.crm.writing import WritingConformance


class TestLeads(CrmConformance):
    @pytest.fixture
    def world(self, espo) -> CrmWorld:
        return espo("Lead")


class TestContacts(FindingConformance, WritingConformance):
    @pytest.fixture
    def world(self, espo) -> CrmWorld:
        return espo("Contact")
