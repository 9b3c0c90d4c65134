"""Zoho passes the suite of all CRM adapters with leads, and where persons are made as contacts."""

from __future__ import annotations

import pytest

from connector.testing.conformance.crm import CrmConformance, CrmWorld
from connector.testing.conformance.crm.finding import FindingConformance
from connector.testing.conformance.crm.unknown import UnknownOutcomeConformance
from connector.testing.conformance.crm.writing import WritingConformance


class TestLeads(CrmConformance):
    @pytest.fixture
    def world(self, zoho) -> CrmWorld:
        return zoho("Leads")


class TestContacts(FindingConformance, WritingConformance):
    @pytest.fixture
    def world(self, zoho) -> CrmWorld:
        return zoho("Contacts")


class TestLeadsWithASlowIndex(UnknownOutcomeConformance):
    """Queries and searches do not see for 45 seconds what was made."""

    @pytest.fixture
    def world(self, zoho) -> CrmWorld:
        return zoho("Leads", lag_s=45)
