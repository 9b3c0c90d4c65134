"""Acts by message: reports are asked for when they are due, rows where counts moved, each act under one key."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.errors import ContractError, RetryableError
from connector.testing.conformance.marketing.keeping import Kept
from connector.testing.simulator import Fault, Reply


@pytest.fixture
def world(acton):
    return acton()


def read(world, kept=None, **values):
    """One pass over the feed; acts that it passed on."""
    kept = kept if kept is not None else Kept()
    adapter, acts = world.adapter(**values), []
    for page in kept._walk("activities", adapter.activities(kept.cursors.get("activities"))):
        acts += page.records
    return acts


def looks(world):
    """Calls for reports and their rows so far."""
    return len(world.simulator.calls("GET", "/report"))


def test_an_act_names_its_message_its_record_and_its_link_and_nobodys_address(world):
    ana = world.add(1)
    news = world.simulator.send("news-1")
    world.simulator.react(news, ana, "CLICKED", url="https://www.acme.example/pricing")
    (act,) = read(world)
    assert (act["event"], act["name"], act["contact_id"]) == ("CLICKED", "news-1", ana)
    assert act["url"] == "https://www.acme.example/pricing"
    assert not [value for value in act.values() if "@" in str(value) or value == "192.0.2.1"]


def test_sent_and_triggered_messages_are_read_and_drafts_are_not(world):
    ana = world.add(1)
    for type_ in ("SENT", "TRIGGERED", "DRAFT"):
        world.simulator.react(world.simulator.send(type_, type_=type_), ana, "OPENED")
    assert sorted(act["name"] for act in read(world)) == ["SENT", "TRIGGERED"]


def test_messages_are_listed_every_quarter_of_an_hour_and_not_with_every_pull(world):
    world.simulator.send("news-1")
    kept = Kept()
    read(world, kept)
    world.clock.advance(300)
    read(world, kept)
    assert len(world.simulator.calls("GET", "/api/1/message$")) == 2  # one for each type
    assert kept.why_zero[-1].startswith("messages were looked at less than")


def test_rows_are_read_only_where_counts_moved(world):
    ana = world.add(1)
    news = world.simulator.send("news-1")
    world.simulator.react(news, ana, "OPENED")
    kept = Kept()
    assert len(read(world, kept)) == 1
    world.clock.advance(3600)
    before = looks(world)
    assert read(world, kept) == []
    assert looks(world) - before == 1, "the report, and no rows"
    world.simulator.react(news, ana, "CLICKED", url="https://www.acme.example/a")
    world.clock.advance(3600)
    before = looks(world)
    assert [act["event"] for act in read(world, kept)] == ["CLICKED"]
    assert looks(world) - before == 2, "the report, and the rows of the kind that moved"


@pytest.mark.parametrize(("age_days", "looks_a_day"), [(0, 24), (5, 4), (20, 2), (59, 2), (61, 0)])
def test_a_quiet_message_is_looked_at_less_and_less_and_in_the_end_no_more(world, age_days, looks_a_day):
    world.simulator.send("news-1", world.clock.now() - timedelta(days=age_days))
    kept = Kept()
    kept.cursors["activities"] = {"known": {}}  # the first walk, which takes messages of any age, is over
    for _ in range(24):
        read(world, kept)
        world.clock.advance(3600)
    assert looks(world) == looks_a_day


def test_messages_with_which_nobody_did_anything_say_so(world):
    world.simulator.send("news-1")
    kept = Kept()
    assert read(world, kept) == []
    assert kept.why_zero == ["nobody did anything with the messages that were due for a look"]


def test_the_same_rows_read_again_have_the_same_keys(world):
    ids = [world.add(number) for number in range(3)]
    news = world.simulator.send("news-1")
    for id_ in ids:
        world.simulator.react(news, id_, "OPENED")
    kept = Kept()
    first = {act["key"] for act in read(world, kept)}
    world.clock.advance(3600)
    world.simulator.react(news, ids[0], "OPENED")
    again = {act["key"] for act in read(world, kept)}
    assert first < again
    assert len(again) == 4


def test_rows_that_fill_pages_are_all_read(world):
    news = world.simulator.send("news-1")
    for number in range(2 * world.page_size + 3):
        world.simulator.react(news, world.add(number), "OPENED")
    assert len({act["key"] for act in read(world)}) == 2 * world.page_size + 3


def test_a_crash_in_mid_message_loses_no_act(world):
    news = world.simulator.send("news-1")
    for number in range(2 * world.page_size + 3):
        world.simulator.react(news, world.add(number), "OPENED")
    kept = Kept()
    pages = world.adapter().activities(None)
    kept._keep("activities", next(pages))
    assert len({act["key"] for act in read(world, kept)}) == 2 * world.page_size + 3


def test_acts_of_lists_that_are_not_read_are_left_out(world):
    world.simulator.account.add_list("Others")
    stranger = world.simulator.add("other@example.com", "l-0002")
    world.simulator.react(world.simulator.send("news-1"), stranger, "OPENED")
    kept = Kept()
    assert read(world, kept, lists=["l-0001"]) == []
    assert kept.why_zero == ["all acts are of lists that are not read: l-0002"]
    assert len(read(world)) == 1


def test_the_first_walk_reads_messages_back_to_since(acton):
    world = acton()
    world.since = world.clock.now() - timedelta(days=100)
    ana = world.add(1)
    for days in (90, 200):
        at = world.clock.now() - timedelta(days=days)
        world.simulator.react(world.simulator.send(f"{days} days old", at), ana, "OPENED", at)
    assert [act["name"] for act in read(world)] == ["90 days old"]


def test_a_message_that_was_deleted_meanwhile_stops_nobody(world):
    ana = world.add(1)
    goes, stays = world.simulator.send("goes"), world.simulator.send("stays")
    world.simulator.react(stays, ana, "OPENED")
    gone = Reply(404, {"errorCode": 10030, "message": "Invalid or deleted message"})
    world.simulator.faults.append(Fault("reply", path=f"/{goes.id}/report$", reply=gone))
    assert [act["name"] for act in read(world)] == ["stays"]


def test_a_message_whose_report_fails_stops_no_other_and_is_told_at_the_end(world):
    ana, kept = world.add(1), Kept()
    fails, stays = world.simulator.send("fails"), world.simulator.send("stays")
    for message in (fails, stays):
        world.simulator.react(message, ana, "OPENED")
    broken = Fault("reply", path=f"/{fails.id}/report$", times=100, reply=Reply(500, {"errorCode": 1}))
    world.simulator.faults.append(broken)
    told = []
    with pytest.raises(RetryableError):
        for page in kept._walk("activities", world.adapter().activities(None)):
            told += page.records
    assert [act["name"] for act in told] == ["stays"]
    world.simulator.faults.clear()
    assert [act["name"] for act in read(world, kept)] == ["fails"]


def test_messages_are_read_however_their_parts_are_called(world):
    ana = world.add(1)
    news = world.simulator.send("news-1")
    world.simulator.react(news, ana, "OPENED")
    row = {"title": "news-1", "msg_id": news.id, "timestamp": int(news.at.timestamp() * 1000)}
    listed = Reply(200, {"offset": 0, "count": 1, "totalCount": 1, "msgresult": [row]})
    world.simulator.faults.append(Fault("reply", path="/api/1/message$", reply=listed))
    assert [act["name"] for act in read(world)] == ["news-1"]


def test_a_message_without_time_holds_the_stream(world):
    listed = Reply(200, {"offset": 0, "count": 1, "totalCount": 1, "msgresult": [{"msgId": "s-1"}]})
    world.simulator.faults.append(Fault("reply", path="/api/1/message$", reply=listed))
    with pytest.raises(ContractError, match="without its time"):
        read(world)
