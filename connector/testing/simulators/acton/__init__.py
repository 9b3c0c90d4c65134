"""A simulated account of Act-On: the counterpart of its adapter in tests."""

from connector.testing.simulators.acton.account import Account, SimContact, SimMessage
from connector.testing.simulators.acton.server import ActOnSimulator

__all__ = ["Account", "ActOnSimulator", "SimContact", "SimMessage"]
