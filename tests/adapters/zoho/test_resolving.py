"""Who is where: conversions, hidden leads, quotes in addresses, and what a look-up costs."""

from __future__ import annotations

from connector.adapter import PersonKeys
from connector.testing.conformance.crm.driving import ids, read_all
from connector.testing.simulator import Fault
from connector.testing.simulators.zoho.wording import refused


def found(answer):
    return [(one.object, one.id, one.by) for one in answer.found]


def test_fifty_known_persons_cost_two_queries_and_one_reading(zoho):
    world = zoho()
    records = [world.add(number) for number in range(1, 51)]
    adapter = world.adapter()
    adapter.account.schema.columns("Leads")
    left = world.simulator.credits.left
    answers = adapter.resolve([world.keys(number) for number in range(1, 51)])
    assert [(one.found[0].object, one.found[0].id) for one in answers] == records
    assert left - world.simulator.credits.left == 3


def test_fifty_persons_whom_nobody_has_cost_two_queries_and_one_search(zoho):
    world = zoho()
    adapter = world.adapter()
    adapter.account.schema.columns("Leads")
    left = world.simulator.credits.left
    assert not any(one.found for one in adapter.resolve([world.keys(number) for number in range(1, 51)]))
    assert left - world.simulator.credits.left == 3


def test_a_converted_lead_that_no_query_shows_is_searched_for(zoho):
    """Its contact has another address by now, and carries no key."""
    world = zoho()
    world.simulator.maps_fields = False
    lead = world.add(1)
    contact = world.convert(lead)
    world.simulator.edit(contact, Email="new@example.com")
    (answer,) = world.adapter().resolve([world.keys(1)])
    assert found(answer) == [(*contact, "email")]
    assert answer.found[0].was == lead


def test_a_lead_that_waits_for_an_approval_is_not_made_again(zoho):
    world = zoho()
    lead = world.add(1)
    world.simulator.await_approval(lead)
    (answer,) = world.adapter().resolve([world.keys(1)])
    assert found(answer) == [(*lead, "email")]
    world.clock.advance(5)
    records, _ = read_all(world.adapter())
    assert lead in ids(records)


def test_a_lead_whose_contact_was_deleted_is_gone(zoho):
    world = zoho()
    lead = world.add(1)
    world.delete(world.convert(lead))
    (answer,) = world.adapter().resolve([world.keys(1, lead)])
    assert (list(answer.found), list(answer.gone)) == ([], [lead])


def test_an_open_lead_counts_before_a_contact_and_a_newer_before_an_older(zoho):
    world = zoho()
    contact = ("Contacts", world.simulator.add_contact("Ana", world.email_of(1)))
    older = world.add(1)
    world.clock.advance(60)
    newer = world.add(1)
    (answer,) = world.adapter().resolve([world.keys(1)])
    assert [(one.object, one.id) for one in answer.found] == [newer, older, contact]


def test_a_merge_leaves_the_survivor_to_be_found_by_its_key(zoho):
    world = zoho()
    write = world.creation(1)
    (made,) = world.adapter().write([write])
    loser, winner = ("Leads", made.record_id), world.add(2)
    world.simulator.merge(loser, winner)
    (answer,) = world.adapter().resolve([PersonKeys(world.key_of(1), (loser,), (world.email_of(1),))])
    assert found(answer) == [(*winner, "key")]
    assert list(answer.gone) == [loser]


def test_signs_of_the_query_language_in_an_address_are_only_signs(zoho):
    world = zoho()
    strange = "o'neil,(ana)\\x@example.com"
    record = ("Leads", world.simulator.add_lead("O'Neil", strange))
    (answer,) = world.adapter().resolve([PersonKeys("ll-1", (), (strange,))])
    assert found(answer) == [(*record, "email")]
    world.convert(record)
    (answer,) = world.adapter().resolve([PersonKeys("ll-1", (), (strange,))])
    assert [one.object for one in answer.found] == ["Contacts"]


def test_a_mapping_that_matches_by_key_alone_asks_for_no_address(zoho):
    world = zoho(match=("leadloop_id",))
    world.add(1)
    (answer,) = world.adapter().resolve([world.keys(1)])
    assert list(answer.found) == []
    assert not [one for one in world.simulator.ledger if "example.com" in f"{one.body!r} {one.params}"]


def test_a_lost_creation_whose_lead_was_converted_meanwhile_is_found(zoho):
    world = zoho()
    world.simulator.maps_fields = False
    write = world.creation(1)
    world.simulator.faults.append(Fault("reply_after", path="/upsert$", reply=refused(500, "INTERNAL_ERROR")))
    (outcome,) = world.adapter().write([write])
    assert outcome.status == "unknown"
    [lead] = world.records_of(1)
    world.convert(lead)
    (back,) = world.adapter().read_back([write])
    assert (back.present, back.object, back.record_id) == (True, *lead)
