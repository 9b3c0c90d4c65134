"""Signals as messages: a handler only puts its number into a queue, since hardly anything else is safe in one."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue

from connector.errors import LeadloopError

ENDING = (signal.SIGTERM, signal.SIGINT)

Message = int | LeadloopError
"""A signal's number, or the error after which the process must end."""


class Inbox:
    """What reaches the main thread, one message at a time."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Message] = SimpleQueue()

    def put(self, message: Message) -> None:
        """Leave a message; safe from any thread and any signal handler."""
        self._queue.put(message)

    def next(self, wait_s: float) -> Message | None:
        """The next message, or None when none came in time."""
        try:
            return self._queue.get(timeout=wait_s)
        except Empty:
            return None

    @contextmanager
    def signals(self) -> Iterator[None]:
        """SIGTERM, SIGINT and SIGHUP arrive here while this lasts. Only the main thread may ask for that."""
        numbers = (*ENDING, signal.SIGHUP)
        before = {number: signal.signal(number, lambda told, _: self.put(told)) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
