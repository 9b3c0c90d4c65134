"""The cursor of a walk over files: how far which file was read."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from adapters.csv.files import Mark
from connector.adapter.cursors import unreadable
from connector.model import Json


class Progress(Struct):
    """Marks by file name. `reads` names what is read of each file: when that changes, all files are read again."""

    reads: str
    marks: dict[str, Mark]

    @classmethod
    def resume(cls, cursor: Json | None, reads: str, names: Collection[str]) -> Progress:
        """What the cursor knows of the files that are still there. Raises ConfigError for a cursor that is not ours."""
        try:
            known = cursor["files"] if cursor and cursor["reads"] == reads else {}
            return cls(reads, {name: Mark.from_json(mark) for name, mark in known.items() if name in names})
        except (AttributeError, KeyError, TypeError) as error:
            raise unreadable() from error

    def cursor(self) -> Json:
        return {"reads": self.reads, "files": {name: mark.to_json() for name, mark in self.marks.items()}}
