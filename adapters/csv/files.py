"""Which files a connection reads, and whether one of them is still what was read before."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict, replace

from adapters.csv.contents import Encoding, survey
from connector.errors import RetryableError

TICK = timedelta(seconds=2)
"""A file may be written twice within one tick of its clock; until that has passed, its time proves nothing."""


def cannot_read(path: Path, error: OSError) -> RetryableError:
    """What to say of a file that the system does not let us read, or that is gone."""
    return RetryableError(
        f"{path.name} cannot be read: {error.strerror}",
        code="cannot_read",
        hint="let the user of leadloop read it, or take it away",
    )


class Source(Struct, frozen=True):
    """The files in `folder` whose names fit `pattern` (`Leads*.csv`); `may_be_missing` says so of the folder."""

    folder: Path
    pattern: str
    may_be_missing: bool = False

    @classmethod
    def at(cls, base: Path, pattern: str) -> Source:
        """What a pattern means when it is written relative to `base`; its last part alone may hold `*` and `?`."""
        path = Path(os.path.normpath(base / pattern))  # so that `out/../x` is there before `out` is
        return cls(path.parent, path.name)

    def files(self) -> list[Path]:
        """In the order of their names; hidden ones are left out. Raises RetryableError when nobody lets us look."""
        try:
            names = sorted(path.name for path in self.folder.iterdir())  # glob takes a shut folder for an empty one
            found = [self.folder / name for name in names if fnmatchcase(name, self.pattern) and name[0] != "."]
            return [path for path in found if path.is_file()]
        except FileNotFoundError as error:
            if self.may_be_missing:
                return []
            raise self._shut(error) from None
        except OSError as error:
            raise self._shut(error) from None

    def _shut(self, error: OSError) -> RetryableError:
        return RetryableError(
            f"the folder {self.folder} cannot be read: {error.strerror}",
            code="no_folder",
            hint="create or mount it, and let the user of leadloop read it",
        )


class Mark(Struct, frozen=True):
    """What was read of one file: the part of the cursor that belongs to it.

    `line` is where the walk goes on; None once the file was read to its end. `is_settled`: the file had rested for a
    tick when it was read, so that size and time alone tell its contents. `columns` are those that it had of the ones
    that are read. `parked`: how many of its lines are rejects so far.
    """

    size: int
    mtime_ns: int
    digest: str
    read_at: str
    is_settled: bool
    line: int | None = 0
    columns: tuple[str, ...] = ()
    parked: int = 0

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> Mark:
        return cls(**{**json, "columns": tuple(json.get("columns", ()))})

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def at(self, line: int | None) -> Mark:
        return replace(self, line=line)

    def having_parked(self, more: int) -> Mark:
        return replace(self, parked=self.parked + more)

    def having(self, columns: Iterable[str]) -> Mark:
        return replace(self, columns=tuple(columns))

    def carrying_on(self, old: Mark | None) -> Mark:
        """This mark, standing where the old one stood if the contents are the same."""
        if old is None or old.digest != self.digest:
            return self
        return replace(self, line=old.line, read_at=old.read_at, parked=old.parked)

    def still_fits(self, path: Path) -> bool:
        """Have size and time stayed? No bytes are read for this."""
        try:
            stat = path.stat()
        except FileNotFoundError:
            return False
        return (stat.st_size, stat.st_mtime_ns) == (self.size, self.mtime_ns)

    @property
    def first_read_at(self) -> datetime:
        """When this content was first read. The file's own time is when somebody exported it, which says less."""
        return datetime.fromisoformat(self.read_at)


def examine(path: Path, now: datetime) -> tuple[Mark, Encoding]:
    """Read all bytes once. Size and time are taken before, so that a later change is never missed."""
    stat = path.stat()
    contents = survey(path)
    mark = Mark(
        size=stat.st_size,
        mtime_ns=stat.st_mtime_ns,
        digest=contents.digest,
        read_at=now.isoformat(),
        is_settled=now - datetime.fromtimestamp(stat.st_mtime, UTC) > TICK,
    )
    return mark, contents.encoding
