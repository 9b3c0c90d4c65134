"""Collects what is wrong in a mapping beyond its grammar, so that all of it is told at once, with its lines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from connector.documents import Path, Places, refused
from connector.errors import Problem


class Mistakes:
    """The mistakes of one file. `warnings` do not refuse it."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._problems: list[Problem] = []
        self.warnings: list[Problem] = []

    @contextmanager
    def at(self, *path: str | int) -> Iterator[None]:
        """A ValueError inside is a mistake at this place; what follows the block goes on."""
        try:
            yield
        except ValueError as error:
            self.add(path, str(error))

    def add(self, path: Path, message: str, remedy: str | None = None) -> None:
        self._problems.append(self._places.problem(path, message, remedy=remedy))

    def warn(self, path: Path, message: str, remedy: str | None = None) -> None:
        self.warnings.append(self._places.problem(path, message, remedy=remedy))

    def refuse_any(self) -> None:
        """Raises ConfigError when there are mistakes, in the order of the file."""
        if self._problems:
            raise refused(sorted(self._problems, key=lambda problem: (problem.line, problem.column)))
