"""EspoCRM passes the suite of all CRM adapters with leads, where persons are made as contacts, and in old versions."""

from __future__ import annotations

import pytest

from connector.testing.conformance.crm import CrmConformance, CrmWorld
from connector.testing.conformance.crm.finding import FindingConformance
from connector.testing.conformance.crm.reading import ReadingConformance
from connector.testing.conformance.crm.writing import WritingConformance


class TestLeads(CrmConformance):
    @pytest.fixture
    def world(self, espo) -> CrmWorld:
        return espo("Lead")


class TestContacts(FindingConformance, WritingConformance):
    @pytest.fixture
    def world(self, espo) -> CrmWorld:
        return espo("Contact")


class TestVersionsBeforeNine(ReadingConformance):
    """Statuses have notes of their own, and the description of one entity type comes with all others."""

    @pytest.fixture
    def world(self, espo) -> CrmWorld:
        return espo("Lead", version=7)
