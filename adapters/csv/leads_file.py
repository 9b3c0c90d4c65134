"""`leads.csv`: the file that is ours. One line per lead, replaced whole by rename, so that nobody reads half of it."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from msgspec import Struct

from adapters.csv.cells import cell, restored
from adapters.csv.files import cannot_read
from connector.errors import ContractError, RetryableError

LONGEST_CELL = 2**31 - 1
"""What Python's csv module takes of our own file; its 131,072 of old are less than a text of marketing may have."""

Rows = dict[str, dict[str, str]]
"""Leads by their id; a lead's cells by column, without the id."""


class LeadsFile(Struct):
    """Keeps what it read, and reads again when the file is no longer the one it knows."""

    path: Path
    key: str
    _rows: Rows | None = None
    _columns: tuple[str, ...] = ()
    _known: tuple[int, int, int] | None = None

    def rows(self) -> Rows:
        """All leads. Raises ContractError when somebody put another file in this place, or damaged ours."""
        try:
            stamp = self._stamp()
            if self._rows is None or stamp != self._known:
                self._rows, self._columns = self._read() if stamp else ({}, ())
                self._known = stamp
        except OSError as error:
            raise cannot_read(self.path, error) from None
        return self._rows

    def columns(self) -> tuple[str, ...]:
        """The columns that the file has now, without the id; none when there is no file yet."""
        self.rows()
        return self._columns

    def replace(self, rows: Rows, columns: Sequence[str]) -> None:
        """Write all leads. The old file stands until the new one is safely on the disk.

        Raises RetryableError when the folder takes no file (full, read-only): nothing has changed then.
        """
        fresh = self.path.with_name(f".{self.path.name}.new")
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(fresh, rows, columns)
            fresh.replace(self.path)
            _sync_folder(self.path.parent)
        except OSError as error:
            raise RetryableError(
                f"{self.path} cannot be written: {error.strerror}",
                code="cannot_write",
                hint="free some space, or let the user of leadloop write there",
            ) from None
        self._rows, self._columns, self._known = rows, tuple(columns), self._stamp()

    def _write(self, path: Path, rows: Rows, columns: Sequence[str]) -> None:
        mode = self.path.stat().st_mode & 0o777 if self.path.exists() else 0o600
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with open(descriptor, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123 - an open descriptor
            os.fchmod(file.fileno(), mode)
            # A cell is quoted for the signs of the line's end: with \r among them, a bare one does not end our line.
            writer = csv.writer(_UnixEnds(file), lineterminator="\r\n")
            writer.writerow([self.key, *columns])
            for key, values in rows.items():
                writer.writerow([key, *(cell(values.get(column)) for column in columns)])
            file.flush()
            os.fsync(file.fileno())

    def _read(self) -> tuple[Rows, tuple[str, ...]]:
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            csv.field_size_limit(LONGEST_CELL)
            reader = csv.reader(file, strict=True)
            try:
                header = next(reader, [])
                if header[:1] != [self.key]:
                    raise self._foreign("its first column is not ours", 1)
                columns = tuple(header[1:])
                return dict(self._lead(cells, columns, reader.line_num) for cells in reader if cells), columns
            except (csv.Error, UnicodeDecodeError):
                raise self._foreign("it cannot be read", reader.line_num) from None

    def _lead(self, cells: list[str], columns: Sequence[str], line: int) -> tuple[str, dict[str, str]]:
        if len(cells) != len(columns) + 1:
            raise self._foreign(f"{len(cells)} columns instead of {len(columns) + 1}", line)
        return cells[0], dict(zip(columns, map(restored, cells[1:]), strict=True))

    def _foreign(self, why: str, line: int) -> ContractError:
        return ContractError(
            f"{self.path}:{line} was not written by leadloop: {why}",
            code="not_ours",
            hint="repair the file or move it away; leadloop needs a folder of its own",
        )

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return None
        return stat.st_ino, stat.st_size, stat.st_mtime_ns


class _UnixEnds(Struct, frozen=True):
    """Writes each line as it comes, ended as our files always were."""

    file: TextIO

    def write(self, line: str) -> None:
        self.file.write(line.removesuffix("\r\n") + "\n")


def _sync_folder(folder: Path) -> None:
    """Put the rename itself on the disk; without this a power cut may bring the old file back."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
