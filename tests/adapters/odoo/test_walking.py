"""The walk as a property: whatever changed when, and wherever the reader was stopped, every record is delivered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from adapters.odoo.walking import walk
from connector.adapter.seconds import BEGINNING, Mark
from connector.testing.simulators.odoo.domains import compiled

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Rows:
    """A database of rows that were written so many milliseconds ago; it is its own client."""

    def __init__(self, ages_ms):
        self.client = self
        self.kept = [{"id": id_, "write_date": NOW - timedelta(milliseconds=age)} for id_, age in enumerate(ages_ms, 1)]

    def now(self):
        return NOW

    def rows(self, _model, domain, _fields, *, order, limit, needs):
        fits = compiled(domain, lambda _: None)
        names = [part.split()[0] for part in order.split(", ")]
        found = sorted(filter(fits, self.kept), key=lambda row: [row[name] for name in names])[:limit]
        return [{**row, "write_date": row["write_date"].strftime("%Y-%m-%d %H:%M:%S")} for row in found]


@given(st.lists(st.integers(min_value=0, max_value=9_000), max_size=40), st.integers(1, 6), st.integers(0, 60))
def test_every_record_is_delivered_wherever_the_reader_was_stopped(ages_ms, limit, stop):
    rows = Rows(ages_ms)
    seen, mark = set(), Mark(BEGINNING)
    for count, (page, following) in enumerate(walk(rows, ("write_date",), mark, limit)):
        seen |= {row["id"] for row in page}
        mark = Mark.read(following.stored(), BEGINNING)
        if count == stop:
            break
    for page, _ in walk(rows, ("write_date",), mark, limit):
        seen |= {row["id"] for row in page}
    assert seen == {row["id"] for row in rows.kept}


@given(st.lists(st.integers(min_value=0, max_value=9_000), max_size=40), st.integers(1, 6))
def test_a_walk_asks_little_more_than_its_pages(ages_ms, limit):
    pages = list(walk(Rows(ages_ms), ("write_date",), Mark(BEGINNING), limit))
    seconds = len({age // 1000 for age in ages_ms}) + 1
    assert len(pages) <= 2 * len(ages_ms) // limit + 3 * seconds + 2
