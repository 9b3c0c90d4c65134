"""A simulated account of ActiveCampaign: the counterpart of its adapter in tests."""

from connector.testing.simulators.activecampaign.account import Account, SimContact
from connector.testing.simulators.activecampaign.server import ActiveCampaignSimulator

__all__ = ["Account", "ActiveCampaignSimulator", "SimContact"]
