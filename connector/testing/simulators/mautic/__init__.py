"""A simulated installation of Mautic: the counterpart of its adapter in tests."""

from connector.testing.simulators.mautic.installation import Installation, SimContact
from connector.testing.simulators.mautic.server import MauticSimulator

__all__ = ["Installation", "MauticSimulator", "SimContact"]
