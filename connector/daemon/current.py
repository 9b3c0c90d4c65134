"""The loop in force. Runs borrow it; a reload puts another in its place, and the old one is closed by its last user."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from connector.adapter.registry import spec_of
from connector.config import Config, load
from connector.errors import ConfigError
from connector.loop.connect import Connector, Files, read_files
from connector.loop.context import Loop, World
from connector.state.store import Store


class Opened(Struct):
    """One configuration, opened: its loop, what made it, and how many runs use it now."""

    connector: Connector
    loop: Loop
    users: int = 0
    is_replaced: bool = False


class Current:
    """Which loop the next run uses. Threads share it."""

    def __init__(self, config: Config, files: Files, world: World, store: Store) -> None:
        self._world = world
        self._store = store
        self._lock = threading.Lock()
        self._opened = self._open(config, files, None)

    @property
    def loop(self) -> Loop:
        """The loop in force, for a look; runs borrow it."""
        return self._opened.loop

    @contextmanager
    def borrow(self) -> Iterator[Loop]:
        """The loop in force, kept open until it is given back."""
        with self._lock:
            opened = self._opened
            opened.users += 1
        try:
            yield opened.loop
        finally:
            with self._lock:
                opened.users -= 1
                self._close_if_done(opened)

    def reload(self, path: Path, environ: Mapping[str, str]) -> Loop:
        """Read everything again and put it in force. Raises ConfigError, and changes nothing, when it is wrong."""
        config = load(path, environ, spec_of)
        if config.state != self._opened.loop.config.state:
            raise ConfigError(
                "the state's place changes only at a start", code="restart", hint="stop and start leadloop"
            )
        fresh = self._open(config, read_files(config), self._opened)
        with self._lock:
            old, self._opened = self._opened, fresh
            old.is_replaced = True
            self._close_if_done(old)
        return fresh.loop

    def close(self) -> None:
        """Give back claimed budgets."""
        self._opened.connector.close()

    def _open(self, config: Config, files: Files, before: Opened | None) -> Opened:
        connector = Connector(config, files, self._world, self._store)
        if before is not None and _limits(before.loop.config) == _limits(config):
            # What an account was asked in its present windows must be known to the new loop, too.
            connector.network.limiters.update(before.connector.network.limiters)
        return Opened(connector, connector.loop(self._store))

    def _close_if_done(self, opened: Opened) -> None:
        if not opened.is_replaced or opened.users:
            return
        kept = self._opened.connector.network.limiters
        for account, limiter in list(opened.connector.network.limiters.items()):
            if kept.get(account) is limiter:
                del opened.connector.network.limiters[account]
        opened.connector.close()


def _limits(config: Config) -> dict[str, object]:
    """What the limits of each connection are made from."""
    connections = [*config.marketing.items(), *config.crm.items()]
    return {name: (one.adapter, one.limits, getattr(one, "daily_share", 1.0)) for name, one in connections}
