"""A walk through whole seconds delivers every record, wherever it was stopped, and whatever filled one second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.adapter.seconds import BEGINNING, Listing, Mark
from connector.errors import ConfigError
from connector.model import Json

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
AGES_S = st.lists(st.integers(0, 12), max_size=40)


def listing(ages_s: list[int], rows: int) -> Listing:
    """A list of records that changed so many seconds ago, in an order of ids that is none of times."""
    kept = [{"id": f"{place * 7 % 41:02}", "at": NOW - timedelta(seconds=age)} for place, age in enumerate(ages_s)]

    def ask(mark: Mark) -> list[Json]:
        if mark.after is not None:
            found = [row for row in kept if row["at"] == mark.begin and str(row["id"]) > mark.after]
            return sorted(found, key=lambda row: row["id"])[:rows]
        return sorted((row for row in kept if mark.begin <= row["at"] <= mark.end), key=lambda row: row["at"])[:rows]

    return Listing(ask, lambda: NOW, rows, "at", lambda told: told, timedelta(seconds=5))


def walked(where: Listing, mark: Mark, pages: int = 10_000) -> tuple[list[str], Mark]:
    """Ids in the order of delivery, and the stored mark, after at most so many pages."""
    found: list[str] = []
    for (rows, following), _ in zip(where.walk(mark), range(pages), strict=False):
        found += [str(row["id"]) for row in rows]
        mark = Mark.read(following.stored(), BEGINNING)
    return found, mark


@given(AGES_S, st.integers(1, 6), st.integers(1, 40))
def test_every_record_is_delivered_wherever_the_reader_was_stopped(ages_s: list[int], rows: int, pages: int) -> None:
    where = listing(ages_s, rows)
    begun, mark = walked(where, Mark(BEGINNING), pages)
    rest, _ = walked(where, mark)
    assert len({*begun, *rest}) == len(ages_s)


@given(AGES_S, st.integers(1, 6))
def test_a_second_walk_brings_only_what_the_overlap_covers(ages_s: list[int], rows: int) -> None:
    where = listing(ages_s, rows)
    _, mark = walked(where, Mark(BEGINNING))
    assert mark == Mark(NOW - timedelta(seconds=5))
    again, _ = walked(where, mark)
    assert len(set(again)) == len([age for age in ages_s if age <= 5])


def test_a_second_that_fills_a_page_is_walked_by_id_and_left_behind() -> None:
    where = listing([3] * 5 + [1], 2)
    marks = [mark for _, mark in where.walk(Mark(BEGINNING))]
    assert [mark.after for mark in marks] == [None, "", "07", "21", None, None]
    assert [mark.begin for mark in marks[:5]] == [NOW - timedelta(seconds=age) for age in (3, 3, 3, 3, 2)]


@pytest.mark.parametrize("stored", [{}, {"since": None}, {"since": "yesterday"}, "2026-11-22"])
def test_a_cursor_of_something_else_is_refused(stored: Any) -> None:
    with pytest.raises(ConfigError, match="cursor"):
        Mark.read(stored, BEGINNING)
