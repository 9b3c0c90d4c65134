"""Pipedrive passes the suite of all CRM adapters with each object that it may create, in companies small and large."""

from __future__ import annotations

import pytest

from connector.testing.conformance.crm import CrmConformance, CrmWorld
from connector.testing.conformance.crm.finding import FindingConformance
from connector.testing.conformance.crm.reading import ReadingConformance
from connector.testing.conformance.crm.unknown import UnknownOutcomeConformance
from connector.testing.conformance.crm.writing import WritingConformance


class TestLeads(CrmConformance):
    @pytest.fixture
    def world(self, pipedrive) -> CrmWorld:
        return pipedrive("lead")

    def test_history_is_oldest_first_and_names_its_authors(self, world: CrmWorld) -> None:
        pytest.skip("only deals keep a history")


class TestPersonsOfAnApp(CrmConformance):
    """Signed in as an app, whose tokens die and rotate."""

    @pytest.fixture
    def world(self, pipedrive) -> CrmWorld:
        return pipedrive("person", oauth=True)

    def test_history_is_oldest_first_and_names_its_authors(self, world: CrmWorld) -> None:
        pytest.skip("only deals keep a history")


class TestDeals(FindingConformance, ReadingConformance, WritingConformance):
    @pytest.fixture
    def world(self, pipedrive) -> CrmWorld:
        return pipedrive("deal")


class TestLeadsOfALargeCompany(FindingConformance, UnknownOutcomeConformance):
    """Too many persons to walk: they are searched for, and the search does not know the latest."""

    @pytest.fixture
    def world(self, pipedrive) -> CrmWorld:
        return pipedrive("lead", walks=False)


class TestPersonsOfALargeCompany(FindingConformance):
    @pytest.fixture
    def world(self, pipedrive) -> CrmWorld:
        return pipedrive("person", walks=False)
