"""A value of ours as a line sends it: read from the facts, changed as the line says, ready to travel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from msgspec import Struct

from connector.mapping.facts import Facts, our_path
from connector.mapping.mistakes import Mistakes
from connector.mapping.transforms import Setting
from connector.mapping.values import Finish, Note, clean, compile_finish, sendable
from connector.mapping.words import Value

Ours: TypeAlias = Callable[[Facts], Any]


class OurValue(Struct, frozen=True):
    """Call it with facts. `field` is the other side's name of the place where the value goes."""

    field: str
    read: Ours
    finish: Finish | None

    def __call__(self, facts: Facts, notes: list[Note] | None = None) -> Any:
        """The value, None for blank; what could not be used is added to `notes`. Raises RecordError for `reject`."""
        found = clean(self.read(facts), self.field)
        if found is not None and self.finish is not None:
            found = self.finish(found, facts, [] if notes is None else notes)
        return sendable(found)


def compile_ours(line: Value, to: str, setting: Setting, mistakes: Mistakes, at: tuple[str | int, ...]) -> OurValue:
    """The value that a line sends; what is wrong in the line is added to `mistakes`."""
    read: Ours = _nothing
    finish = None
    with mistakes.at(*at, "from"):
        read = our_path(line.from_).read
    with mistakes.at(*at, "transform"):
        finish = compile_finish(line, to, setting)
    return OurValue(to, read, finish)


def _nothing(facts: Facts) -> None:
    """Stands in for a path that is wrong, while the other mistakes of the file are found."""
