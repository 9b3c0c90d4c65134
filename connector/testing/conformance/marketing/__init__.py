"""The suite that every marketing adapter passes, against a simulator of its platform.

An author writes a world and this, and receives some thirty tests:

    class TestAcme(MarketingConformance):
        @pytest.fixture
        def world(self) -> Iterator[MarketingWorld]:
            with AcmeSimulator(...) as simulator:
                yield AcmeWorld(simulator)
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connector.testing.conformance.marketing.network import NetworkConformance
from connector.testing.conformance.marketing.reading import ReadingConformance
from connector.testing.conformance.marketing.removing import RemovalConformance
from connector.testing.conformance.marketing.resuming import ResumingConformance
from connector.testing.conformance.marketing.world import DocumentedError, MarketingWorld
from connector.testing.conformance.marketing.writing import WritingConformance

__all__ = ["DocumentedError", "MarketingConformance", "MarketingWorld"]


class MarketingConformance(
    ReadingConformance, ResumingConformance, RemovalConformance, WritingConformance, NetworkConformance
):
    """Subclass it and give `world`. A test of something that the platform does not have is skipped, and says so."""

    @pytest.fixture
    def world(self) -> Iterator[MarketingWorld]:
        """A fresh account for each test."""
        raise NotImplementedError("the subclass gives the world of its platform")
