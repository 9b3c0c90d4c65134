"""The daemon: when to run what. It holds the state, keeps time, carries out requests, reloads, drains."""

from connector.daemon.serving import serve

__all__ = ["serve"]
