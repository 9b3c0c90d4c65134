"""`/livez`, `/readyz` and `/metrics`: how the daemon is, for machines that watch it. No personal data."""

from connector.server.app import application
from connector.server.counts import Counts
from connector.server.health import Health, Stream
from connector.server.serving import HealthServer

__all__ = ["Counts", "Health", "HealthServer", "Stream", "application"]
