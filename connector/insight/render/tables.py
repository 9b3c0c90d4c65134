"""Plain text tables: at most 100 columns wide, numbers to the right, no colour."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

WIDTH: Final = 100
GAP: Final = "  "
NARROWEST: Final = 8
NO_BREAK: Final = "\u00a0"
"""A space at which `textwrap` breaks no line."""


def number(value: float | None, *, decimals: int = 0) -> str:
    """A number as people read it; blank when there is none."""
    return "" if value is None else f"{value:,.{decimals}f}"


def share(value: float | None) -> str:
    """A percentage with one decimal and its sign; blank when there is none."""
    return "" if value is None else f"{value:.1f} %"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, texts: int = 1) -> list[str]:
    """Lines of a table. The first `texts` columns are texts and give way when it would grow too wide."""
    if not rows:
        return []
    widths = [max(shown_width(cell) for cell in column) for column in zip(head, *rows, strict=True)]
    for index in sorted(range(texts), key=lambda one: -widths[one]):
        excess = sum(widths) + len(GAP) * (len(widths) - 1) - WIDTH
        widths[index] = max(NARROWEST, widths[index] - max(0, excess))
    return [_line(cells, widths, texts) for cells in (head, ["-" * width for width in widths], *rows)]


def _line(cells: Sequence[str], widths: Sequence[int], texts: int) -> str:
    aligned = [
        _filled(cell, width) if index < texts else cell.rjust(width)
        for index, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return GAP.join(aligned).rstrip()


def shown_width(text: str) -> int:
    """Columns of a terminal that a text takes: accents of their own take none, ideographs and most emoji two."""
    if text.isascii():
        return len(text)
    return sum(_width_of(character) for character in text)


def _width_of(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _filled(cell: str, width: int) -> str:
    """On one line, cut with … where it is wider, filled up with spaces where it is narrower."""
    line = " ".join(cell.split())
    if shown_width(line) > width:
        ends = list(accumulate(_width_of(character) for character in line))
        line = line[: sum(end < width for end in ends)] + "…"
    return line + " " * (width - shown_width(line))


def wrapped(text: str, indent: str = "", *, first: str | None = None) -> list[str]:
    """A sentence over as many lines as it needs; a number stays with its %."""
    lines = textwrap.wrap(
        text.replace(" %", NO_BREAK + "%"),
        WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_on_hyphens=False,
    )
    return [line.replace(NO_BREAK + "%", " %") for line in lines]


def notes(lines: Sequence[str]) -> list[str]:
    """Notes below a table, each with its dash."""
    return [line for note in lines for line in wrapped(note, "  ", first="- ")]
