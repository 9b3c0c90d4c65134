"""Answers that are asked again and again for the same few texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")

MOST_KEPT: Final = 8_192
"""Distinct texts per question; titles and countries have far fewer that come back."""


class Memo(Generic[T]):
    """A pure function of one value that remembers its answers for texts. Emptied when full, so memory is bounded."""

    __slots__ = ("_answer", "_known")

    def __init__(self, answer: Callable[[Any], T]) -> None:
        self._answer = answer
        self._known: dict[str, T] = {}

    def __call__(self, value: Any) -> T:
        if type(value) is not str:  # 1, 1.0 and True are one key but three values
            return self._answer(value)
        try:
            return self._known[value]
        except KeyError:
            return self._learn(value)

    def _learn(self, value: str) -> T:
        if len(self._known) >= MOST_KEPT:
            self._known.clear()
        found = self._known[value] = self._answer(value)
        return found
