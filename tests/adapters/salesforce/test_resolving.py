"""Which of several records is written, and how few calls it takes to know."""

from __future__ import annotations

from connector.adapter import PersonKeys


def refs(answer):
    return [(one.object, one.id) for one in answer.found]


def test_an_open_lead_comes_before_a_contact_and_the_newest_first(salesforce):
    world = salesforce()
    contact = world.convert(world.add(1))
    older = world.add(1)
    world.clock.advance(60)
    newer = world.add(1)
    (answer,) = world.adapter().resolve([world.keys(1)])
    assert refs(answer) == [newer, older, contact]


def test_what_was_found_by_key_comes_before_what_was_found_by_address(salesforce):
    world = salesforce()
    world.adapter().write([world.creation(1)])
    (ours,) = world.records_of(1)
    world.clock.advance(60)
    newer = world.add(1)
    (answer,) = world.adapter().resolve([world.keys(1)])
    assert refs(answer) == [ours, newer]


def test_an_order_of_address_first_is_kept(salesforce):
    world = salesforce(match=("email", "leadloop_id"))
    world.adapter().write([world.creation(1)])
    (ours,) = world.records_of(1)
    (answer,) = world.adapter().resolve([world.keys(1)])
    assert [(one.id, one.by) for one in answer.found] == [(ours[1], "email")]


def test_ids_of_fifteen_characters_are_known(salesforce):
    world = salesforce()
    kind, record_id = world.add(1)
    (answer,) = world.adapter().resolve([PersonKeys("ll-1", [(kind, record_id[:15])])])
    assert refs(answer) == [(kind, record_id)]


def test_a_converted_lead_whose_contact_was_deleted_is_gone(salesforce):
    world = salesforce()
    lead = world.add(1)
    world.delete(world.convert(lead))
    (answer,) = world.adapter().resolve([world.keys(1, lead)])
    assert refs(answer) == []
    assert list(answer.gone) == [lead]


def test_a_converted_lead_is_followed_through_a_merge_of_contacts(salesforce):
    world = salesforce()
    lead = world.add(1)
    first, second = world.convert(lead), world.convert(world.add(2))
    world.merge(first, second)
    (answer,) = world.adapter().resolve([PersonKeys("ll-1", [lead])])
    assert refs(answer) == [second]
    assert answer.found[0].was == lead


def test_a_record_that_left_the_recycle_bin_for_good_is_gone(salesforce):
    world = salesforce()
    lead = world.add(1)
    world.delete(lead)
    world.clock.advance(16 * 86_400)
    world.simulator.empty_bin()
    (answer,) = world.adapter().resolve([world.keys(1, lead)])
    assert list(answer.gone) == [lead]


def test_a_thousand_persons_are_resolved_in_some_ten_calls(salesforce):
    world = salesforce()
    answers = world.adapter().resolve([world.keys(number) for number in range(1000)])
    assert len(answers) == 1000
    assert len(world.simulator.calls(path="/queryAll")) <= 12
