"""The activity log: sparse pages, late rows, tokens that die, and what each stream makes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.marketo.feed import DEEP_EVERY
from connector.errors import ConfigError, ContractError, RemoteRefusal
from connector.testing.conformance.marketing.keeping import Crash, Kept
from connector.testing.simulator import Fault
from connector.testing.simulators.marketo import wording

LOG = r"/activities\.json$"
CHANGES = "/leadchanges.json"


@pytest.fixture
def world(marketo):
    return marketo()


def acts(adapter, cursor=None):
    """Keys of one walk, and the cursor after it. The log and a bulk file may both tell of the same act."""
    pages = list(adapter.activities(cursor))
    return list(dict.fromkeys(act["marketoGUID"] for page in pages for act in page.records)), pages[-1].cursor


def test_sparse_and_empty_pages_do_not_end_a_walk(world):
    id_ = int(world.add(1))
    adapter = world.adapter()
    _, cursor = acts(adapter)
    asked = len(world.simulator.calls("GET", LOG))
    world.act(str(id_))
    for _ in range(100):
        world.clock.advance(1)
        world.simulator.act(id_, 6)  # sent mails: they fill the log, and nobody asks for them
    world.act(str(id_))
    assert len(acts(adapter, cursor)[0]) == 2
    assert len(world.simulator.calls("GET", LOG)) - asked == 6


def test_a_quiet_account_costs_two_calls_a_feed(world):
    world.act(world.add(1))
    adapter = world.adapter()
    _, cursor = acts(adapter)
    asked = len(world.simulator.ledger)
    world.clock.advance(300)
    assert acts(adapter, cursor)[0] == []
    assert len(world.simulator.ledger) == asked + 2


def test_an_act_that_shows_hours_late_is_found_by_the_deep_walk(world):
    id_ = world.add(1)
    adapter = world.adapter()
    _, cursor = acts(adapter)
    world.clock.advance(600)
    at = world.clock.now()
    world.act(id_, at, visible_at=at + timedelta(hours=4))
    found = set()
    for _ in range(3):
        world.clock.advance(DEEP_EVERY.total_seconds() - 60)
        some, cursor = acts(adapter, cursor)
        found |= set(some)
    assert len(found) == 1


def test_what_was_met_before_is_left_out_and_the_memory_of_it_is_short(world):
    id_ = world.add(1)
    adapter = world.adapter()
    _, cursor = acts(adapter)
    for _ in range(5):
        world.clock.advance(300)
        world.act(id_)
        found, cursor = acts(adapter, cursor)
        assert len(found) == 1
    (feed,) = cursor["feeds"].values()
    assert len(feed["seen"]) <= 3


def test_a_token_that_is_no_longer_taken_is_replaced_by_the_time_of_the_walk(world):
    id_ = world.add(1)
    for _ in range(60):
        world.act(id_)
    kept = Kept()
    with pytest.raises(Crash):
        for number, page in enumerate(world.adapter().activities(None), 1):
            kept._keep("activities", page)
            kept.acts.update(act["marketoGUID"] for act in page.records)
            if number == 2:
                raise Crash
    world.simulator.faults.append(Fault("reply", path=LOG, reply=wording.refused(701, "Invalid nextPageToken value")))
    found, _ = acts(world.adapter(), kept.cursors["activities"])
    assert len(kept.acts | set(found)) == 60


def test_a_refusal_that_is_not_about_the_token_stops_the_walk(world):
    world.simulator.faults.append(Fault("reply", path=LOG, reply=wording.refused(1003, "Too many values")))
    with pytest.raises(RemoteRefusal):
        acts(world.adapter())


def test_paging_that_stands_still_is_a_breach_of_contract(world):
    world.act(world.add(1))
    token = world.simulator.instance.log.token(world.clock.now() - timedelta(seconds=1))
    reply = wording.result(None, nextPageToken=token, moreResult=True)
    world.simulator.faults.append(Fault("reply", path=LOG, times=9, reply=reply))
    with pytest.raises(ContractError, match="no way on"):
        acts(world.adapter())


def test_more_than_ten_types_are_several_feeds(marketo):
    world = marketo(values={"activity_types": [*map(str, range(1, 14)), "46"]})
    id_ = int(world.add(1))
    for type_id in (2, 46):
        world.simulator.act(id_, type_id)
    found, cursor = acts(world.adapter())
    assert len(found) == 3  # a new lead is an activity, too
    assert list(cursor["feeds"]) == ["1,2,3,4,5,6,7,8,9,10", "11,12,13,46"]


def test_another_choice_of_types_reads_the_history_again(marketo):
    world = marketo()
    id_ = int(world.add(1))
    world.simulator.act(id_, 22)
    world.act(str(id_))
    first, cursor = acts(world.adapter())
    world.values = {"activity_types": ["2", "22"]}
    second, _ = acts(world.adapter(), cursor)
    assert (len(first), len(second)) == (1, 2)


def test_types_are_numbers(marketo):
    world = marketo(values={"activity_types": ["2", "Visit Webpage"]})
    with pytest.raises(ConfigError, match="Visit Webpage"):
        acts(world.adapter())


def test_attributes_stand_by_their_names(world):
    id_ = int(world.add(1))
    mark = {"Link": "https://example.com/a", "Is Bot Activity": True, "Device": ""}
    world.simulator.act(id_, 11, primary="Newsletter", attributes=mark)
    page = next(page for page in world.adapter().activities(None) if page.records)
    assert page.records[0]["attributes"] == {"Link": "https://example.com/a", "Is Bot Activity": True}


def test_a_changed_lead_is_read_whole_and_once_in_a_walk(world):
    id_ = int(world.add(1))
    adapter = world.adapter()
    kept = Kept()
    kept.pull(adapter)
    world.clock.advance(60)
    world.simulator.edit(id_, lastName="Silva", company="Acme")
    world.simulator.edit(id_, leadloop_note="own fields count, though updatedAt stays")
    kept.named.clear()
    kept.pull(adapter)
    assert kept.named == {str(id_): 1}
    assert kept.contacts[str(id_)]["leadloop_note"] == "own fields count, though updatedAt stays"


def test_a_change_of_a_field_that_the_mapping_does_not_name_reads_nobody(world):
    id_ = int(world.add(1))
    adapter = world.adapter(fields={"": ("email",)})
    kept = Kept()
    kept.pull(adapter)
    world.clock.advance(60)
    world.simulator.edit(id_, leadStatus="Open")
    kept.named.clear()
    kept.pull(adapter)
    assert not kept.named


def test_a_field_that_the_account_lacks_is_left_out_and_the_rest_goes_on(world):
    id_ = world.add(1)
    kept = Kept()
    kept.pull(world.adapter(fields={"": ("email", "no_such_field")}))
    assert kept.contacts[id_]["email"] == "lead1@example.com"


def test_300_rows_is_what_marketo_takes_and_what_is_asked_for(world):
    ids = [world.add(number) for number in range(301)]
    adapter = world.adapter()
    adapter.page_size = 300
    pages = [len(page.records) for page in adapter.changes(None)]
    assert pages[:2] == [300, 1]
    assert len(list(adapter.contacts(ids))) == 301
    adapter.page_size = 301
    with pytest.raises(RemoteRefusal, match="batchSize"):
        list(adapter.changes(None))


def test_addresses_stay_below_8_kb_however_many_fields_there_are(world):
    names = [f"own_field_with_a_long_name_{number}" for number in range(150)]
    for name in names:
        world.simulator.instance.schema.add(name)
    ids = [world.add(number) for number in range(300)]
    found = list(world.adapter(fields={"": names}).contacts(ids))
    assert {answer.state for answer in found} == {"whole"}


def test_a_deletion_and_a_merge_are_told_once_each(world):
    ids = [world.add(number) for number in range(4)]
    world.delete(ids[0])
    world.merge(ids[1], ids[2])
    adapter = world.adapter()
    pages = list(adapter.removals(None))
    told = [(one.id, one.merged_into) for page in pages for one in page.records]
    assert told == [(ids[0], None), (ids[1], ids[2])]
    world.clock.advance(60)
    assert [one for page in adapter.removals(pages[-1].cursor) for one in page.records] == []


@pytest.mark.parametrize("told", ["{0}", "[{0}, {1}]", "{0},{1},{0}"])
def test_losers_of_a_merge_are_read_however_they_are_listed(world, told):
    first, second, third = (int(world.add(number)) for number in range(3))
    about = {"Merge IDs": told.format(first, second)}
    world.simulator.act(third, 32, attributes=about)
    merged = {one.id for page in world.adapter().removals(None) for one in page.records}
    assert merged == {str(id_) for id_ in (first, second) if str(id_) in about["Merge IDs"]}


def test_a_merge_that_names_nobody_is_reported(world):
    world.simulator.act(int(world.add(1)), 32, attributes={"Master Updated": True})
    bad = [bad.error.code for page in world.adapter().removals(None) for bad in page.bad]
    assert bad == ["merge_without_ids"]


def test_a_silence_longer_than_deletions_are_kept_is_reported_once(world):
    adapter = world.adapter()
    *_, last = adapter.removals(None)
    world.clock.advance(20 * 86_400)
    pages = list(adapter.removals(last.cursor))
    assert [bad.error.code for page in pages for bad in page.bad] == ["deletions_missed"]
    assert [bad for page in adapter.removals(pages[-1].cursor) for bad in page.bad] == []
