"""Odoo passes the suite of all CRM adapters in both of its languages, with and without the rights of Settings."""

from __future__ import annotations

import pytest

from connector.testing.conformance.crm import CrmConformance, CrmWorld
from connector.testing.conformance.crm.finding import FindingConformance
from connector.testing.conformance.crm.network import NetworkConformance
from connector.testing.conformance.crm.reading import ReadingConformance
from connector.testing.conformance.crm.unknown import UnknownOutcomeConformance
from connector.testing.conformance.crm.writing import WritingConformance


class TestJson2(CrmConformance):
    @pytest.fixture
    def world(self, odoo) -> CrmWorld:
        return odoo()


class TestJsonRpc(FindingConformance, WritingConformance, UnknownOutcomeConformance, NetworkConformance):
    """A server before 19.0, whose records are opportunities from the start."""

    @pytest.fixture
    def world(self, odoo) -> CrmWorld:
        return odoo(version=17, uses_leads=False, values={"protocol": "jsonrpc"})


class TestWithoutRightsOfSettings(ReadingConformance):
    """Tracked values are refused: what changed is told by the poll that sees it."""

    @pytest.fixture
    def world(self, odoo) -> CrmWorld:
        return odoo(version=17, is_admin=False)

    def test_history_is_oldest_first_and_names_its_authors(self, world: CrmWorld) -> None:
        pytest.skip("without the rights of Settings nobody reads tracked values")
