"""What a line of the log is: one JSON object, without personal data.

A warning that repeats is told once per interval with its count, until it is `recovered`.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, MutableMapping
from typing import Any, TextIO

import structlog

from connector.http.redact import redact

REPEATED_S = 900.0
"""The same warning of the same stream is written at most this often."""
TEXT_CAP = 500
"""Characters kept of any text in a line."""
NAMES_REPEAT = ("event", "step", "connection", "stream", "code", "error", "problem", "library")
"""Two lines that agree in these say the same again."""
_EVENT = MutableMapping[str, Any]
_NUMBER = re.compile(r"(?<![\w:-])(?!\d{4}-\d\d-\d\d)[+(]{0,2}\d(?:[ ()-]{0,2}\d){7,}(?![\w-])")
_LEVELS = {"warning", "error", "critical"}


def set_up(stream: TextIO, *, debug: bool, monotonic: Callable[[], float]) -> None:
    """Make structlog write such lines."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            Repeats(monotonic),
            masked,
            in_order,
            structlog.processors.JSONRenderer(ensure_ascii=True, default=str),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if debug else logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )


def masked(_: Any, __: str, event: _EVENT) -> _EVENT:
    """Mask e-mail addresses, secrets with a name, and long numbers (phones) in every text; ids stay."""
    return {name: value if _is_id(name) else _mask(value) for name, value in event.items()}


def in_order(_: Any, __: str, event: _EVENT) -> _EVENT:
    """When, how bad and what come first: people read these lines too."""
    first = ("at", "level", "event")
    return {name: event.pop(name) for name in first if name in event} | dict(event)


def _is_id(name: str) -> bool:
    return name in ("at", "run", "level", "listen") or name == "id" or name.endswith(("_id", "_ids"))


def _mask(value: Any) -> Any:
    if isinstance(value, str):
        return _NUMBER.sub("[number]", redact(value, cap=TEXT_CAP))
    if isinstance(value, dict):
        return {str(name): _mask(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_mask(one) for one in value]
    return value


class Repeats:
    """Drops a warning that was written less than `REPEATED_S` ago; the next one that is written has the count."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._seen: dict[tuple[Any, ...], tuple[float, int]] = {}

    def __call__(self, _: Any, __: str, event: _EVENT) -> _EVENT:
        """Is this news? Raises structlog.DropEvent when it is not."""
        if event.get("event") == "recovered":
            self._forget(event)
        if event.get("level") not in _LEVELS:
            return event
        key = tuple(event.get(name) for name in NAMES_REPEAT)
        now = self._monotonic()
        with self._lock:
            written_at, dropped = self._seen.get(key, (now - REPEATED_S, 0))
            if now - written_at < REPEATED_S:
                self._seen[key] = (written_at, dropped + 1)
                raise structlog.DropEvent
            self._seen[key] = (now, 0)
        return {**event, "times": dropped + 1} if dropped else event

    def _forget(self, event: _EVENT) -> None:
        place = (event.get("connection"), event.get("stream"))
        with self._lock:
            for key in [key for key in self._seen if key[2:4] == place]:
                del self._seen[key]
