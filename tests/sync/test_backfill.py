"""History that a person asks for again: every contact, as far back as they said, whatever waits already."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from adapters.rdstation.marketing import RdStationMarketing
from connector.adapter import Page, ToRead
from connector.loop.requests import perform
from connector.state import reading
from connector.state.store import Store
from tests.sync.world import Company


def ask_for_all(store: Store, **args: Any) -> None:
    with store.write(step=True) as tx:
        assert "error" not in perform(tx, store, "backfill", {"connection": "rd", "since": None, **args})


def test_a_contact_whose_newest_acts_wait_is_read_as_far_back_as_all_others(company: Company) -> None:
    uuid = company.convert("ana", "ebook-a")
    company.run()
    store, yesterday = company.open().store, company.clock.now() - timedelta(days=1)
    with store.hold():
        with store.write(step=True) as tx:
            reading.want_read(tx, "rd", [ToRead("activities", uuid, since=yesterday)])
        ask_for_all(store)
    assert company.ask("SELECT lane, since FROM to_read WHERE stream = 'activities'") == [(reading.FRESH, None)]


def test_history_that_is_asked_for_while_the_newest_acts_are_read_is_read_afterwards(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    uuid = company.convert("ana", "ebook-a")
    company.run()
    store, asked, told = company.open().store, RdStationMarketing.activities_of, []

    def slow(adapter: RdStationMarketing, id_: str, since: datetime | None) -> Iterator[Page[Any]]:
        told.append(since)
        yield from asked(adapter, id_, since)
        if len(told) == 1:
            ask_for_all(store)

    monkeypatch.setattr(RdStationMarketing, "activities_of", slow)
    since = company.clock.now() - timedelta(days=1)
    with store.hold(), store.write(step=True) as tx:
        reading.want_read(tx, "rd", [ToRead("activities", uuid, since=since)])
    company.run_until_quiet()
    assert told == [since, None]
    assert company.ask("SELECT count(*) FROM to_read") == [(0,)]


def test_nothing_waits_that_nobody_can_ask_for_by_its_id(company: Company) -> None:
    company.convert("ana", "ebook-a")
    company.run()
    store = company.open().store
    with store.hold():
        ask_for_all(store)
        ask_for_all(store, streams=["contacts"])
    assert company.ask("SELECT DISTINCT stream FROM to_read") == [("contacts",)]
