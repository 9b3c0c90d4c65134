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


def insert_rows(tx: sqlite3.Connection, into: str, rows: Sequence[Sequence[Any]], same: Sequence[Any] = ()) -> None:
    """Insert rows of equal width, each followed by the values that are the `same` in all of them.

    `into` is `table (columns)`, in code's own words.
    """
    if not rows:
        return
    width, whole = len(rows[0]), len(rows) - len(rows) % ROWS_A_STATEMENT
    for at in range(0, whole, ROWS_A_STATEMENT):
        values = [*same, *chain.from_iterable(rows[at : at + ROWS_A_STATEMENT])]
        tx.execute(_statement(into, width, len(same), ROWS_A_STATEMENT), values)
    if whole < len(rows):
        tx.executemany(_statement(into, width, len(same), 1), [(*same, *row) for row in rows[whole:]])


@cache
def _statement(into: str, width: int, same: int, rows: int) -> str:
    """The values that are the same are bound once, as ?1 and on; those of the rows follow."""
    last = [f"?{number}" for number in range(1, same + 1)]
    firsts = range(same + 1, same + 1 + rows * width, width)
    values = [", ".join([*(f"?{number}" for number in range(first, first + width)), *last]) for first in firsts]
    return f"INSERT INTO {into} VALUES ({'), ('.join(values)})"  # noqa: S608 - no value stands in it
