"""Bad lines as rejects: each one alone, until a file has more of them than anybody would look at one by one.

Each line that is no record is told with its number, whatever their count. But a row of the store takes a hundred times
what a short line takes: a cell with five million line ends filled gigabytes. So from some number on the lines of a page
that have the same mistake share one reject, which names them all by their numbers and keeps the text of the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from connector.adapter import BadRecord
from connector.errors import RecordError
from connector.model import Json

ALONE = 1000
"""So many bad lines of a file are a reject each."""
KEPT_CHARS = 4096
"""So much of a broken line, or of a cell, is kept for whoever repairs it."""


class BadLine(NamedTuple):
    """A line with what could be read of it (of a broken one its text, under `line`), and what is wrong."""

    number: int
    values: dict[str, str]
    error: RecordError


def parked(name: str, lines: Sequence[BadLine], before: int) -> list[BadRecord]:
    """The rejects for the bad lines of one page; `before`: how many lines of the file are rejects already."""
    alone = max(ALONE - before, 0)
    by_code: dict[str, list[BadLine]] = {}
    for line in lines[alone:]:
        by_code.setdefault(line.error.code, []).append(line)
    return [*(_reject(name, [line]) for line in lines[:alone]), *(_reject(name, same) for same in by_code.values())]


def _reject(name: str, lines: Sequence[BadLine]) -> BadRecord:
    first, last = lines[0], lines[-1]
    error, raw = first.error, _kept(first.values)
    if first is last:
        error.place = f"{name}:{first.number}"
        return BadRecord(error.place, raw, error)
    text = f"{error.message} (the first of {len(lines)} such lines; 'leadloop rejects show N' names them)"
    place = f"{name}:{first.number}-{last.number}"
    shared = RecordError(text, code=error.code, field=error.field, place=place, hint=error.hint)
    numbers = ", ".join(_spans([line.number for line in lines]))
    return BadRecord(place, {**raw, "lines": numbers}, shared, len(lines))


def _kept(values: dict[str, str]) -> Json:
    return {name: value[:KEPT_CHARS] for name, value in values.items()}


def _spans(numbers: Sequence[int]) -> Iterator[str]:
    """Numbers in ascending order as people write them: `3`, `7-9`."""
    first = last = numbers[0]
    for number in [*numbers[1:], 0]:
        if number == last + 1:
            last = number
            continue
        yield f"{first}-{last}" if last > first else str(first)
        first = last = number
