"""What verbs work on: the configuration, the state, and the accounts with their adapters."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from connector.adapter.registry import spec_of
from connector.cli.caller import Caller
from connector.config import Config, load
from connector.config.reading import read_config
from connector.documents import refused
from connector.errors import ConfigError
from connector.identity import EmailRules
from connector.logs import configure
from connector.loop.connect import Connector, read_files
from connector.loop.context import Loop, World
from connector.state.store import Store, told


def path_of(caller: Caller) -> Path:
    """The configuration's file. Raises ConfigError when there is none, which is no mistake inside of it."""
    if not has_config(caller):
        raise ConfigError(
            f"there is no configuration at {caller.config_path}",
            code="no_config",
            hint="name it with --config, or make one with 'leadloop init'",
        )
    return caller.config_path


def has_config(caller: Caller) -> bool:
    """Is there a configuration? Raises ConfigError where this user may not look."""
    try:
        return caller.config_path.exists()
    except OSError as error:
        raise ConfigError(
            f"the configuration {caller.config_path} cannot be read: {error.strerror}",
            code="no_config",
            hint="let the user of leadloop read it and the folders on the way to it",
        ) from error


def config_of(caller: Caller) -> Config:
    """The configuration, complete. Raises ConfigError with everything that is wrong in it."""
    return load(path_of(caller), caller.environ, spec_of)


def config_to_look(caller: Caller) -> Config:
    """The configuration for verbs that ask no platform: an unset variable stops them only where the state's path is."""
    reading = read_config(path_of(caller), caller.environ, spec_of)
    absent = reading.resolver.absent
    if reading.config is None or reading.problems or ("state",) in absent:
        raise refused([*absent.values(), *reading.problems])
    return reading.config


def world_of(caller: Caller) -> World:
    """The world as the caller has it."""
    return World(now=caller.now, sleep=caller.sleep)


def log_to_stderr(caller: Caller) -> None:
    """Stdout carries data alone."""
    configure(sys.stderr, debug=caller.debug)


@contextmanager
def looking(caller: Caller) -> Iterator[tuple[Config, Store]]:
    """The state as it is, without the right to change it; works beside a running daemon."""
    config = config_to_look(caller)
    store = Store.open_to_read(config.state, now=caller.now)
    try:
        with told(config.state):
            yield config, store
    finally:
        store.close()


@contextmanager
def accounts(caller: Caller) -> Iterator[Loop]:
    """Every connection with its adapter, ready to be asked."""
    config = config_of(caller)
    store = Store.open(config.state, now=caller.now)
    connector = Connector(config, read_files(config), world_of(caller), store)
    log_to_stderr(caller)
    try:
        yield connector.loop(store)
    finally:
        connector.close()
        store.close()


def must_have(config: Config, name: str | None) -> None:
    """Raise ConfigError when a connection of that name is wanted and there is none."""
    known = [*config.marketing, *config.crm]
    if name is not None and name not in known:
        raise ConfigError(
            f"no connection is called '{name}'", code="unknown_connection", hint=f"configured: {', '.join(known)}"
        )


def email_rules(config: Config) -> EmailRules:
    """How addresses are compared."""
    rules = config.identity
    return EmailRules(rules.plus_addresses, frozenset(name.lower() for name in rules.shared_mailboxes))


def moment_in(config: Config, text: str | None) -> datetime | None:
    """A date or a time that a person typed, in the configuration's time zone unless it names its own."""
    if text is None:
        return None
    try:
        at = datetime.combine(date.fromisoformat(text), time()) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"'{text}' is no time; write 2026-11-20 or 2026-11-20T14:00") from None
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(config.time_zone))).astimezone(UTC)
