"""What a verb prints: one JSON document, or the same as text for people. Light: every `--help` imports it."""

from __future__ import annotations

import codecs
import io
import json
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

import click

from connector.cli.caller import Caller

COMMANDS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]|\r(?!\n)")
"""Control characters but tabs and ends of lines, and those of Unicode that reverse what is read."""


def print_anything() -> None:
    """What the terminal's characters lack is spelled out by its number: a report must not fail over a dash."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def show(caller: Caller, document: Any, text: str) -> None:
    """Print the document with `--json`, the text without."""
    if caller.as_json:
        print_json(document)
    else:
        click.echo(visible(text))


def print_json(document: Any) -> None:
    """One document, indented, on stdout."""
    text = json.dumps(document, ensure_ascii=not _is_unicode(sys.stdout.encoding), indent=2, default=str)
    click.echo(COMMANDS.sub(lambda found: f"\\u{ord(found[0]):04x}", text))  # json itself leaves DEL and C1 as they are


def _is_unicode(encoding: str | None) -> bool:
    """Does it have a sign for every character? Elsewhere JSON has an escape of its own for what is missing."""
    return encoding is not None and codecs.lookup(encoding).name.startswith("utf")


def visible(text: str) -> str:
    """The text with what a terminal would obey, not show, spelled out: forms and reasons are worded by anybody."""
    return COMMANDS.sub(lambda found: _spelled(ord(found[0])), text)


def _spelled(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Rows under their headings, numbers to the right; what is None is left blank."""
    cells = [[_cell(row.get(column)) for column in columns] for row in rows]
    widths = [max(len(line[index]) for line in [list(columns), *cells]) for index in range(len(columns))]
    numeric = [all(isinstance(row.get(column), int | float | None) for row in rows) for column in columns]

    def line(values: Sequence[str]) -> str:
        padded = [
            value.rjust(width) if right else value.ljust(width)
            for value, width, right in zip(values, widths, numeric, strict=True)
        ]
        return "  ".join(padded).rstrip()

    return "\n".join([line(columns), *(line(values) for values in cells)])


def _cell(value: Any) -> str:
    """One line, whatever the text: a row must not look like two."""
    return "" if value is None else str(value).replace("\r", "\\r").replace("\n", "\\n")
