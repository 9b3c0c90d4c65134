"""Tryton to test against: a real server where there is one, else what it answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connector.adapter import Options
from connector.testing.conformance.clock import Clock
from tests.adapters.tryton.front import TrytonFront
from tests.adapters.tryton.office import OPPORTUNITY, Office
from tests.adapters.tryton.running import TrytonServer
from tests.adapters.tryton.world import FIELDS, PARTY, TrytonWorld


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrytonServer]:
    """One server for all tests of a process."""
    if not TrytonServer.is_ready():
        pytest.skip("there is no Tryton server here: run `make .tryton/ready` first, or `make test-long`")
    with TrytonServer(tmp_path_factory.mktemp("tryton")) as server:
        yield server


@pytest.fixture
def server(running: TrytonServer) -> TrytonServer:
    """The server with its database as it was prepared."""
    running.reset()
    return running


@pytest.fixture
def tryton(server: TrytonServer) -> Iterator[Callable[..., TrytonWorld]]:
    """Opens a world; keywords go to the connection's options."""
    opened: list[TrytonWorld] = []

    def open_world(**options: Any) -> TrytonWorld:
        clock = Clock()
        front = TrytonFront(server, clock=clock.now, monotonic=clock.monotonic)
        front.__enter__()
        given = {"fields": FIELDS, "key": "reference", "object": OPPORTUNITY, "also": (PARTY,), **options}
        world = TrytonWorld(front, clock, Office(server, clock.now), Options("tr", **given))
        opened.append(world)
        return world

    yield open_world
    for world in opened:
        world.close()
