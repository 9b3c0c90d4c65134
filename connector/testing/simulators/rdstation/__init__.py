"""A simulated RD Station Marketing account: the counterpart of its adapter in tests, the marketing side of the demo."""

from connector.testing.simulators.rdstation.account import Account, SimContact
from connector.testing.simulators.rdstation.server import RdStationSimulator

__all__ = ["Account", "RdStationSimulator", "SimContact"]
