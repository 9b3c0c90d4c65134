"""Who is this person in Odoo? What is archived counts, what is open counts first."""

from __future__ import annotations

from connector.adapter import PersonKeys
from connector.testing.conformance.crm.driving import settle


def found(world, *keys):
    return [[(one.id, one.by) for one in answer.found] for answer in world.adapter().resolve(keys)]


def test_a_lost_lead_is_found_though_searches_hide_it(odoo):
    world = odoo()
    _, lead = world.add(1)
    world.simulator.lose(int(lead), "No response")
    assert found(world, world.keys(1)) == [[(lead, "email")]]


def test_an_open_record_comes_before_lost_and_won_ones_of_the_same_address(odoo):
    world = odoo()
    (_, open_), (_, won), (_, lost) = (world.add(1) for _ in range(3))
    world.simulator.win(int(won), 10)
    world.simulator.lose(int(lost))
    assert [id_ for id_, _ in found(world, world.keys(1))[0]] == [open_, lost, won]


def test_an_address_with_a_name_around_it_is_found(odoo):
    world = odoo()
    lead = world.simulator.add_lead('"Person 1" <Person1@Example.com>')
    assert found(world, world.keys(1)) == [[(str(lead), "email")]]


def test_the_survivor_of_a_merge_is_found_by_its_address_and_the_loser_is_gone(odoo):
    world = odoo()
    write = world.creation(1)
    loser = settle(world, [write])[write.effect]
    _, survivor = world.add(1)
    world.simulator.merge(int(loser[1]), int(survivor))
    (answer,) = world.adapter().resolve([world.keys(1, loser)])
    assert [(one.id, one.by, one.key) for one in answer.found] == [(survivor, "email", None)]
    assert list(answer.gone) == [loser]


def test_a_mapping_that_matches_by_key_alone_takes_nobody_by_address(odoo):
    world = odoo(match=("leadloop_id",))
    world.add(1)
    assert found(world, world.keys(1)) == [[]]


def test_nobody_without_anything_to_look_for_is_asked_for(odoo):
    world = odoo(match=("email",))
    assert found(world, PersonKeys("ll-1")) == [[]]
    assert world.simulator.calls(path="crm.lead/search_read") == []


def test_several_hundred_persons_are_found_with_a_search_for_each_two_hundred(odoo):
    world = odoo()
    world.adapter().resolve([world.keys(number) for number in range(1, 450)])
    assert len(world.simulator.calls(path="crm.lead/search_read")) == 3
