"""Changes of lists and of consent, the filter that is not trusted blindly, and the walk over everybody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.acton.marketing import ActOnMarketing
from connector.errors import ConfigError, ContractError, RemoteRefusal
from connector.testing.conformance.marketing.keeping import Kept


@pytest.fixture
def world(acton):
    return acton()


def named(world, kept, **values):
    """Whom one walk of changes names, whole or by id."""
    found = set()
    for page in kept._walk("changes", world.adapter(**values).changes(kept.cursors.get("changes"))):
        found |= {record["_contact_id_"] for record in page.records}
        found |= {one.id for one in page.to_read if one.stream == "contacts"}
    return found


def test_a_pull_with_nothing_new_takes_a_call_for_each_list_and_two_for_consent(world):
    world.add(1)
    kept, adapter = Kept(), world.adapter(lists=["l-0001"])
    for _ in range(3):
        world.clock.advance(3600)
        before = len(world.simulator.calls("GET"))
        for page in adapter.changes(kept.cursors.get("changes")):
            kept._keep("changes", page)
    assert len(world.simulator.calls("GET")) - before == 3


def test_the_window_goes_by_the_platforms_clock_not_by_ours(acton):
    """Our clock is an hour ahead: what happens within that hour of the platform's is met all the same."""
    world = acton(factor=10)  # two clocks: a wait of ours does not move the platform's
    ana = world.add(1)
    kept, behind = Kept(), world.clock
    world.clock = type(behind)(behind.begin + timedelta(hours=1))
    named(world, kept, lists=["l-0001"])
    behind.advance(1200)
    world.act(ana)
    assert named(world, kept, lists=["l-0001"]) == {ana}


def test_the_filter_counts_milliseconds(world):
    kept = Kept()
    named(world, kept)
    world.clock.advance(3600)
    named(world, kept)
    (asked,) = {
        call.params["modafter"] for call in world.simulator.calls("GET", "/l-0001$")[1:] if call.params.get("modafter")
    }
    assert len(asked) == 13


def test_a_filter_that_would_hide_everybody_holds_the_stream(acton):
    world = acton(list_unit_ms=1000)
    world.add(1)
    kept = Kept()
    assert len(named(world, kept)) == 1, "the first read asks for everybody"
    world.clock.advance(3600)
    with pytest.raises(ContractError, match="modafter") as caught:
        named(world, kept)
    assert caught.value.code == "filter_unit"


def test_the_filter_is_looked_at_once(world):
    world.add(1)
    kept = Kept()
    for _ in range(3):
        named(world, kept)
        world.clock.advance(3600)
    assert len([call for call in world.simulator.calls("GET", "/l-0001$") if call.params["count"] == "1"]) == 2


@pytest.mark.parametrize(("dates", "dunder"), [("numbers", True), ("words", True), ("words", False)])
def test_times_of_change_are_read_however_the_list_writes_them(acton, dates, dunder):
    world = acton(dates=dates, dunder=dunder)
    ids = {world.add(number) for number in range(world.page_size + 3)}
    kept = Kept()
    pages = list(kept._walk("changes", world.adapter().changes(None)))
    records = [record for page in pages for record in page.records]
    assert {record["modified_at"] for record in records} == {"2026-11-20T12:00:00+00:00"}
    assert not [name for record in records for name in record if name.endswith("_date")]
    assert {one.changed_at for page in pages for one in page.to_read} == {world.clock.begin}
    assert named(world, kept) == set()
    world.clock.advance(60)
    world.act(min(ids))
    assert named(world, kept) == {min(ids)}


def test_since_is_how_far_back_the_first_read_goes(acton):
    world = acton()
    old = world.add(1)
    world.clock.advance(86_400)
    world.since = world.clock.now() - timedelta(hours=1)
    new = world.add(2)
    assert named(world, Kept()) == {new}
    assert old in Kept().sweep(world.adapter())


def test_several_lists_are_read_and_a_name_serves_as_well_as_an_id(world):
    world.simulator.account.add_list("Webinar guests")
    world.simulator.account.add_list("Others")
    ids = {world.add(1), world.simulator.add("b@example.com", "l-0002")}
    other = world.simulator.add("c@example.com", "l-0003")
    assert named(world, Kept(), lists=["l-0001", "webinar Guests"]) == ids
    assert named(world, Kept()) == {*ids, other}


