"""When a request is sent again, and after how long."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from connector.errors import QuotaError, RetryableError, UnknownOutcome
from connector.http.answer import http_date
from connector.http.world import World
from connector.logs import Log

if TYPE_CHECKING:
    from tenacity import RetryCallState, Retrying

M = TypeVar("M")
A = TypeVar("A")

LONGEST_WAIT_S = 86_400.0
"""A remote that asks for more is asked again after a day."""
_FIRST_BACKOFF_S = 1.0
_LONGEST_BACKOFF_S = 30.0
_LASTING = frozenset({"tls", "paused"})
"""Codes of failures that the next second does not cure."""


def seconds_told(value: str | None, now: datetime) -> float | None:
    """What `Retry-After` asks for: seconds or an HTTP date, at most a day.

    None for nothing, zero, the past and garbage: then our own backoff counts.
    Source: RFC 9110, section 10.2.3.
    """
    if value is None:
        return None
    date = http_date(value)
    try:
        told = (date - now).total_seconds() if date is not None else float(value)
    except ValueError:
        return None
    return min(told, LONGEST_WAIT_S) if math.isfinite(told) and told > 0 else None


class Repeating(Struct, frozen=True):
    """Repeats what may be repeated, at most `attempts` times and `budget_s` seconds of waiting in all.

    A longer wait is not slept: the error travels with its `retry_after_s`, so that the engine schedules.
    """

    connection: str
    world: World
    attempts: int
    budget_s: float

    def __call__(self, send: Callable[[M], A], message: M) -> A:
        """What sending gives, if need be after several attempts."""
        try:
            return send(message)
        except RetryableError as error:
            if not is_repeatable(error):
                raise
            first = [error]

        def attempt() -> A:
            if first:  # the attempt that was made already counts
                raise first.pop()
            return send(message)

        return self._retrying()(attempt)

    def _retrying(self) -> Retrying:
        from tenacity import Retrying, retry_if_exception, stop_after_attempt  # noqa: PLC0415 - brings asyncio: 30 ms

        stop_by_count = stop_after_attempt(self.attempts)
        return Retrying(
            retry=retry_if_exception(is_repeatable),
            wait=waits_as_told(self.world.chance),
            stop=lambda state: stop_by_count(state) or state.idle_for + state.upcoming_sleep > self.budget_s,
            sleep=self.world.sleep,
            before_sleep=lambda state: _tell(self.connection, state),
            reraise=True,
        )


def is_repeatable(error: BaseException) -> bool:
    """May the same request go out again at once? Not when its outcome is unknown or a budget is spent."""
    return (
        isinstance(error, RetryableError)
        and not isinstance(error, UnknownOutcome | QuotaError)
        and error.code not in _LASTING
    )


def waits_as_told(chance: Callable[[], float]) -> Callable[[RetryCallState], float]:
    """Seconds that the remote asked for, else exponential backoff with full jitter."""

    def wait(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        told = error.retry_after_s if isinstance(error, RetryableError) else None
        ceiling = min(_LONGEST_BACKOFF_S, _FIRST_BACKOFF_S * 2.0 ** (state.attempt_number - 1))
        return told if told is not None else chance() * ceiling

    return wait


def _tell(connection: str, state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    Log().debug(
        "request repeated",
        connection=connection,
        attempt=state.attempt_number,
        code=getattr(error, "code", None),
        wait_s=round(state.upcoming_sleep, 3),
    )
