"""Changed records: pages that end early, zones, who did it, and what a look costs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connector.errors import ConfigError, ContractError
from connector.testing.conformance.crm.driving import ids, read_all
from connector.testing.simulator import Fault, Reply
from connector.testing.simulators.zoho import INTEGRATION_USER, SALES_USERS
from connector.testing.simulators.zoho.wording import refused

LISTS = "/crm/v8/(Leads|Contacts|Deals)$"


def looks(world, path=LISTS):
    return world.simulator.calls("GET", path)


def test_a_look_when_nothing_changed_costs_a_call_for_each_object(zoho):
    world = zoho()
    adapter = world.adapter()
    _, cursor = read_all(adapter)
    world.clock.advance(600)
    world.simulator.ledger.clear()
    records, _ = read_all(adapter, cursor)
    assert records == []
    assert [(one.path[8:], one.status) for one in looks(world, "/crm/")] == [
        ("Leads", 304), ("Contacts", 304), ("Deals", 304),
    ]  # fmt: skip


def test_a_walk_goes_on_where_paging_ends(zoho):
    world = zoho()
    world.simulator.lister.reach = 2 * world.page_size
    added = set()
    for number in range(1, 5 * world.page_size):
        added.add(world.add(number))
        world.clock.advance(2)
    records, _ = read_all(world.adapter())
    assert ids(records) == added
    assert len([one for one in looks(world, "/Leads$") if "page_token" not in one.params]) >= 2


def test_more_rows_of_one_second_than_paging_reaches_are_told_and_not_skipped(zoho):
    world = zoho()
    world.simulator.lister.reach = world.page_size
    for number in range(1, 3 * world.page_size):
        world.add(number)
    world.clock.advance(5)
    with pytest.raises(ContractError):
        read_all(world.adapter(), {"Leads": (world.clock.now() - timedelta(seconds=5)).isoformat()})


def test_a_page_token_that_leads_to_itself_stops_the_walk(zoho, monkeypatch):
    world = zoho()
    for number in range(1, 3 * world.page_size):
        world.add(number)
    world.clock.advance(5)
    answer, stuck = world.simulator.answer, []

    def stand_still(request):
        if stuck and request.path.endswith("/Leads"):
            return stuck[0], False
        reply, stall = answer(request)
        if request.params.get("page_token"):
            stuck.append(reply)
        return reply, stall

    monkeypatch.setattr(world.simulator, "answer", stand_still)
    with pytest.raises(ContractError, match="leads nowhere"):
        read_all(world.adapter())


def test_a_walk_whose_token_died_begins_again_at_the_last_time(zoho):
    world = zoho()
    added = set()
    for number in range(1, 3 * world.page_size):
        added.add(world.add(number))
        world.clock.advance(2)
    expired = refused(400, "EXPIRED_VALUE", param_name="page_token")
    world.simulator.faults.append(Fault("reply", path="/Leads$", skip=1, reply=expired))
    records, _ = read_all(world.adapter())
    assert ids(records) == added
    assert len({(one.id, one.changed_at) for one in records}) == len(records)


def test_a_list_that_is_not_sorted_by_time_is_not_believed(zoho):
    world = zoho()
    rows = [
        {"id": str(number), "Modified_Time": f"2026-11-20T10:00:0{9 - number}-03:00", "Created_Time": "2026-01-01"}
        for number in (1, 2)
    ]
    world.simulator.faults.append(Fault("reply", path="/Leads$", reply=Reply(200, {"data": rows, "info": {}})))
    with pytest.raises(ContractError):
        read_all(world.adapter())


def test_every_parameter_of_a_query_stays_with_its_page_token(zoho):
    world = zoho()
    for number in range(1, 2 * world.page_size):
        world.add(number)
    world.clock.advance(5)
    read_all(world.adapter())
    first, second = looks(world, "/Leads$")
    assert {name: value for name, value in second.params.items() if name != "page_token"} == dict(first.params)
    assert first.params["converted"] == "both"


def test_times_are_told_in_utc_whatever_the_accounts_zone(zoho):
    world = zoho(fields={"Leads": ("Created_Time", "Lead_Status")})
    world.simulator.edit(world.add(1), at=datetime(2026, 11, 20, 12, tzinfo=UTC), Lead_Status="Contacted")
    records, _ = read_all(world.adapter())
    assert records[0].changed_at == datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert str(records[0].fields["Created_Time"]).endswith("Z")


def test_owners_are_told_by_id_and_never_by_name(zoho):
    world = zoho()
    world.add(1)
    world.clock.advance(5)
    (record,), _ = read_all(world.adapter())
    assert record.fields["Owner"] == SALES_USERS[0]
    assert "@acme.example" not in repr(record)


def test_our_own_writes_cost_no_timeline(zoho):
    world = zoho()
    adapter = world.adapter()
    adapter.write([world.creation(number) for number in range(1, 5)])
    world.clock.advance(60)
    records, _ = read_all(adapter)
    adapter.write([world.change(("Leads", one.id), 1, 50) for one in records])
    world.clock.advance(60)
    records, _ = read_all(adapter)
    assert len(records) == 4
    assert all(one.changed_by is None and one.precision == "poll" for one in records)
    assert looks(world, "__timeline") == []


def test_a_decision_of_sales_has_its_moment_and_author(zoho):
    world = zoho()
    adapter = world.adapter()
    record = world.add(1)
    _, cursor = read_all(adapter)
    world.clock.advance(60)
    decided_at = world.clock.now().replace(microsecond=0)
    world.simulator.edit(record, by=SALES_USERS[1], Lead_Status="Not Qualified", Rejection_Reason="No budget")
    world.clock.advance(60)
    records, _ = read_all(adapter, cursor)
    told = {change.field: change for one in records for change in one.history}
    assert (told["Lead_Status"].at, told["Lead_Status"].by) == (decided_at, SALES_USERS[1])
    assert (told["Lead_Status"].old, told["Lead_Status"].new) == ("Not Contacted", "Not Qualified")
    assert told["Rejection_Reason"].new == "No budget"


def test_a_rules_change_is_nobodys_decision(zoho):
    world = zoho()
    record = world.add(1)
    world.clock.advance(60)
    world.simulator.work_by_rule(record, Lead_Status="Junk Lead")
    world.clock.advance(60)
    (found,), _ = read_all(world.adapter())
    assert [(change.new, change.by) for change in found.history] == [("Junk Lead", None)]


def test_who_leadloop_is_is_no_person(zoho):
    is_person = zoho().adapter().people()
    assert [is_person(one) for one in (SALES_USERS[0], INTEGRATION_USER)] == [True, False]


def test_more_deletions_than_paging_reaches_end_the_walk_and_not_the_stream(zoho):
    world = zoho()
    for record in [world.add(number) for number in range(1, 3 * world.page_size)]:
        world.delete(record)
    world.clock.advance(600)
    ended = refused(400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED", param_name="page")
    world.simulator.faults.append(Fault("reply", path="/Leads/deleted$", skip=1, reply=ended))
    pages = list(world.adapter().removals(None))
    assert sum(len(page.records) for page in pages) == world.page_size
    assert pages[-1].cursor["Leads"] >= (world.clock.now() - timedelta(minutes=6)).isoformat()


def test_long_ago_is_not_asked_after(zoho):
    world = zoho()
    record = world.add(1)
    world.clock.advance(60)
    world.decide(record)
    world.clock.advance(3 * 86_400)
    records, _ = read_all(world.adapter())
    assert [(one.history, one.precision) for one in records] == [((), "poll")]
    assert looks(world, "__timeline") == []


def test_a_long_timeline_is_read_back_to_the_window_alone(zoho):
    world = zoho()
    adapter = world.adapter()
    record = world.add(1)
    for _ in range(250):
        world.clock.advance(2)
        world.decide(record)
    _, cursor = read_all(adapter)
    world.clock.advance(3600)
    world.decide(record)
    world.clock.advance(5)
    world.simulator.ledger.clear()
    records, _ = read_all(adapter, cursor)
    assert len(looks(world, "__timeline")) == 1
    assert len(records[0].history) < 250


def test_a_stage_is_told_as_what_it_means(zoho):
    world = zoho()
    contact = world.convert(world.add(1))
    [deal] = world.simulator.live("Deals")
    world.clock.advance(60)
    world.simulator.edit(("Deals", deal["id"]), Stage="Closed-Lost to Competition")
    world.clock.advance(60)
    records, _ = read_all(world.adapter())
    (found,) = [one for one in records if one.object == "Deals"]
    assert found.fields["$deal_category"] == "Closed Lost"
    assert [tuple(ref) for ref in found.links["contact"]] == [contact]
    changes = [(one.old, one.new) for one in found.history if one.field == "$deal_category"]
    assert changes == [("Open", "Closed Lost")]


def test_a_conversion_is_told_with_its_contact_and_deal(zoho):
    world = zoho()
    lead = world.add(1)
    contact = world.convert(lead)
    [deal] = world.simulator.live("Deals")
    world.clock.advance(5)
    records, _ = read_all(world.adapter())
    (found,) = [one for one in records if (one.object, one.id) == lead]
    assert found.fields["$converted"] is True
    assert {kind: [tuple(ref) for ref in refs] for kind, refs in found.links.items()} == {
        "contact": [contact],
        "deal": [("Deals", deal["id"])],
    }


def test_more_fields_than_a_call_tells_are_a_mistake_of_the_mapping(zoho):
    world = zoho()
    for number in range(60):
        world.simulator.store.fields["Leads"][f"Field_{number}"] = type(
            world.simulator.store.fields["Leads"]["Company"]
        )(f"Field_{number}")
    world.options = type(world.options)(
        "zoho", fields={"Leads": [f"Field_{number}" for number in range(60)]}, key="Leadloop_ID", object="Leads"
    )
    with pytest.raises(ConfigError):
        read_all(world.adapter())


def test_a_cursor_that_is_not_ours_is_said_so(zoho):
    with pytest.raises(ConfigError):
        read_all(zoho().adapter(), {"Leads": "yesterday"})
