"""Fixtures: a clock that is stepped, clients over memory stores, and a server that speaks raw bytes on loopback."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.adapter import Adapter
from connector.adapter.declared import Spec, StaticAuth
from connector.http import HttpClient, Network, Settings, World
from connector.testing.stores import MemoryBudgetStore, MemoryTokenStore

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
Script = Callable[[socket.socket, bytes], None]


@dataclass
class Clock:
    """Time that passes only when somebody sleeps or steps."""

    passed_s: float = 0.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return START + timedelta(seconds=self.passed_s)

    def monotonic(self) -> float:
        return self.passed_s

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passed_s += seconds

    @property
    def world(self) -> World:
        return World(now=self.now, monotonic=self.monotonic, sleep=self.sleep, chance=lambda: 0.5)


class RawServer:
    """Accepts connections on loopback and hands each request to `script`; counts connections and requests."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.connections = 0
        self.requests: list[bytes] = []
        self.closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            while request := _read_request(connection):
                self.requests.append(request)
                self.script(connection, request)

    def close(self) -> None:
        self.closing.set()
        self._listener.close()


def _read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        got = connection.recv(65_536)
        if not got:
            return b""
        data += got
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while lengths and len(body) < int(lengths[0]):
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def new_clock() -> type[Clock]:
    """Makes clocks: properties need a fresh one for each example."""
    return Clock


@pytest.fixture
def raw_server() -> Iterator[Callable[[Script], RawServer]]:
    servers: list[RawServer] = []

    def start(script: Script) -> RawServer:
        servers.append(RawServer(script))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def open_client(clock: Clock) -> Iterator[Callable[..., HttpClient]]:
    """`open_client(base_url, limits=…, errors=…, credentials=…, world=…)`; unnamed arguments go to the Spec."""
    opened: list[HttpClient] = []

    def make(
        base_url: str = "https://api.acme.example/v2",
        *,
        credentials: dict[str, str] | None = None,
        reader: Any = Adapter,
        world: World | None = None,
        tokens: Any = None,
        budgets: Any = None,
        settings: dict[str, Any] | None = None,
        **spec: Any,
    ) -> HttpClient:
        spec.setdefault("auth", (StaticAuth(),))
        network = Network(
            tokens=tokens or MemoryTokenStore(clock.now),
            budgets=budgets or MemoryBudgetStore(),
            world=world or clock.world,
        )
        chosen = Settings(
            connection="acme",
            credentials=credentials or {"token": "CANARY-token-123"},
            base_url=base_url,
            **(settings or {}),
        )
        opened.append(network.client(Spec(name="acme", title="Acme", **spec), chosen, reader))
        return opened[-1]

    yield make
    for client in opened:
        client.close()
