"""Adapters are found by their entry points, and one that is broken is named."""

from importlib.metadata import EntryPoint

import pytest

from connector.adapter import registry
from connector.errors import ConfigError


def test_an_adapter_that_cannot_be_loaded_is_named_with_what_to_do(monkeypatch):
    broken = EntryPoint("acme", "leadloop_acme_is_not_here:Acme", "leadloop.crm")
    monkeypatch.setattr(registry, "installed", lambda side: {"acme": broken})
    with pytest.raises(ConfigError, match="the crm adapter 'acme' cannot be loaded") as caught:
        registry.spec_of("crm", "acme")
    assert (caught.value.code, "leadloop_acme_is_not_here" in str(caught.value.hint)) == ("broken_adapter", True)


def test_an_adapter_that_is_not_installed_is_answered_with_those_that_are():
    with pytest.raises(ConfigError) as caught:
        registry.spec_of("marketing", "acme")
    assert "csv" in str(caught.value.hint)
