"""Answers that are asked again and again for the same few texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")

MOST_KEPT: Final = 4_096
"""Distinct texts per question; titles and countries have far fewer that come back."""
LONGEST_KEPT: Final = 200
"""Characters; longer texts are rarely seen twice, so they are not worth the memory."""


class Memo(Generic[T]):
    """A pure function of one value that remembers its answers for texts. Emptied when full, so memory is bounded."""

    __slots__ = ("_answer", "_known")

    def __init__(self, answer: Callable[[Any], T]) -> None:
        self._answer = answer
        self._known: dict[str, T] = {}

    def __call__(self, value: Any) -> T:
        if type(value) is not str:  # 1, 1.0 and True are one key but three values
            return self._answer(value)
        found = self._known.get(value)
        return self._learn(value) if found is None else found

    def _learn(self, value: str) -> T:
        found = self._answer(value)
        if len(value) <= LONGEST_KEPT:
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            self._known[value] = found
        return found
