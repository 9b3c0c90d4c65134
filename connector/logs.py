"""Logs: one JSON object a line on stderr, without personal data; a healthy hour is quiet.

Events are past tense and lower case, with fields. What a library says through `logging` comes out in the same shape,
warnings and errors only. A warning that repeats is told once per interval with its count, until it is `recovered`.
"""

from __future__ import annotations

import logging
import re
import threading
import time
import traceback
from collections.abc import Callable, MutableMapping
from pathlib import Path
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


def configure(stream: TextIO, *, debug: bool = False, monotonic: Callable[[], float] = time.monotonic) -> None:
    """Send all logs of this process to `stream`. `debug` adds what a healthy hour does not say."""
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
    logging.basicConfig(handlers=[Libraries()], level=logging.WARNING, force=True)


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

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
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


class Libraries(logging.Handler):
    """What libraries say, as lines of ours. Of an exception its kind and place: its text and values may be personal."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        error = record.exc_info[1] if record.exc_info else None
        more = {} if error is None else {"error": type(error).__name__, "place": place_of(error)}
        log = structlog.get_logger("leadloop")
        log.log(record.levelno, "library warned", library=record.name, text=record.getMessage(), **more)


def place_of(error: BaseException, frames: int = 6) -> str:
    """Where an error happened, innermost last; never the values, which may be personal data."""
    found = traceback.extract_tb(error.__traceback__)[-frames:]
    return " > ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in found)
