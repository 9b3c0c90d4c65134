"""A clock that was wrong for a while: what was written then does not stand in the way for as long as it was wrong."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from connector.adapter import ToRead
from connector.http.tokens import Tokens
from connector.model import LeadWrite
from connector.state import audit, desired, operation, outbox, people, reading
from connector.state.budgets import SqliteBudgets
from connector.state.clock import stamp
from connector.state.desired import Wish
from connector.state.store import Store
from connector.state.tokens import SqliteTokens, new_key

YEARS = timedelta(days=3650)
DAY = timedelta(days=1)


def test_a_day_that_was_spent_while_the_clock_was_years_ahead_is_no_day_of_ours(store: Store, now: datetime) -> None:
    budgets = SqliteBudgets(store)
    ahead = now + YEARS
    assert budgets.claim("acme", "*/86400", want=100, limit=100, now=ahead, until=ahead + DAY)[0] == 100
    assert budgets.used("acme", "*/86400", now) == 0
    assert budgets.claim("acme", "*/86400", want=100, limit=100, now=now, until=now + DAY)[0] == 100
    assert budgets.claim("acme", "*/86400", want=1, limit=100, now=now, until=now + DAY) == (0, now + DAY)


def test_a_clock_that_was_set_back_by_hours_frees_no_calls(store: Store, now: datetime) -> None:
    budgets = SqliteBudgets(store)
    budgets.claim("acme", "*/86400", want=100, limit=100, now=now, until=now + DAY)
    earlier = now - timedelta(hours=5)
    assert budgets.claim("acme", "*/86400", want=1, limit=100, now=earlier, until=earlier + DAY) == (0, now + DAY)


def test_a_pause_that_was_asked_for_while_the_clock_was_years_ahead_is_over(store: Store, now: datetime) -> None:
    budgets = SqliteBudgets(store)
    budgets.pause("acme", "default", now + YEARS, "quota")
    assert budgets.pauses("acme", now) == {}
    budgets.pause("acme", "default", now + DAY, "quota")
    assert budgets.pauses("acme", now) == {"default": now + DAY}
    budgets.pause("acme", "default", now + timedelta(hours=1), "quota")  # of two the longer one
    assert budgets.pauses("acme", now) == {"default": now + DAY}


def test_what_cannot_be_of_our_time_is_swept_away(store: Store, now: datetime) -> None:
    budgets = SqliteBudgets(store)
    budgets.claim("acme", "*/86400", want=1, limit=100, now=now + YEARS, until=now + YEARS + DAY)
    budgets.claim("acme", "*/86400", want=2, limit=100, now=now, until=now + DAY)
    budgets.pause("acme", "default", now + YEARS, "quota")
    budgets.sweep(now)
    rows = store.read().execute("SELECT used FROM budgets UNION ALL SELECT 0 FROM account_pauses").fetchall()
    assert [tuple(row) for row in rows] == [(2,)]


@pytest.mark.parametrize(
    ("later", "is_free"), [(timedelta(seconds=30), False), (timedelta(seconds=61), True), (-DAY, True)]
)
def test_a_lease_lasts_no_longer_than_it_was_given_for_whatever_the_clock_does(
    store: Store, now: datetime, later: timedelta, is_free: bool
) -> None:
    tokens = SqliteTokens(store, [new_key()])
    tokens.load("rd", "hash", Tokens(access="a"))
    assert tokens.lease("rd", "killed", 60)
    store.now = lambda: now + later
    assert tokens.lease("rd", "heir", 60) is is_free


def put_off(store: Store, until: datetime) -> None:
    """A stream, a reading, a write and a lead to be looked for that wait."""
    with store.write() as tx:
        people.add_people(tx, [(1, "ll-aaaaaaaaaaaaaaaa"), (2, "ll-bbbbbbbbbbbbbbbb")], until)
        operation.wait(tx, "rd", "pull/contacts", "quota", "spent", None, until, until)
        reading.want_read(tx, "rd", [ToRead("contacts", "c1")])
        tx.execute("UPDATE to_read SET next_at = ?", (stamp(until),))
        write = LeadWrite("sf:1:record:1", "record", "", "Lead", fields={"LeadScore__c": 60})
        outbox.plan(tx, "sf", "crm", 1, 1, write, until, run="r", creates=True)
        tx.execute("UPDATE outbox SET next_at = ?", (stamp(until),))
        wish = Wish("sf", 2, "Lead", {"LeadScore__c": 60}, [], 60_000, due=True, fresh=True, limited=False)
        desired.wish(tx, wish, until)
        desired.look_behind(tx, "sf", 2, until)


def waiting(store: Store, now: datetime) -> list[bool]:
    db = store.read()
    return [
        operation.waits_until(db, "rd", "pull/contacts", now) is not None,
        reading.next_reads(db, "rd", "contacts", 10, now) == [],
        outbox.sendable(db, "sf", 10, now) == [],
        desired.to_look_for(db, "sf", 10, now) == [],
    ]


def started(path: Path, now: datetime) -> Store:
    """The next process, by its clock."""
    store = Store.open(path, now=lambda: now)
    store.take()
    return store


def test_what_waits_for_a_year_that_only_a_wrong_clock_could_name_goes_on_when_the_clock_is_right(
    path: Path, now: datetime
) -> None:
    wrong = started(path, now + YEARS)
    put_off(wrong, now + YEARS + timedelta(minutes=5))
    wrong.close()
    right = started(path, now)
    assert waiting(right, now) == [False] * 4
    [line] = right.read().execute("SELECT action, detail FROM audit").fetchall()
    assert tuple(line) == ("clock set right", '{"freed":4,"to_score":0}')
    assert audit.fault(right.read()) is None
    right.close()
    again = started(path, now)
    assert again.read().execute("SELECT count(*) FROM audit").fetchone()[0] == 1
    again.close()


def test_a_clock_that_was_set_back_by_hours_leaves_what_waits_where_it_is(path: Path, now: datetime) -> None:
    before = started(path, now)
    put_off(before, now + timedelta(minutes=5))
    before.close()
    after = started(path, now - timedelta(hours=5))
    assert waiting(after, now - timedelta(hours=5)) == [True] * 4
    after.close()
