"""A simulated instance of Marketo: the counterpart of its adapter in tests."""

from connector.testing.simulators.marketo.instance import Instance, SimLead
from connector.testing.simulators.marketo.server import MarketoSimulator

__all__ = ["Instance", "MarketoSimulator", "SimLead"]
