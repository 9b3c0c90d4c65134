"""The suite that every CRM adapter passes, against a simulator of its platform.

An author writes a world and this, and receives some forty tests:

    class TestAcme(CrmConformance):
        @pytest.fixture
        def world(self) -> Iterator[CrmWorld]:
            with AcmeSimulator(...) as simulator:
                yield AcmeWorld(simulator)
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connector.testing.conformance.crm.finding import FindingConformance
from connector.testing.conformance.crm.network import NetworkConformance
from connector.testing.conformance.crm.reading import ReadingConformance
from connector.testing.conformance.crm.removing import RemovalConformance
from connector.testing.conformance.crm.unknown import UnknownOutcomeConformance
from connector.testing.conformance.crm.world import CrmError, CrmWorld
from connector.testing.conformance.crm.writing import WritingConformance

__all__ = ["CrmConformance", "CrmError", "CrmWorld"]


class CrmConformance(
    FindingConformance,
    WritingConformance,
    UnknownOutcomeConformance,
    ReadingConformance,
    RemovalConformance,
    NetworkConformance,
):
    """Subclass it and give `world`. A test of something that the platform does not have is skipped, and says so."""

    @pytest.fixture
    def world(self) -> Iterator[CrmWorld]:
        """A fresh account for each test."""
        raise NotImplementedError("the subclass gives the world of its platform")
