"""What all tests share: properties that repeat, and settings of the person who runs them kept out.

Sockets reach loopback alone and warnings are errors: both stand in pyproject.toml.
"""

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)  # the same examples on every machine
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def no_configuration_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test never finds the configuration or the proxy of the person who runs it."""
    for name in ("LEADLOOP_CONFIG", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
