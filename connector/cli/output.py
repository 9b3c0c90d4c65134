"""What a verb prints: one JSON document, or the same as text for people. Light: every `--help` imports it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click

from connector.cli.caller import Caller


def show(caller: Caller, document: Any, text: str) -> None:
    """Print the document with `--json`, the text without."""
    if caller.as_json:
        print_json(document)
    else:
        click.echo(text)


def print_json(document: Any) -> None:
    """One document, indented, on stdout."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str))


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
    return "" if value is None else str(value)
