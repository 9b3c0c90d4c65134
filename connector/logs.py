"""Logs: lines on stderr that people and machines read; a healthy hour is quiet.

Events are past tense and lower case, with fields. What a library says through `logging` comes out in the same shape,
warnings and errors only. structlog is loaded with the first line: most runs write none, and it takes 0.05 s of CPU.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

_waiting: list[Callable[[], None]] = []
"""How the next line is to be written, until it is."""
_setting_up = threading.Lock()


def configure(stream: TextIO, *, debug: bool = False, monotonic: Callable[[], float] = time.monotonic) -> None:
    """Send all logs of this process to `stream`. `debug` adds what a healthy hour does not say."""

    def set_up() -> None:
        from connector import log_lines  # noqa: PLC0415 - see above

        log_lines.set_up(stream, debug=debug, monotonic=monotonic)

    _waiting[:] = [set_up]
    if "structlog" in sys.modules:
        _set_up()
    logging.basicConfig(handlers=[Libraries()], level=logging.WARNING, force=True)


class Log:
    """The log of this program, each line with these fields."""

    def __init__(self, **fields: Any) -> None:
        self._fields = fields

    def bind(self, **fields: Any) -> Log:
        """The same with more fields."""
        return Log(**self._fields, **fields)

    def __getattr__(self, level: str) -> Any:
        """`debug`, `info`, `warning`, `error`, `log`: structlog's own."""
        import structlog  # noqa: PLC0415 - see above

        _set_up()
        return getattr(structlog.get_logger("leadloop").bind(**self._fields), level)


def _set_up() -> None:
    with _setting_up:
        if _waiting:
            _waiting.pop()()


class Libraries(logging.Handler):
    """What libraries say, as lines of ours. Of an exception its kind and place: its text and values may be personal."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        error = record.exc_info[1] if record.exc_info else None
        more = {} if error is None else {"error": type(error).__name__, "place": place_of(error)}
        Log().log(record.levelno, "library warned", library=record.name, text=record.getMessage(), **more)


def place_of(error: BaseException, frames: int = 6) -> str:
    """Where an error happened, innermost last; never the values, which may be personal data."""
    found = traceback.extract_tb(error.__traceback__)[-frames:]
    return " > ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in found)
