"""What real services answered once: exchanges that lie beside the repository; tests of them are skipped without."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import pytest

from tests.adapters.told import Told

CONTRACTS = Path(__file__).parents[3] / "shared" / "contracts"

Exchange = Mapping[str, Any]
"""One request and its answer: `method`, `path`, `body`; `status`, `headers`, `response`."""


def exchanges_with(platform: str) -> Sequence[Exchange]:
    """All that was recorded of a platform."""
    path = CONTRACTS / platform / "recorded.jsonl"
    if not path.exists():
        pytest.skip("the recorded answers of the real service are not beside the repository")
    return [json.loads(line) for line in path.read_text().splitlines()]


def some(exchanges: Sequence[Exchange], method: str, path: str, status: int | None = None) -> Sequence[Exchange]:
    """Those of a method in whose path the expression `path` is found: at least one."""
    asked = [one for one in exchanges if one["method"] == method and re.search(path, one["path"])]
    found = [one for one in asked if status in (None, one["status"])]
    assert found
    return found


class Recorded(Told):
    """A recorded answer, and a client that gives it to whatever is asked."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(exchange["response"], exchange["headers"], exchange["status"])

    def request(self, *_: object, **__: object) -> Self:
        return self
