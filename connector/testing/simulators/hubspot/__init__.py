"""A simulated HubSpot account over real HTTP, for both sides: `with HubSpotSimulator() as hub: … hub.base_url`."""

from connector.testing.simulators.hubspot.server import HubSpotSimulator

__all__ = ["HubSpotSimulator"]
