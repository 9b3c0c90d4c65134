"""`leadloop run`: from the lock to the last line of the log."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from connector import logs
from connector.adapter.registry import spec_of
from connector.config import Config, load
from connector.config.kinds import is_loopback
from connector.daemon.current import Current
from connector.daemon.daemon import Daemon
from connector.daemon.process import harden, leave, save_memory, settle, sleep_until
from connector.daemon.signals import ENDING, Inbox
from connector.errors import LeadloopError, StateError
from connector.loop.connect import read_files
from connector.loop.context import World
from connector.server import HealthServer
from connector.state.store import Store

DRAIN_S = 8.0
"""How long runs under way may take to end: containers are killed ten seconds after SIGTERM."""
TICK_S = 1.0
KILLED = 128 + signal.SIGTERM
"""The exit code of a process that did not wait, as a shell tells it."""

log = logs.Log()


def serve(config_path: Path, environ: Mapping[str, str], *, debug: bool = False) -> int:
    """Run until told to end; the exit code. `debug`: the log tells of quiet runs, too.

    0 after SIGTERM or SIGINT, 5 when the state cannot be trusted any more, 6 when another process took it over.
    Raises ConfigError (2), StateError (5) or LockedError (6) when it cannot even begin.
    """
    harden()
    save_memory()
    logs.configure(sys.stderr, debug=debug)
    stop = threading.Event()
    world = World(sleep=sleep_until(stop), stop=stop)
    inbox = Inbox()
    with ExitStack() as stack:
        config = load(config_path, environ, spec_of)
        files = read_files(config)
        store = Store.open(config.state, now=world.now)
        stack.callback(store.close)
        stack.enter_context(store.hold())
        check_sound(config.state)
        server = listen(config)
        stack.callback(server.stop)
        stack.enter_context(inbox.signals())
        current = Current(config, files, world, store)
        daemon = Daemon(current, world, store, inbox.put, lambda: current.reload(config_path, environ))
        daemon.start(server)
        settle()
        code = attend(daemon, inbox)
        drain(daemon, inbox, code)
        current.close()
    return code


def check_sound(path: Path) -> None:
    """Raise StateError when SQLite's own check finds the state broken: nothing may be sent from such a state.

    The check reads every page, so it gets connections of its own: what they cached is freed with them.
    """
    store = Store.open_to_read(path)
    try:
        problems = store.problems()
    finally:
        store.close()
    if problems:
        raise StateError(
            f"the state is damaged: {problems[0]}", code="damaged", hint="restore a backup: leadloop state restore FILE"
        )


def listen(config: Config) -> HealthServer:
    """The server on its address. One that others can reach is worth a warning: it asks for no password."""
    host, port = config.server.host_and_port
    server = HealthServer(host, port)
    if not is_loopback(host):
        log.warning("health served to other machines", listen=server.address, hint="let only your probes reach it")
    return server


def attend(daemon: Daemon, inbox: Inbox) -> int:
    """Tick until told to end; the exit code."""
    while True:
        message = inbox.next(TICK_S)
        if isinstance(message, LeadloopError):
            log.error("stopping", code=message.code, text=message.message, hint=message.hint)
            return message.exit_code
        if message in ENDING:
            log.info("stopping", signal=signal.Signals(message).name)
            return 0
        if message == signal.SIGHUP:
            daemon.reload_soon()
        daemon.tick()


def drain(daemon: Daemon, inbox: Inbox, code: int) -> None:
    """Let what is under way end, for a while. Leaves the process when it does not, or when told a second time."""
    daemon.stop()
    ends_at = time.monotonic() + DRAIN_S
    while not daemon.is_idle(0.05):
        if inbox.next(0.05) in ENDING:
            log.warning("stopped at once")
            leave(KILLED)
        if time.monotonic() > ends_at:
            log.warning("stopped with runs under way", hint="what they sent is read back at the next start")
            leave(code)
    log.info("stopped")
