"""How a file separates and quotes its cells, told from its first line."""

from __future__ import annotations

import csv
from collections.abc import Collection
from typing import Literal

from msgspec import Struct

DELIMITERS = ",;\t|"
QUOTES = "\"'"

State = Literal["closed", "open", "broken"]


class Dialect(Struct, frozen=True):
    """A quote counts only at the start of a cell; inside a quoted cell it is doubled."""

    delimiter: str = ","
    quote: str = '"'

    def split(self, text: str) -> list[str] | None:
        """The cells of one whole record (it may hold line ends inside quotes); None when its quotes make no sense."""
        if self.quote not in text:
            return text.split(self.delimiter)
        rows = csv.reader([text], delimiter=self.delimiter, quotechar=self.quote, strict=True)
        try:
            return next(rows)
        except csv.Error:
            return None

    def state(self, text: str, *, inside: bool = False) -> State:
        """Is a quoted cell still open at the end of this line? `inside`: one was open at its start.

        `broken`: a closing quote is followed by something that is neither a delimiter nor the end.
        """
        at = 0
        while True:
            if inside or text.startswith(self.quote, at):
                at = self._after_quoted(text, at if inside else at + 1)
                inside = False
                if at < 0:
                    return "open"
                if at < len(text) and text[at] != self.delimiter:
                    return "broken"
            at = text.find(self.delimiter, at) + 1
            if at == 0:
                return "closed"

    def _after_quoted(self, text: str, at: int) -> int:
        """The place behind the quote that closes the cell whose text starts at `at`; -1 when none does."""
        while True:
            at = text.find(self.quote, at)
            if at < 0:
                return -1
            if not text.startswith(self.quote, at + 1):
                return at + 1
            at += 2

    def unwrapped(self, text: str) -> str | None:
        """The line inside one more pair of quotes around the whole of it, if that is what this line is."""
        cells = self.split(text)
        if cells is None or len(cells) != 1 or not text.startswith(self.quote):
            return None
        return cells[0]


def find_dialect(first: str, wanted: Collection[str] = ()) -> Dialect:
    """The dialect under which the first line names most of the wanted columns, then most columns at all."""

    def fit(dialect: Dialect) -> tuple[int, int]:
        cells = dialect.split(dialect.unwrapped(first) or first) or []
        names = {cell.strip() for cell in cells}
        return len(names.intersection(wanted)), len(cells)

    quotes = QUOTES if first.startswith("'") else '"'
    return max((Dialect(delimiter, quote) for quote in reversed(quotes) for delimiter in DELIMITERS), key=fit)
