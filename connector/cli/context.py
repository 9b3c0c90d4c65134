"""What verbs work on: the configuration, the state, the world, and where the logs go."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from connector.adapter.registry import spec_of
from connector.cli.caller import Caller
from connector.config import Config, load
from connector.errors import ConfigError
from connector.loop.context import World


def config_of(caller: Caller) -> Config:
    """The configuration, complete. Raises ConfigError with everything that is wrong in it."""
    return load(caller.config_path, caller.environ, spec_of)


def world_of(caller: Caller) -> World:
    """The world as the caller has it."""
    return World(now=caller.now, sleep=caller.sleep)


@contextmanager
def logging() -> Iterator[None]:
    """Logs go to stderr: stdout carries data alone."""
    structlog.configure(
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        processors=[structlog.processors.add_log_level, structlog.processors.JSONRenderer()],
    )
    yield


def must_have(config: Config, name: str | None) -> None:
    """Raise ConfigError when a connection of that name is wanted and there is none."""
    known = [*config.marketing, *config.crm]
    if name is not None and name not in known:
        raise ConfigError(
            f"no connection is called '{name}'", code="unknown_connection", hint=f"configured: {', '.join(known)}"
        )
