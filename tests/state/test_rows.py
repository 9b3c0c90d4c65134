"""Many rows at once, and times as they are stored."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.state.clock import moment, stamp
from connector.state.rows import ROWS_A_STATEMENT, insert_rows


@pytest.mark.parametrize("count", [0, 1, ROWS_A_STATEMENT - 1, ROWS_A_STATEMENT, 2 * ROWS_A_STATEMENT + 7])
def test_every_row_arrives_once_and_in_order_with_what_is_the_same_in_all(count: int) -> None:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE pairs (id INTEGER PRIMARY KEY, name TEXT, number INTEGER, since TEXT, role TEXT) STRICT")
    rows = [(f"name {number}", number) for number in range(count)]
    insert_rows(db, "pairs (name, number, since, role)", rows, same=("today", "own"))
    wanted = [(*row, "today", "own") for row in rows]
    assert db.execute("SELECT name, number, since, role FROM pairs ORDER BY id").fetchall() == wanted
    db.close()


AFTER_YEAR_ONE = datetime(2, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=3))]), min_value=AFTER_YEAR_ONE))
def test_a_stored_time_is_utc_with_microseconds_and_comes_back_as_it_was(at: datetime) -> None:
    text = stamp(at)
    assert text == at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    assert moment(text) == at
