"""The activity log by time: every row is found, whatever the ties, the pages, and the order that the account keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.activecampaign import rows
from connector.testing.conformance.clock import BEGIN
from tests.adapters.told import Told


@dataclass
class Log:
    """An account's log; `keeps_order` False: newest first, whatever is asked. `told_total` False: no total."""

    times: list[datetime]
    keeps_order: bool = True
    told_total: bool = True
    calls: int = 0

    def request(self, method, path, *, params):
        self.calls += 1
        found = [(at, number) for number, at in enumerate(self.times)]
        if "after" in params:
            found = [one for one in found if one[0] > datetime.fromisoformat(params["after"])]
        found.sort(key=lambda one: one[0], reverse=not self.keeps_order)
        some = found[params["offset"] : params["offset"] + params["limit"]]
        told = [{"id": str(number), "tstamp": at.isoformat()} for at, number in some]
        meta = {"meta": {"total": str(len(found))}} if self.told_total else {}
        return Told({"activities": told, **meta})


@settings(deadline=None, max_examples=200)
@given(
    seconds=st.lists(st.integers(0, 30), max_size=60),
    size=st.integers(2, 12),
    keeps_order=st.booleans(),
    told_total=st.booleans(),
)
def test_every_row_is_found(seconds, size, keeps_order, told_total):
    log = Log([BEGIN + timedelta(seconds=one) for one in seconds], keeps_order, told_total)
    found = [row["id"] for page, _ in rows.walk(log, {}, BEGIN - timedelta(seconds=1), size) for row in page]
    assert set(found) == {str(number) for number in range(len(seconds))}


def test_rows_that_vanish_between_two_pages_take_no_other_along():
    log = Log([BEGIN + timedelta(seconds=one) for one in range(30)])
    found = set()
    for page, _ in rows.walk(log, {}, None, 10):
        found |= {row["tstamp"] for row in page}
        log.times = [at for at in log.times if at != BEGIN + timedelta(seconds=3)]
    assert found == {(BEGIN + timedelta(seconds=one)).isoformat() for one in range(30)}


def test_a_log_of_one_page_takes_one_call():
    log = Log([BEGIN])
    assert [len(page) for page, _ in rows.walk(log, {}, None, 10)] == [1]
    assert log.calls == 1
