"""The configured connections as `status` and `doctor` name them, with the account whose limits they share."""

from __future__ import annotations

from collections.abc import Iterator

from connector.adapter import Spec
from connector.adapter.registry import Side, spec_of
from connector.config import Config, Connection
from connector.http.limiter import limits_with
from connector.http.opening import Settings, account_of
from connector.insight import Connected


def specs(config: Config) -> Iterator[tuple[str, Side, Connection, Spec]]:
    """Every connection with what its adapter declares."""
    for name, marketing in config.marketing.items():
        yield name, "marketing", marketing, spec_of("marketing", marketing.adapter)
    for name, crm in config.crm.items():
        yield name, "crm", crm, spec_of("crm", crm.adapter)


def connected(config: Config) -> list[Connected]:
    """The connections in the order of the file."""
    return [_one(name, side, connection, spec) for name, side, connection, spec in specs(config)]


def _one(name: str, side: str, connection: Connection, spec: Spec) -> Connected:
    if not spec.network:
        return Connected(name, side, spec.name)
    settings = Settings(
        connection=name,
        credentials={key: secret.get_secret_value() for key, secret in connection.credentials.given().items()},
        base_url=connection.base_url or "",
        options=connection.options(),
    )
    limits = limits_with(spec.limits, connection.limits.given())
    return Connected(name, side, spec.name, account_of(spec, settings), limits)
