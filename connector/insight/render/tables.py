"""Plain text tables: at most 100 columns wide, numbers to the right, no colour."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Final

from connector.insight.report import capped

WIDTH: Final = 100
GAP: Final = "  "
NARROWEST: Final = 8


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
    widths = [max(len(cell) for cell in column) for column in zip(head, *rows, strict=True)]
    for index in sorted(range(texts), key=lambda one: -widths[one]):
        excess = sum(widths) + len(GAP) * (len(widths) - 1) - WIDTH
        widths[index] = max(NARROWEST, widths[index] - max(0, excess))
    return [_line(cells, widths, texts) for cells in (head, ["-" * width for width in widths], *rows)]


def _line(cells: Sequence[str], widths: Sequence[int], texts: int) -> str:
    aligned = [
        capped(cell, width).ljust(width) if index < texts else cell.rjust(width)
        for index, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return GAP.join(aligned).rstrip()


def wrapped(text: str, indent: str = "", *, first: str | None = None) -> list[str]:
    """A sentence over as many lines as it needs."""
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent if first is None else first, subsequent_indent=indent, break_on_hyphens=False
    )


def notes(lines: Sequence[str]) -> list[str]:
    """Notes below a table, each with its dash."""
    return [line for note in lines for line in wrapped(note, "  ", first="- ")]
