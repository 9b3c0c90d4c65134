"""A file as a table: the header names the columns, each further record becomes a dict of column to text."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from adapters.csv.contents import Encoding
from adapters.csv.dialect import DELIMITERS, Dialect, find_dialect
from adapters.csv.lines import Line, Lines, open_lines
from adapters.csv.records import Problem, RecordReader
from connector.errors import RecordError


class Row(NamedTuple):
    """One record. With a problem, `values` holds the broken line under `line`."""

    line: int
    values: dict[str, str]
    problem: Problem | None = None


class Table(Struct, frozen=True):
    """An open file behind its header. `names` are unique and in the file's order."""

    lines: Lines
    reader: RecordReader
    names: tuple[str, ...]

    def rows(self, start: int = 0) -> Iterator[Row]:
        """Rows from line `start` on, broken ones among them."""
        if start:
            self.lines.skip_to(start)
        names = self.names
        for record in self.reader.read(self.lines):
            if record.problem is None:
                yield Row(record.line, dict(zip(names, record.cells, strict=True)))
            else:
                yield Row(record.line, {"line": record.text}, record.problem)

    @property
    def dialect(self) -> Dialect:
        return self.reader.dialect


@contextmanager
def open_table(path: Path, encoding: Encoding, wanted: Collection[str] = ()) -> Iterator[Table | None]:
    """The table in a file; None when the file has no text at all. `wanted` columns help to tell the delimiter.

    Raises RecordError (`bad_header`) when the first line cannot be read as names of columns.
    """
    with open_lines(path, encoding) as lines:
        yield _headed(lines, encoding, wanted)


def _headed(lines: Lines, encoding: Encoding, wanted: Collection[str]) -> Table | None:
    first = next((line for line in lines if line.text.strip()), None)
    if first is None:
        return None
    dialect = _told_dialect(first)
    if dialect is None:
        dialect = find_dialect(first.text, wanted)
        lines.put_back([first])
    header = next(RecordReader(dialect, encoding).read(lines), None)
    if header is None or header.problem is not None:
        what = header.problem.message if header and header.problem else "it names nothing"
        raise RecordError(
            f"the first line cannot be read as names of columns: {what}",
            code="bad_header",
            hint="the first line of a file must name its columns",
        )
    return Table(lines, RecordReader(dialect, encoding, len(header.cells)), tuple(_unique(header.cells)))


def _told_dialect(first: Line) -> Dialect | None:
    """Spreadsheets accept, and some exports write, a line `sep=;` before the header."""
    told = first.text.strip().strip('"').removeprefix("sep=")
    return Dialect(told) if len(told) == 1 and told in DELIMITERS else None


def _unique(cells: list[str]) -> Iterator[str]:
    """Names as people see them; a repeated one gets its count (`Email (2)`), a nameless one its place (`column 5`)."""
    seen: set[str] = set()
    for place, cell in enumerate(cells, start=1):
        name = cell.strip() or f"column {place}"
        unique, count = name, 1
        while unique in seen:
            count += 1
            unique = f"{name} ({count})"
        seen.add(unique)
        yield unique
