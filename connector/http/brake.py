"""What is asked before each request that may write: a batch takes many, and a person may have said stop meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Brake = Callable[[], None]
"""Raises an error of connector.errors when the request must not go out."""

_BRAKE: ContextVar[Brake | None] = ContextVar("brake", default=None)


@contextmanager
def braked(brake: Brake) -> Iterator[None]:
    """While this lasts, `brake` is asked by this thread's requests."""
    token = _BRAKE.set(brake)
    try:
        yield
    finally:
        _BRAKE.reset(token)


def must_go_out() -> None:
    """Raises what the brake in force raises; nothing where there is none."""
    brake = _BRAKE.get()
    if brake is not None:
        brake()
