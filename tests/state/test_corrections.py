"""What others did to our fields: kept by field, forgotten with a new value, and given another chance by a person."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from connector.model import LeadWrite
from connector.state import corrections, desired, outbox, people, schema
from connector.state.clock import stamp
from connector.state.corrections import Correction
from connector.state.desired import Desired, Wish
from connector.state.migrate import migrate, migrations
from connector.state.store import Store, Tx

LEAD = "ll-0000000000000001"


def correction(want: object = True, *, contested: bool = False) -> Correction:
    return Correction(want, False, "2026-11-20T11:00:00.000000Z", "2026-11-20T11:05:00.000000Z", contested)


def wished(tx: Tx, now: datetime) -> None:
    """One person whose record holds a score and the mark."""
    people.add_people(tx, [(1, LEAD)], now)
    want = {"MQL": True, "Score": 60}
    desired.wish(tx, Wish("sf", 1, "Lead", want, [], 60_000, due=True, fresh=False, limited=False), now)
    desired.link(tx, "sf", 1, "Lead", "00Q1", now)
    desired.settle_wish(tx, "sf", 1, want, 60_000, now, now + timedelta(seconds=5, microseconds=7))


def one_of(tx: Tx) -> Desired:
    return desired.desired_of(tx, [1])["sf", 1]


def test_each_field_is_dated_by_the_other_sides_clock_to_the_second(store: Store, now: datetime) -> None:
    with store.write() as tx:
        wished(tx, now)
        desired.settle_wish(tx, "sf", 1, {"Score": 65}, 65_000, now, now + timedelta(minutes=2))
        one = one_of(tx)
    assert one.stood_at("MQL") == stamp(now + timedelta(seconds=5))
    assert one.stood_at("Score") == stamp(now + timedelta(minutes=2))
    assert len(one.have_at) == 2, "what was written at once is dated at once"


def test_a_mark_beside_the_fields_dates_none_of_them(store: Store, now: datetime) -> None:
    with store.write() as tx:
        wished(tx, now)
        desired.settle_wish(tx, "sf", 1, {"tag:MQL": True}, None, now + timedelta(hours=1))
        assert one_of(tx).stood_at("MQL") == stamp(now + timedelta(seconds=5))


def test_a_field_that_was_confirmed_before_times_were_kept_has_that_of_the_whole_record(
    store: Store, now: datetime
) -> None:
    with store.write() as tx:
        wished(tx, now)
        tx.execute("UPDATE desired SET have_at = '{}'")
        assert one_of(tx).stood_at("MQL") == stamp(now)


def test_a_field_that_is_written_again_is_known_as_others_left_it(store: Store, now: datetime) -> None:
    with store.write() as tx:
        wished(tx, now)
        corrections.keep(tx, "sf", 1, {"Score": 60}, {"MQL": correction()})
        one = one_of(tx)
        assert (one.have, one.known) == ({"Score": 60}, {"Score": 60, "MQL": False})
        desired.settle_wish(tx, "sf", 1, {"MQL": True}, 60_000, now, now)
        one = one_of(tx)
    assert one.known == {"Score": 60, "MQL": True}
    assert one.corrected == {"MQL": correction()}


def test_another_value_of_ours_ends_what_was_said_of_the_old_one(store: Store, now: datetime) -> None:
    with store.write() as tx:
        wished(tx, now)
        corrections.keep(tx, "sf", 1, {"MQL": True, "Score": 60}, {"MQL": correction(contested=True)})
        for value in (False, True):
            desired.settle_wish(tx, "sf", 1, {"MQL": value}, 60_000, now, now)
        one = one_of(tx)
    assert one.corrected["MQL"].want is None


@pytest.mark.parametrize("contested", [True, False])
def test_a_replay_gives_contested_fields_another_chance(store: Store, now: datetime, contested: bool) -> None:
    with store.write() as tx:
        wished(tx, now)
        corrections.keep(tx, "sf", 1, {"MQL": True, "Score": 60}, {"MQL": correction(contested=contested)})
        desired.wish_again(tx, "sf", LEAD)
        one = one_of(tx)
    assert ("MQL" in (one.have or {})) is not contested
    assert one.corrected == {}


def test_a_record_that_has_to_be_found_anew_has_no_past(store: Store, now: datetime) -> None:
    with store.write() as tx:
        wished(tx, now)
        corrections.keep(tx, "sf", 1, {"Score": 60}, {"MQL": correction()})
        desired.forget_link(tx, "sf", 1)
        one = one_of(tx)
    assert (one.have, one.have_at, one.corrected, one.known) == (None, {}, {}, {})


def test_the_fields_of_all_writes_that_are_not_settled_are_under_way(store: Store, now: datetime) -> None:
    with store.write() as tx:
        wished(tx, now)
        for number, (state, field) in enumerate(
            [("held", "A"), ("planned", "B"), ("unknown", "C"), ("confirmed", "D")]
        ):
            write = LeadWrite(f"e{number}", "record", LEAD, "Lead", "00Q1", fields={field: 1})
            row = outbox.plan(tx, "sf", "crm", 1, 1, write, now, run="r")
            assert row is not None
            outbox.settle(tx, row, state, now)
        assert outbox.fields_under_way(tx, "sf", 1) == {"A", "B", "C"}
        assert outbox.fields_under_way(tx, "other", 1) == set()


def test_what_was_known_at_a_moment_is_told_by_field(store: Store, now: datetime) -> None:
    with store.write() as tx:
        wished(tx, now)
        corrections.keep(tx, "sf", 1, {}, {"MQL": correction(contested=True), "Score": correction(60)})
    told = corrections.of_person(store.read(), 1, "2026-11-20T11:05:00.000000Z")
    assert [(line["record"], line["field"], line["contested"]) for line in told] == [
        ("00Q1", "MQL", True), ("00Q1", "Score", False),
    ]  # fmt: skip
    assert corrections.of_person(store.read(), 1, "2026-11-20T11:00:00.000000Z") == []


def first_version(path: Path, now: datetime) -> None:
    """A state as version 0.1.0 left it, with one record that was written."""
    path.parent.mkdir(parents=True)
    connection = sqlite3.connect(path, isolation_level=None)
    migrations().apply(Database(connection), stop_before="m002_our_fields_in_the_crm")
    connection.execute("PRAGMA user_version = 1")
    connection.execute("INSERT INTO people VALUES (1, ?, ?, NULL, 0, NULL, NULL)", (LEAD, stamp(now)))
    connection.execute(
        "INSERT INTO desired (connection, person_id, object, record_id, want, have, wanted_at, confirmed_at)"
        " VALUES ('sf', 1, 'Lead', '00Q1', '{\"MQL\":true}', '{\"MQL\":true}', ?, ?)",
        (stamp(now), stamp(now)),
    )
    connection.close()


def test_a_state_of_the_first_version_goes_on_with_what_it_holds(path: Path, now: datetime) -> None:
    first_version(path, now)
    looking = Store.open_to_read(path)
    assert corrections.of_person(looking.read(), 1, stamp(now)) == []
    looking.close()
    store = Store.open(path)
    one = desired.desired_of(store.read(), [1])["sf", 1]
    assert (one.have, one.stood_at("MQL"), one.corrected) == ({"MQL": True}, stamp(now), {})
    assert store.problems() == []
    store.close()


def test_the_migration_is_complete_when_it_was_killed_before_the_version_was_written(path: Path, now: datetime) -> None:
    first_version(path, now)
    connection = sqlite3.connect(path, isolation_level=None)
    migrate(connection, 1)  # all of it, and the version of before
    connection.close()
    store = Store.open(path)
    assert store.read().execute("PRAGMA user_version").fetchone()[0] == schema.SCHEMA_VERSION
    store.close()
