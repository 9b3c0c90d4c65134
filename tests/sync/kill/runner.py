"""A process that runs the loop and dies by kill -9 at the N-th moment where dying matters.

Started once as `python -m tests.sync.kill.runner`: it imports everything, then forks a child for each line on its
standard input, so that a run costs no interpreter's start. The moments: before and after each request, before each
transaction, before and after each COMMIT. Nothing of leadloop knows of this; the hooks are put in here alone.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from connector.adapter.registry import spec_of
from connector.config import Config, load
from connector.http.wire import Wire
from connector.loop.connect import Connector
from connector.loop.context import World
from connector.loop.run import run_once
from connector.loop.tally import exit_code
from connector.state.store import Store
from connector.testing.conformance.clock import Clock
from tests.sync.world import files_of


class Moments:
    """Counts the moments; at the chosen one the process is no more. `told` hears where."""

    def __init__(self, kill_at: int | None, told: Callable[[str], None]) -> None:
        self.passed = 0
        self._kill_at = kill_at
        self._told = told
        self._lock = threading.Lock()

    def __call__(self, where: str) -> None:
        with self._lock:
            self.passed += 1
            if self.passed == self._kill_at:
                self._told(where)
                os.kill(os.getpid(), signal.SIGKILL)

    def put_in(self) -> None:
        """Hook into the one way to the network and the one way to the store."""
        send, write = Wire.send, Store.write

        def watched_send(wire: Wire, method: str, url: str, **more: Any) -> Any:
            self(f"before {method} {url}")
            reply = send(wire, method, url, **more)
            self(f"after {method} {url}")
            return reply

        @contextmanager
        def watched_write(store: Store, **more: Any) -> Iterator[Any]:
            self("before BEGIN")
            with write(store, **more) as tx:
                yield tx
                self("before COMMIT")
            self("after COMMIT")

        Wire.send = watched_send  # type: ignore[assignment,method-assign]
        Store.write = watched_write  # type: ignore[assignment,method-assign]


def one_run(order: dict[str, Any], told: Callable[[str], None]) -> dict[str, Any]:
    """One pass of all steps, as `leadloop run --once` makes it."""
    moments = Moments(order["kill_at"], told)
    moments.put_in()
    clock = Clock(datetime.fromisoformat(order["now"]))
    chance = random.Random(order["seed"])  # noqa: S311 - ids that repeat
    config = configured(order)
    store = Store.open(config.state, now=clock.now)
    world = World(clock.now, clock.monotonic, clock.sleep, chance.randbytes)
    connector = Connector(config, files_of(config), world, store, limit_factor=order["factor"])
    with store.hold():
        code = exit_code(run_once(connector.loop(store)))
    connector.close()
    store.close()
    return {"moments": moments.passed, "exit_code": code}


def configured(order: dict[str, Any]) -> Config:
    return load(Path(order["config"]), {}, spec_of)


def in_a_child(order: dict[str, Any]) -> dict[str, Any]:
    """Fork, run, and say how it ended: what the run returned, or where it was killed."""
    files_of(configured(order))  # compiled in the parent, once for all children
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        answer: dict[str, Any] = {"failed": "unexpected end"}
        try:
            answer = one_run(order, lambda where: _say(writing, {"killed": where}))
        except BaseException as error:  # noqa: BLE001 - told to the test, which fails by it
            answer = {"failed": repr(error)}
        finally:
            _say(writing, answer)
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    return dict(json.loads(told))


def _say(pipe: int, answer: dict[str, Any]) -> None:
    os.write(pipe, json.dumps(answer).encode())


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(in_a_child(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
