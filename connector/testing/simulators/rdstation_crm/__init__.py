"""A simulated RD Station CRM over real HTTP, both versions: `with RdStationCrmSimulator() as account: …`."""

from connector.testing.simulators.rdstation_crm.server import RdStationCrmSimulator
from connector.testing.simulators.rdstation_crm.store import OWNER, SELLER

__all__ = ["OWNER", "SELLER", "RdStationCrmSimulator"]
