"""RD Station CRM passes the suite of all CRM adapters through either version of its API."""

from __future__ import annotations

import pytest

from connector.testing.conformance.crm import CrmConformance, CrmWorld


class TestVersion1(CrmConformance):
    """A user's token."""

    @pytest.fixture
    def world(self, crm) -> CrmWorld:
        return crm(1)


class TestVersion2(CrmConformance):
    """An app, whose tokens die and rotate."""

    @pytest.fixture
    def world(self, crm) -> CrmWorld:
        return crm(2)
