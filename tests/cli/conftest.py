import logging

import pytest
import structlog

from connector.testing.simulators.rdstation import RdStationSimulator
from tests.cli.company import Company


@pytest.fixture
def company(tmp_path):
    return Company(tmp_path / "acme")


@pytest.fixture
def ran(company):
    """The company after its first run."""
    company.run()
    return company


@pytest.fixture
def rd():
    with RdStationSimulator() as simulator:
        yield simulator


@pytest.fixture(autouse=True)
def logs_end_with_the_call():
    """A call in this process points the logs at a stream that is gone after it."""
    yield
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()
