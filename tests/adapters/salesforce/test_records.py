"""What changed records tell of their past, and how far the walk got."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connector.errors import ConfigError, RemoteRefusal
from connector.testing.conformance.crm.driving import read_all
from connector.testing.simulators.salesforce import QUEUE, SALES_USERS
from tests.adapters.salesforce.conftest import FIELDS, OURS

AFTER = {"since": "2026-11-20T12:00:00+00:00", "until": "2026-11-20T13:00:00+00:00", "after": ["yesterday", "00Q"]}


def read(world, record):
    world.clock.advance(60)
    records, _ = read_all(world.adapter())
    (found,) = [one for one in records if (one.object, one.id) == record]
    return found


def lines(record, *fields):
    return [(one.field, one.old, one.new, one.by, one.precision) for one in record.history if one.field in fields]


def test_a_status_has_its_moment_and_its_author(salesforce):
    world = salesforce()
    record = world.add(1)
    world.clock.advance(60)
    decided_at = world.clock.now()
    world.simulator.set_status(record[1], "Unqualified", by=SALES_USERS[2], reason="No budget")
    found = read(world, record)
    (status,) = [one for one in found.history if one.field == "Status"]
    assert (status.at, status.new, status.by) == (decided_at, "Unqualified", SALES_USERS[2])
    assert found.fields["Rejection_Reason__c"] == "No budget"
    assert (found.changed_by, found.precision) == (SALES_USERS[2], "exact")


def test_a_rep_hidden_by_our_later_write_is_still_the_author(salesforce):
    world = salesforce()
    record = world.add(1)
    world.simulator.set_status(record[1], "Working", by=SALES_USERS[1])
    world.clock.advance(60)
    world.adapter().write([world.change(record, 1, 10)])
    found = read(world, record)
    assert found.changed_by not in SALES_USERS
    assert [by for *_, by, _ in lines(found, "Status")] == [SALES_USERS[1]]


def test_a_conversion_has_its_moment_where_history_is_kept(salesforce):
    world = salesforce()
    record = world.add(1)
    contact, deal = world.simulator.convert(record[1], by=SALES_USERS[3])
    found = read(world, record)
    assert lines(found, "IsConverted", "ConvertedOpportunityId") == [
        ("IsConverted", False, True, SALES_USERS[3], "exact"),
        ("ConvertedOpportunityId", None, deal, SALES_USERS[3], "exact"),
    ]
    assert found.links == {"contact": [("Contact", contact)], "deal": [("Opportunity", deal)]}


def test_a_conversion_is_known_to_the_companys_day_where_no_history_is_kept(salesforce):
    world = salesforce(time_zone="America/Sao_Paulo")
    world.simulator.track_history("Lead")
    record = world.add(1)
    world.simulator.convert(record[1], opportunity=False)
    found = read(world, record)
    assert [(one.field, one.at, one.precision) for one in found.history] == [
        ("IsConverted", datetime(2026, 11, 20, 3, tzinfo=UTC), "date")
    ]
    assert found.precision == "poll"
    assert set(found.links) == {"contact"}


def test_an_owner_is_told_by_id_and_by_what_it_is(salesforce):
    world = salesforce()
    record = world.add(1)
    world.simulator.edit(record[1], OwnerId=QUEUE)
    world.clock.advance(60)
    world.simulator.edit(record[1], by=SALES_USERS[1], OwnerId=SALES_USERS[1])
    found = read(world, record)
    assert found.fields["Owner.Type"] == "User"
    assert [(old, new) for _, old, new, *_ in lines(found, "OwnerId")][-1] == (QUEUE, SALES_USERS[1])
    assert len(lines(found, "OwnerId")) == 2


def test_a_stage_tells_when_a_deal_was_closed_and_won(salesforce):
    world = salesforce()
    lead = world.add(1)
    contact, deal = world.simulator.convert(lead[1])
    world.clock.advance(60)
    world.simulator.set_stage(deal, "Proposal")
    world.clock.advance(60)
    closed_at = world.clock.now()
    world.simulator.close(deal, won=False, reason="Competitor", amount=900)
    found = read(world, ("Opportunity", deal))
    flags = [(one.at, one.field, one.new) for one in found.history if one.field.startswith("Is")]
    assert flags == [(closed_at, "IsClosed", True)]
    assert (found.fields["IsWon"], found.fields["Loss_Reason__c"], found.fields["Amount"]) == (False, "Competitor", 900)
    assert found.links == {"contact": [("Contact", contact)], "lead": [lead]}


def test_records_from_before_since_are_left_alone(salesforce):
    begin = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    world = salesforce(since=begin + timedelta(hours=1))
    world.add(1)
    world.clock.advance(7200)
    later = world.add(2)
    world.clock.advance(60)
    records, _ = read_all(world.adapter())
    assert [(one.object, one.id) for one in records] == [later]


def test_an_unfinished_window_is_walked_on_and_then_up_to_now(salesforce):
    world = salesforce()
    added = [world.add(number) for number in range(1, 13)]
    world.clock.advance(3600)
    first = next(iter(world.adapter().records(None)))
    assert first.cursor["Lead"]["after"]
    world.clock.advance(86_400)
    later = world.add(99)
    world.clock.advance(60)
    rest, cursor = read_all(world.adapter(), first.cursor)
    assert {one.id for one in [*first.records, *rest]} == {one[1] for one in [*added, later]}
    assert not {one.id for one in first.records} & {one.id for one in rest}, "what was saved is not read again"
    assert cursor["Lead"]["until"] is None


@pytest.mark.parametrize("cursor", [{"Lead": {}}, {"Lead": {"since": "yesterday"}}, {"Lead": 7}, {"Lead": AFTER}])
def test_a_cursor_that_is_not_ours_is_told(salesforce, cursor):
    with pytest.raises(ConfigError) as caught:
        list(salesforce().adapter().records(cursor))
    assert caught.value.code == "bad_cursor"  # the engine knows the stream, and names the command that resets it


def test_moments_come_back_as_they_are_written(salesforce):
    world = salesforce(fields={"Lead": ("CreatedDate",)})
    record = world.add(1)
    assert read(world, record).fields == {"CreatedDate": "2026-11-20T12:00:00Z"}


def test_a_field_of_ours_that_the_org_lacks_is_left_out_until_somebody_makes_it(salesforce):
    world = salesforce(ours={"Lead": OURS, "Contact": OURS})
    adapter = world.adapter()
    record = world.add(1)
    lacking = world.simulator.store.tables["Lead"].fields["MQL_Reason__c"]
    world.simulator.remove_field("Lead", "MQL_Reason__c")
    for _ in range(2):
        world.clock.advance(60)
        world.decide(record)
        [found] = read_all(adapter)[0]
        assert found.fields.keys() == {*FIELDS["Lead"]} - {"MQL_Reason__c"}
    assert len(world.simulator.calls("GET", "/sobjects/Lead/describe")) == 1
    world.simulator.add_field("Lead", lacking)
    world.clock.advance(3700)
    world.decide(record)
    [found] = read_all(adapter)[0]
    assert "MQL_Reason__c" in found.fields


def test_any_other_field_that_the_org_lacks_stops_the_reading(salesforce):
    world = salesforce(ours={"Lead": OURS})
    world.add(1)
    world.simulator.remove_field("Lead", "Rejection_Reason__c")
    with pytest.raises(RemoteRefusal, match="INVALID_FIELD"):
        read_all(world.adapter())