def test_a_name_that_no_list_has_or_that_two_have_is_a_mistake_of_the_configuration(world):
    with pytest.raises(ConfigError, match="no list is called"):
        named(world, Kept(), lists=["Nobody"])
    world.simulator.account.add_list("All leads")
    with pytest.raises(ConfigError, match="2 lists are called"):
        named(world, Kept(), lists=["All leads"])


def test_a_list_that_is_gone_says_which(world):
    with pytest.raises(RemoteRefusal) as caught:
        named(world, Kept(), lists=["l-0009"])
    assert "l-0009" in caught.value.message
    assert "lists" in str(caught.value.hint)


def test_contacts_of_a_list_that_was_deleted_are_gone(world):
    world.simulator.account.add_list("Short-lived")
    id_ = world.simulator.add("b@example.com", "l-0002")
    del world.simulator.account.lists["l-0002"]
    (answer,) = world.adapter().contacts([id_])
    assert answer.state == "gone"


@pytest.mark.parametrize("by", ["optout", "spamcomplaint"])
def test_an_opt_out_that_changes_no_record_is_told_with_the_next_pull_and_once(world, by):
    ana, _ = world.add(1), world.add(2)
    kept = Kept()
    named(world, kept)
    world.clock.advance(3600)
    world.simulator.opt_out(ana, by=by)
    assert named(world, kept) == {ana}
    kept.read_waiting(world.adapter())
    assert kept.contacts[ana]["opted_out"] == "yes"
    world.clock.advance(300)
    assert named(world, kept) == set()


def test_many_opt_outs_are_found_by_reading_the_lists_not_one_by_one(world):
    ids = [world.add(number) for number in range(120)]
    kept = Kept()
    named(world, kept)
    world.clock.advance(3600)
    for id_ in ids[:110]:
        world.simulator.opt_out(id_)
    assert named(world, kept) == set(ids[:110])
    assert not world.simulator.calls("GET", "/lookup/")


def test_a_daemon_notices_within_a_day_that_somebody_came_back(world):
    ana = world.add(1)
    world.simulator.opt_out(ana)
    kept, adapter = Kept(), world.adapter()

    def pull():
        pages = list(kept._walk("changes", adapter.changes(kept.cursors.get("changes"))))
        return {one.id for page in pages for one in page.to_read if one.stream == "contacts"}

    pull()
    world.simulator.opt_in(ana)
    world.clock.advance(86_400)
    world.add(2)
    assert pull() == {ana}
    (answer,) = adapter.contacts([ana])
    assert answer.record["opted_out"] == "no"


def test_everybodys_history_is_read_again_in_turn(world):
    ids = {world.add(number) for number in range(50)}
    days = []
    for _ in range(5):
        pages = world.adapter(histories_per_day=10).everyone(None)
        days.append({one.id for page in pages for one in page.to_read})
        world.clock.advance(86_400)
    assert set().union(*days) == ids
    assert sum(map(len, days)) == len(ids)
    assert not [one for page in world.adapter(histories_per_day=0).everyone(None) for one in page.to_read]


def test_a_turn_reaches_back_to_the_one_before_last(world):
    for number in range(50):
        world.add(number)
    turns = [one for page in world.adapter(histories_per_day=1).everyone(None) for one in page.to_read]
    assert {world.clock.begin - one.since for one in turns} <= {timedelta(days=100)}
    daily = [one for page in world.adapter().everyone(None) for one in page.to_read]
    assert {world.clock.begin - one.since for one in daily} == {timedelta(days=62)}


def test_the_daily_walk_asks_for_no_record_twice(world):
    for number in range(5):
        world.add(number)
    adapter = world.adapter()
    for one in [one for page in adapter.everyone(None) for one in page.to_read]:
        list(adapter.activities_of(one.id, one.since))
    assert not world.simulator.calls("GET", "/record/[^/]+$")
    assert len(world.simulator.calls("GET", "/facts$")) == 5


def test_a_page_holds_1000_contacts(acton):
    world = acton()
    world.kind = ActOnMarketing
    for number in range(1003):
        world.add(number)
    assert len(named(world, Kept(), lists=["l-0001"])) == 1003
    assert [call.params["count"] for call in world.simulator.calls("GET", "/l-0001$")] == ["1000", "1000"]
