"""Changed deals, told by an API that has no list of changes: in any order, past the ceiling, under deletions."""

from __future__ import annotations

import pytest

from connector.testing.conformance.crm.driving import ids, read_all
from connector.testing.simulator import Fault

VERSIONS = pytest.mark.parametrize("version", [1, 2])


def pages_read(world):
    return len(world.simulator.calls("GET", "/deals$"))


def test_an_order_that_is_not_heeded_is_noticed_and_all_deals_are_read(crm):
    world = crm(1)
    world.simulator.sorts_by_change = False
    added = []
    for number in range(1, 14):
        added.append(world.add(number))
        world.clock.advance(60)
    world.clock.advance(3600)
    _, cursor = read_all(world.adapter())
    world.clock.advance(3600)
    world.decide(added[2])
    world.clock.advance(600)
    records, cursor = read_all(world.adapter(), cursor)
    assert ids(records) == {added[2]}, "the first page is as untouched as an order that holds would show it"
    world.clock.advance(3600)
    world.decide(added[6])
    records, _ = read_all(world.adapter(), cursor)
    assert ids(records) == {added[6]}


@VERSIONS
def test_deals_past_the_ceiling_of_a_list_are_read_all_the_same(crm, version):
    world = crm(version)
    world.simulator.ceiling = 10
    added = set()
    for number in range(1, 28):
        added.add(world.add(number))
        world.clock.advance(3600)
    records, _ = read_all(world.adapter())
    assert ids(records) == added


def test_deals_that_move_up_as_others_are_deleted_are_not_skipped(crm):
    world = crm(1)
    added = []
    for number in range(1, 14):
        added.append(world.add(number))
        world.clock.advance(60)
    seen = set()
    for count, page in enumerate(world.adapter().records(None), 1):
        seen |= ids(page.records)
        if count == 1:
            world.delete(added[-1])
            world.delete(added[-2])
    assert seen >= set(added)


def test_a_look_when_nothing_changed_costs_one_call(crm):
    for version in (1, 2):
        world = crm(version)
        added = []
        for number in range(1, 12):
            added.append(world.add(number))
            world.clock.advance(1)
        world.clock.advance(3600)
        world.decide(added[4])
        world.clock.advance(1)
        world.decide(added[8])
        world.clock.advance(3600)
        _, cursor = read_all(world.adapter())
        world.clock.advance(3600)
        before = pages_read(world)
        records, _ = read_all(world.adapter(), cursor)
        assert (records, pages_read(world) - before) == ([], 1)


def test_our_own_scores_that_come_back_ask_for_no_contact_again(crm):
    world = crm(2)
    records = [world.add(number) for number in range(1, 5)]
    adapter = world.adapter()
    world.clock.advance(600)
    _, cursor = read_all(adapter)
    adapter.write([world.change(record, number, 50) for number, record in enumerate(records, 1)])
    world.clock.advance(60)
    asked = len(world.simulator.calls("GET", "/contacts/"))
    changed, _ = read_all(adapter, cursor)
    assert {one.email for one in changed} == {world.email_of(number) for number in range(1, 5)}
    assert len(world.simulator.calls("GET", "/contacts/")) == asked


@VERSIONS
def test_a_reason_that_the_list_leaves_out_is_read_from_the_deal(crm, version):
    world = crm(version)
    world.simulator.tells_reasons = False
    record = world.add(1)
    world.clock.advance(60)
    world.simulator.lose(record[1], "Concorrente", note="chose another")
    world.clock.advance(60)
    (found,), _ = read_all(world.adapter())
    assert (found.fields["status"], found.fields["lost_reason"]) == ("lost", "Concorrente")


@VERSIONS
def test_open_lost_paused_and_won_are_four_things(crm, version):
    world = crm(version)
    opened, lost, paused, won = (world.add(number)[1] for number in range(1, 5))
    world.simulator.lose(lost)
    world.simulator.pause(paused)
    world.simulator.win(won, 900)
    world.clock.advance(60)
    records, _ = read_all(world.adapter())
    told = {one.id: one.fields["status"] for one in records}
    assert told == {opened: "ongoing", lost: "lost", paused: "paused", won: "won"}


def test_a_reason_that_an_admin_made_just_now_is_known(crm):
    world = crm(2)
    first, second = world.add(1), world.add(2)
    adapter = world.adapter()
    world.simulator.lose(first[1], "Outro")
    read_all(adapter)
    world.clock.advance(30)
    world.simulator.store.reasons["new"] = "Sem orçamento este ano"
    world.simulator.lose(second[1], "Sem orçamento este ano")
    records, _ = read_all(adapter)
    assert {one.id: one.fields["lost_reason"] for one in records}[second[1]] == "Sem orçamento este ano"


def test_stages_that_a_deal_went_through_are_told_where_the_answer_has_them(crm):
    world = crm(1, fields={"deal": ("status", "stage", "stage_order")})
    world.simulator.tells_reasons = False
    record = world.add(1)
    world.clock.advance(600)
    world.simulator.move(record[1], 3)
    world.clock.advance(600)
    world.simulator.lose(record[1], "Outro")
    (found,), _ = read_all(world.adapter())
    assert [(one.field, one.old, one.new) for one in found.history] == [
        ("stage", None, "Sem contato"), ("stage_order", None, 1),
        ("stage", "Sem contato", "Identificação do interesse"), ("stage_order", 1, 3),
    ]  # fmt: skip


@VERSIONS
def test_a_person_without_an_address_is_found_by_the_key(crm, version):
    world = crm(version)
    records = [world.add(number) for number in (1, 2, 3)]
    adapter = world.adapter()
    adapter.write([world.change(records[1], 2, 50)])
    keys = world.keys(2)
    for _ in range(2):
        (answer,) = adapter.resolve([type(keys)(keys.leadloop_id)])
        assert [(one.object, one.id, one.by) for one in answer.found] == [(*records[1], "key")]


def test_a_link_to_another_page_is_never_followed(crm):
    world = crm(2)
    for number in range(1, 12):
        world.add(number)
    read_all(world.adapter())
    assert world.simulator.calls(path="^/api/v2/") == []


def test_a_stored_cursor_that_is_not_ours_is_told(crm):
    with pytest.raises(Exception, match="cursor cannot be read"):
        list(crm(1).adapter().records({"mark": "yesterday"}))


def test_a_record_without_its_times_holds_the_stream(crm):
    world = crm(1)
    from connector.testing.simulator import Reply

    body = {"deals": [{"_id": "1", "name": "Deal"}], "total": 1, "has_more": False}
    world.simulator.faults.append(Fault("reply", path="/deals$", reply=Reply(200, body)))
    with pytest.raises(Exception, match="without a readable 'created_at'"):
        read_all(world.adapter())
