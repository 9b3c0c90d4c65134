"""What real services answered once: exchanges that lie beside the repository, and are skipped where they do not."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import pytest
from requests.structures import CaseInsensitiveDict

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
    """Those of a method whose path holds `path`: at least one."""
    asked = [one for one in exchanges if one["method"] == method and path in one["path"]]
    found = [one for one in asked if status in (None, one["status"])]
    assert found
    return found


class Recorded:
    """A client that answers one recorded exchange to whatever is asked, and that answer."""

    def __init__(self, exchange: Exchange) -> None:
        self.headers: Mapping[str, str] = CaseInsensitiveDict(exchange["headers"])
        self.body = exchange["response"]
        self.status = exchange["status"]

    def request(self, *_: object, **__: object) -> Self:
        return self

    def json(self) -> Any:
        return self.body
