"""One pass of all steps, for real or dry: what `run --once` does before it prints."""

from __future__ import annotations

import signal
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from connector.cli.caller import Caller
from connector.cli.context import config_of, must_have, world_of
from connector.cli.planned import planned_writes
from connector.config import Config
from connector.loop.connect import Connector, read_files
from connector.loop.context import World
from connector.loop.run import STEPS, run_once
from connector.loop.tally import Tally, exit_code, outcome
from connector.model import Json
from connector.state.store import Store, told
from connector.state.unusable import is_there


def one_pass(caller: Caller, only: Sequence[str], connection: str | None, *, dry_run: bool) -> tuple[Json, int]:
    """Run the steps once; the document to print and the exit code. A signal that cut it short is no success."""
    config = config_of(caller)
    must_have(config, connection)
    files = read_files(config)
    world = world_of(caller)
    with ExitStack() as stack:
        stack.enter_context(_stops_when_told(world.stop))
        store, network_store = _stores(stack, config, world, dry_run=dry_run)
        stack.enter_context(store.hold())
        connector = Connector(config, files, world, network_store)
        stack.callback(connector.close)
        loop = connector.loop(store)
        loop.dry_run = dry_run
        with told(store.path):
            lines = run_once(loop, only=only or STEPS, connection=connection, kind="dry" if dry_run else "once")
        cut_short = world.stop.is_set()
        document = _document(loop.run, lines, cut_short=cut_short)
        if dry_run:
            document["writes"] = planned_writes(store.read(), loop.run)
    return document, exit_code(lines) or int(cut_short)


def _document(run: str, lines: list[Tally], *, cut_short: bool) -> Json:
    document = {"run": run, "outcome": outcome(lines, cut_short=cut_short), "steps": [line.as_json() for line in lines]}
    return document | {"stopped": True} if cut_short else document


def _stores(stack: ExitStack, config: Config, world: World, *, dry_run: bool) -> tuple[Store, Store]:
    """The state to work on, and the one that keeps tokens and budgets.

    A dry run works on a copy. Calls that it makes still count, and a token that a platform renews meanwhile must not
    be lost: these go to the real state, unless there is none and no platform to sign in to.
    """
    if not dry_run:
        store = Store.open(config.state, now=world.now)
        stack.callback(store.close)
        return store, store
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="leadloop-dry-")))
    copy = folder / "leadloop.db"
    if is_there(config.state):
        original = Store.open_to_read(config.state, now=world.now)
        stack.callback(original.close)
        original.backup(copy)
    store = Store.open(copy, now=world.now)
    stack.callback(store.close)
    if not _signs_in(config):
        return store, store
    real = Store.open(config.state, now=world.now)
    stack.callback(real.close)
    return store, real


def _signs_in(config: Config) -> bool:
    connections = [*config.marketing.values(), *config.crm.values()]
    return any(connection.credentials.given() for connection in connections)


@contextmanager
def _stops_when_told(stop: threading.Event) -> Iterator[None]:
    """The first SIGINT or SIGTERM lets the batch under way end; a second one ends the process at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before: dict[int, Any] = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def told(number: int, _: FrameType | None) -> None:
        stop.set()
        signal.signal(number, before[number])

    for number in before:
        signal.signal(number, told)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
