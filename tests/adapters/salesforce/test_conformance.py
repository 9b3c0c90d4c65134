"""Salesforce passes the suite of all CRM adapters; tasks stay single with a key of their own and without."""

from __future__ import annotations

import pytest

from connector.testing.conformance.crm import CrmConformance, CrmWorld
from connector.testing.conformance.crm.unknown import UnknownOutcomeConformance
from connector.testing.simulators.salesforce import FieldDef


class TestSalesforce(CrmConformance):
    @pytest.fixture
    def world(self, salesforce) -> CrmWorld:
        return salesforce()


class TestSalesforceWithATaskKey(UnknownOutcomeConformance):
    @pytest.fixture
    def world(self, salesforce) -> CrmWorld:
        world = salesforce(values={"task_key": "Leadloop_Key__c"})
        key = FieldDef("Leadloop_Key__c", length=120, unique=True, external_id=True)
        world.simulator.add_field("Task", key)
        return world
