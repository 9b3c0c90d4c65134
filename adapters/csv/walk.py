"""The walk over files: pages of records, each with the cursor that knows how far which file was read.

What is unchanged is not read; what changes while it is read is read again from its top. A file that cannot be read as a
table, or lacks its key column, is one reject, and the walk goes on with the next file. A file that lost a column stops
the walk, where the column is read: going on would blank it for everybody.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Generic, TypeVar

from msgspec import Struct

from adapters.csv.contents import Encoding
from adapters.csv.files import Mark, Source, cannot_read, examine
from adapters.csv.parked import BadLine, parked
from adapters.csv.progress import Progress
from adapters.csv.table import Row, Table, open_table
from connector.adapter import BadRecord, Page, WholeFile
from connector.errors import ContractError, RecordError, RetryableError
from connector.model import Json

T = TypeVar("T")
PAGE_RECORDS = 1000
ATTEMPTS = 3

Convert = Callable[[Row, Mark], T]
"""Makes a record of a row; raises RecordError when the row cannot be one."""


Pages = Generator[Page[T], None, str | None]


class _FileChangedError(Exception):
    """The file is no longer the one whose pages were being read."""


class Walk(Struct, Generic[T], frozen=True):
    """`key` is the column that every file must have and every row must fill; `columns` are the others that are read.

    `is_unique`: a key stands for one record of a file; of several lines with the same one the last counts.
    """

    source: Source
    key: str
    convert: Convert[T]
    now: Callable[[], datetime]
    columns: tuple[str, ...] = ()
    is_unique: bool = False
    skip: frozenset[Path] = frozenset()
    page_records: int = PAGE_RECORDS

    def pages(self, cursor: Json | None) -> Iterator[Page[T]]:
        """All that is new since the cursor, file after file; one page that says why when there is nothing."""
        files = {path.name: path for path in self.source.files() if path not in self.skip}
        progress = Progress.resume(cursor, self._reads(), files)
        quiet: list[str] = []
        for name, path in files.items():
            why_quiet = yield from self._file(path, name, progress)
            quiet += [why_quiet] if why_quiet else []
        if len(quiet) == len(files):
            none = f"no file fits {self.source.pattern} in {self.source.folder}"
            yield Page(cursor=progress.cursor(), why_zero="; ".join(quiet) or none)

    def _reads(self) -> str:
        named = json.dumps([self.key, sorted(self.columns)])
        return hashlib.blake2b(named.encode(), digest_size=8).hexdigest()

    def _file(self, path: Path, name: str, progress: Progress) -> Pages[T]:
        """The pages of one file; when there are none, the generator's value says why."""
        for _ in range(ATTEMPTS):
            old = progress.marks.get(name)
            if old and old.line is None and old.is_settled and old.still_fits(path):
                return _unchanged(name, old)
            try:
                fresh, encoding = examine(path, self.now())
                progress.marks[name] = fresh.carrying_on(old).having(old.columns if old else ())
                return (yield from self._unread(path, name, encoding, progress))
            except _FileChangedError:
                progress.marks.pop(name)
            except OSError as error:
                raise cannot_read(path, error) from None
        raise RetryableError(
            f"{name} changes while it is read",
            code="file_in_use",
            hint="let the export write under another name and rename the file when it is whole",
        )

    def _unread(self, path: Path, name: str, encoding: Encoding, progress: Progress) -> Pages[T]:
        mark = progress.marks[name]
        start = mark.line
        if start is None:
            return _unchanged(name, mark)
        why_quiet: str | None = f"{name} holds no records" if mark.size else f"{name} is empty"
        try:
            replaced, columns = self._looked_through(path, encoding, mark)
            mark = mark.having(columns)
            with open_table(path, encoding, self._wanted()) as table:
                for rows, line in self._batches(table, start):
                    if not mark.still_fits(path):
                        raise _FileChangedError
                    records, bad = self._sorted(rows, mark, replaced)
                    rejects = parked(name, bad, mark.parked)
                    mark = mark.having_parked(len(bad))
                    progress.marks[name], why_quiet = mark.at(line), None
                    whole = () if line else (WholeFile(name, mark.first_read_at),)
                    yield Page(records=records, bad=rejects, whole=whole, cursor=progress.cursor())
        except RecordError as error:
            error.place = f"{name}:1"
            progress.marks[name], why_quiet = mark.at(None), None
            yield Page(bad=[BadRecord(error.place, {}, error)], cursor=progress.cursor())
        progress.marks[name] = mark.at(None)
        return why_quiet

    def _wanted(self) -> tuple[str, ...]:
        return (self.key, *self.columns)

    def _batches(self, table: Table | None, start: int) -> Iterator[tuple[Sequence[Row], int | None]]:
        """Rows by the page, each with the line at which the next page begins (None: there is none)."""
        rows = table.rows(start) if table else iter(())
        ahead = next(rows, None)
        while table and ahead:
            batch = [ahead, *islice(rows, self.page_records - 1)]
            line = table.lines.position
            ahead = next(rows, None)
            yield batch, line if ahead else None

    def _looked_through(self, path: Path, encoding: Encoding, mark: Mark) -> tuple[Mapping[str, int], tuple[str, ...]]:
        """Keys that stand in several lines of the file, with the last of those lines; and which columns are there.

        Read ahead, because a page must tell which of its lines a later page will replace.
        """
        seen: set[str] = set()
        last: dict[str, int] = {}
        columns = mark.columns
        with open_table(path, encoding, self._wanted()) as table:
            if table:
                self._demand_key(table)
                _demand_columns(path.name, table, mark)
                columns = tuple(name for name in self.columns if name in table.names)
            for row in table.rows() if table and self.is_unique else ():
                key = "" if row.problem else row.values[self.key].strip()
                if key in seen:
                    last[key] = row.line
                elif key:
                    seen.add(key)
        return last, columns

    def _demand_key(self, table: Table) -> None:
        if self.key not in table.names:
            raise RecordError(
                f"no column is called '{self.key}' in the first line",
                code="no_key_column",
                field=self.key,
                hint="name the columns in the first line, or change `key` in the mapping",
            )

    def _sorted(
        self, rows: Sequence[Row], mark: Mark, replaced: Mapping[str, int]
    ) -> tuple[Sequence[T], Sequence[BadLine]]:
        """The records of a page, and its lines that are none."""
        records: list[T] = []
        bad: list[BadLine] = []
        for row in rows:
            try:
                records.append(self._record(row, mark, replaced))
            except RecordError as error:
                bad.append(BadLine(row.line, row.values, error))
        return records, bad

    def _record(self, row: Row, mark: Mark, replaced: Mapping[str, int]) -> T:
        if row.problem:
            raise RecordError(row.problem.message, code=row.problem.code, hint="repair the line and save the file")
        key = row.values[self.key].strip()
        if not key:
            raise RecordError(f"nothing in the column '{self.key}'", code="blank_key", field=self.key)
        if replaced.get(key, 0) > row.line:
            message = f"line {replaced[key]} has the same '{self.key}'; the last such line counts"
            raise RecordError(message, code="duplicate_key", field=self.key)
        return self.convert(row, mark)


def _demand_columns(name: str, table: Table, mark: Mark) -> None:
    lost = [column for column in mark.columns if column not in table.names]
    if lost:
        names = ", ".join(f"'{column}'" for column in lost)
        raise ContractError(
            f"{name} has no column {names} any more",
            code="lost_column",
            hint="name it in the file as before; or change or take out the line of the mapping that reads it",
        )


def _unchanged(name: str, mark: Mark) -> str:
    return f"{name} is unchanged since it was read at {mark.first_read_at:%Y-%m-%d %H:%M} UTC"
