"""Lines become records: quoted line ends joined, whole-line quotes healed, and no broken line takes others with it.

A quote that never closes would swallow the rest of the file. So a record that runs over several lines is believed only
if it ends soon, has the right number of cells, and holds no line that is a whole record itself. Otherwise its first
line alone is broken, and reading goes on with the line after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct

from adapters.csv.contents import Encoding
from adapters.csv.dialect import Dialect
from adapters.csv.lines import MAX_CHARS, Line, Lines

MAX_LINES = 500
"""So many lines may one record span."""

TELLING_WIDTH = 4
"""From this many columns on, a line inside quotes that has them all is a record, not prose with commas."""


class Record(NamedTuple):
    """The cells of one record, or what is wrong with the line at which it starts. `text` is the line as it stands."""

    line: int
    cells: list[str]
    problem: Problem | None = None
    text: str = ""


class Problem(NamedTuple):
    """Why a line is no record: a stable code and a sentence without anything of the line's content."""

    code: str
    message: str


OPEN_QUOTE = Problem("open_quote", "a quote is opened and never closed")
BROKEN_QUOTE = Problem("broken_quote", "a closing quote is followed by more text")
NUL = Problem("nul_byte", "the line holds a NUL byte")
UNREADABLE = Problem("bad_encoding", "the line holds bytes that are no text in the file's encoding")
TOO_LONG = Problem("too_long", f"the line has more than {MAX_CHARS} characters")


class RecordReader(Struct, frozen=True):
    """`width` is how many cells a record has; None for the header, which decides it."""

    dialect: Dialect
    encoding: Encoding
    width: int | None = None

    def read(self, lines: Lines) -> Iterator[Record]:
        """All records and broken lines, in the order of the file. Lines without any text are passed over."""
        delimiter, quote, width = self.dialect.delimiter, self.dialect.quote, self.width
        nothing = f" \t{delimiter}{quote}"
        for line in lines:
            text = line.text
            if not text.strip(nothing):
                continue
            if problem := self._unusable(line):
                yield Record(line.number, [], problem, text)
            elif quote not in text and len(cells := text.split(delimiter)) == width:
                yield Record(line.number, cells)
            else:
                yield self._with_quotes(line, lines)

    def _unusable(self, line: Line) -> Problem | None:
        if not line.is_whole:
            return TOO_LONG
        if "\x00" in line.text:
            return NUL
        unreadable = self.encoding.unreadable
        return UNREADABLE if unreadable and not line.text.isascii() and unreadable.search(line.text) else None

    def _with_quotes(self, line: Line, lines: Lines) -> Record:
        state = self.dialect.state(line.text)
        if state == "open":
            return self._over_lines(line, lines)
        cells = self._cells(line.text)
        if cells is not None:
            return Record(line.number, cells)
        return Record(line.number, [], BROKEN_QUOTE if state == "broken" else self._wrong_width(line.text), line.text)

    def _over_lines(self, first: Line, lines: Lines) -> Record:
        taken = self._until_closed(first, lines)
        cells = self._cells("\n".join([first.text, *(line.text for line in taken)])) if taken else None
        if cells is None or self._swallowed(taken[:-1]):
            lines.put_back(taken)
            return Record(first.number, [], OPEN_QUOTE, first.text)
        return Record(first.number, cells)

    def _until_closed(self, first: Line, lines: Lines) -> list[Line]:
        """The lines that follow, up to the one that closes the quote; when none does, all are put back."""
        taken: list[Line] = []
        chars = len(first.text)
        while len(taken) < MAX_LINES and chars <= MAX_CHARS and (line := lines.take()) is not None:
            taken.append(line)
            chars += len(line.text) + 1
            state = "broken" if self._unusable(line) else self.dialect.state(line.text, inside=True)
            if state == "closed":
                return taken
            if state == "broken":
                break
        lines.put_back(taken)
        return []

    def _swallowed(self, inner: list[Line]) -> bool:
        if self.width is None or self.width < TELLING_WIDTH:
            return False
        return any(len(self.dialect.split(line.text) or ()) == self.width for line in inner)

    def _cells(self, text: str) -> list[str] | None:
        """The cells, if there are as many as there should be; a line quoted whole once more is what is inside."""
        cells = self.dialect.split(text)
        inner = self.dialect.unwrapped(text) if cells is not None and len(cells) == 1 else None
        if inner is not None and self.width != 1 and self.dialect.delimiter in inner:
            cells = self.dialect.split(inner)
        return cells if cells is not None and self.width in (None, len(cells)) else None

    def _wrong_width(self, text: str) -> Problem:
        found = len(self.dialect.split(text) or ())
        code = "too_few_columns" if found < (self.width or 0) else "too_many_columns"
        return Problem(code, f"{found} columns instead of {self.width}")
