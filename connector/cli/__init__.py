"""The command `leadloop`: parse, call, print."""

from connector.cli.main import main

__all__ = ["main"]
