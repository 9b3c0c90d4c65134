"""A stored cursor that its adapter cannot read: a person set it, or another version wrote it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Final, TypeVar

from connector.errors import ConfigError
from connector.model import Json

T = TypeVar("T")

BAD_CURSOR: Final = "bad_cursor"
_NONSENSE: Final = (AttributeError, LookupError, OverflowError, TypeError, ValueError)
"""What reading a value raises that is of another kind than it should be, or lies beyond all bounds."""


def unreadable() -> ConfigError:
    """The error for a cursor that is not ours. The engine knows the stream's name, and adds how it is reset."""
    return ConfigError("the stored cursor cannot be read", code=BAD_CURSOR)


@contextmanager
def reading() -> Iterator[None]:
    """Around lines that read a stored cursor and do nothing else: it is unreadable where they fail.

    For what a walk reads after its first page only; see `resumed` for the rest.
    """
    try:
        yield
    except _NONSENSE as error:
        raise unreadable() from error


def resumed(walk: Callable[[Json | None], Iterator[T]], cursor: Json | None) -> Iterator[T]:
    """The pages of a walk from a stored cursor. One from which no first page can be made is to blame: it is unreadable.

    The error's cause is what happened. What goes wrong later, or without a cursor, is a mistake of ours and stays one:
    so a mistake that only looked like the cursor's shows itself once that is reset.
    """
    if cursor is None:
        yield from walk(None)
        return
    try:
        pages = walk(cursor)
        first = list(islice(pages, 1))
    except _NONSENSE as error:
        raise unreadable() from error
    yield from first
    yield from pages
