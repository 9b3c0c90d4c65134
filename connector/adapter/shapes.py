"""What of an answer is wanted: the rest of its JSON is skipped, not decoded.

Platforms mostly send every field of a contact, and mappings name a few: decoding only those is half the work.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from types import GenericAlias
from typing import Any, Final, TypedDict

_TYPED_DICT: Final[Any] = TypedDict  # mypy wants the keys spelled out


def keys(names: Iterable[str] = (), **inner: Any) -> Any:
    """An object of which these keys are wanted: whole, or as `inner` says (`result=each(keys(...))`).

    For `Answer.json(only=...)`, which gives a dict with those of them that are there.
    """
    return _object(tuple(names), tuple(inner.items()))


@cache
def _object(names: tuple[str, ...], inner: tuple[tuple[str, Any], ...]) -> Any:
    """Made once for each form: its decoder is kept for good, and a daemon asks for the same one all day."""
    return _TYPED_DICT("keys", dict.fromkeys(names, Any) | dict(inner), total=False)


def each(inner: Any) -> Any:
    """A list, of each of whose items this is wanted."""
    return GenericAlias(list, (inner,))


def by_key(inner: Any) -> Any:
    """An object with any keys, of each of whose values this is wanted."""
    return GenericAlias(dict, (str, inner))
