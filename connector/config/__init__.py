"""`leadloop.yaml`: what it may hold, how it is read, and its mistakes told by line, value and remedy."""

from connector.config.load import CheckFiles, Report, load, validate
from connector.config.models import (
    Config,
    Connection,
    Consent,
    CrmConnection,
    Guard,
    Identity,
    Limits,
    MarketingConnection,
    PointedFile,
    Schedule,
    Server,
)
from connector.config.schema import json_schema

__all__ = [
    "CheckFiles", "Config", "Connection", "Consent", "CrmConnection", "Guard", "Identity", "Limits",
    "MarketingConnection", "PointedFile", "Report", "Schedule", "Server", "json_schema", "load", "validate",
]  # fmt: skip
