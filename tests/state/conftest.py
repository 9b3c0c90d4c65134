"""A state database of a test's own, with a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.state.store import Store

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "leadloop.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = Store.open(path, now=lambda: NOW)
    yield store
    store.close()
