"""Many new rows, written with few statements.

Of a row that `executemany` inserts, a third to a half of the time is its own statement: binding, starting, resetting.
A hundred rows in one statement pay that once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any, Final

ROWS_A_STATEMENT: Final = 100
"""More gain nothing; a page of a platform mostly has a hundred records."""


def insert_rows(tx: sqlite3.Connection, into: str, rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows of equal width; `into` is `table (columns)`, in code's own words."""
    if not rows:
        return
    whole = len(rows) - len(rows) % ROWS_A_STATEMENT
    for at in range(0, whole, ROWS_A_STATEMENT):
        values = list(chain.from_iterable(rows[at : at + ROWS_A_STATEMENT]))
        tx.execute(_statement(into, len(rows[0]), ROWS_A_STATEMENT), values)
    if whole < len(rows):
        tx.executemany(_statement(into, len(rows[0]), 1), rows[whole:])


@cache
def _statement(into: str, width: int, rows: int) -> str:
    row = f"({', '.join('?' * width)})"
    return f"INSERT INTO {into} VALUES {', '.join([row] * rows)}"  # noqa: S608 - no value stands in it
