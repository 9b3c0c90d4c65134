"""What a call asks for: at most fifty fields, and those of ours are the first to be left out."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from adapters.zoho import views
from adapters.zoho.api import MAX_FIELDS
from connector.errors import ConfigError


def account(names: list[str]) -> Any:
    schema = SimpleNamespace(columns=lambda _: dict.fromkeys(["id", *names]))
    return SimpleNamespace(schema=schema, options=SimpleNamespace(connection="zoho"))


def test_ours_are_left_out_where_they_are_too_many_for_one_call() -> None:
    needed = [f"Field_{number}" for number in range(MAX_FIELDS - 3)]
    few = views.asked(account([*needed, "A", "B"]), "Deals", [*needed, "A", "B"], spare=["A", "B"])
    assert few == ["id", *needed, "A", "B"]
    many = views.asked(account([*needed, "A", "B", "C"]), "Deals", [*needed, "A", "B", "C"], spare=["A", "B", "C"])
    assert many == ["id", *needed]


def test_what_decisions_need_is_never_left_out() -> None:
    needed = [f"Field_{number}" for number in range(MAX_FIELDS)]
    with pytest.raises(ConfigError, match="too many"):
        views.asked(account([*needed, "A"]), "Deals", [*needed, "A"], spare=["A"])
