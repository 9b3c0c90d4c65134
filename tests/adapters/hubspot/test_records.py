"""What sales did: deals and leads with their contact, history with authors, and the decisions that it comes to."""

from __future__ import annotations

import pytest

from connector.mapping import load_crm, load_reasons
from connector.shipped import shipped
from connector.testing.conformance.crm.driving import read_all


@pytest.fixture
def world(crm):
    return crm()


@pytest.fixture(scope="module")
def mapping():
    return load_crm(shipped("hubspot.yaml"), reasons=load_reasons(shipped("reasons.yaml")))


def test_a_deal_and_a_lead_name_their_contact(world):
    contact = world.add(1)
    world.account.add_deal(contact[1], amount="1200")
    world.account.add_lead(contact[1])
    world.clock.advance(60)
    records, _ = read_all(world.adapter())
    linked = {one.object: list(one.links.get("contact", ())) for one in records}
    assert linked == {"contacts": [], "deals": [contact], "leads": [contact]}
    (deal,) = [one for one in records if one.object == "deals"]
    assert (deal.fields["amount"], deal.fields["hs_is_closed"]) == (1200, False)


def test_history_has_typed_values_and_names_user_or_source(world):
    contact = world.add(1)
    deal = world.account.add_deal(contact[1])
    world.clock.advance(60)
    world.account.move_deal(deal, "closedwon")
    world.clock.advance(60)
    records, _ = read_all(world.adapter())
    (record,) = [one for one in records if one.object == "deals"]
    closed = [(line.old, line.new, line.by) for line in record.history if line.field == "hs_is_closed_won"]
    assert closed == [(None, False, "789"), (False, True, "789")]
    settled = {line.by for one in records for line in one.history}
    assert settled == {"789"}


def test_our_own_writes_are_signed_by_no_user(world):
    record = world.add(1)
    world.adapter().write([world.change(record, 1, 30)])
    world.clock.advance(60)
    records, _ = read_all(world.adapter())
    assert {line.by for line in records[0].history if line.field == "leadloop_score"} == {"INTEGRATION"}


def test_what_is_ours_is_read_as_it_stands_and_without_its_history(crm):
    world = crm({"ours": {"contacts": ("leadloop_score",)}})
    record = world.add(1)
    world.adapter().write([world.change(record, 1, 30)])
    world.clock.advance(60)
    [found] = read_all(world.adapter())[0]
    assert found.fields["leadloop_score"] == 30
    assert "leadloop_score" not in {line.field for line in found.history}


def test_an_account_without_the_leads_object_reads_the_rest_and_says_so(world):
    world.simulator.has_leads = False
    contact = world.add(1)
    world.clock.advance(60)
    pages = list(world.adapter().records(None))
    assert [(one.object, one.id) for page in pages for one in page.records] == [contact]
    assert any("leads" in str(page.why_zero) for page in pages)
    (warning,) = [line for line in world.adapter().check() if line.level == "warn"]
    assert "leads" in warning.what


def test_a_record_that_goes_between_search_and_reading_is_left_out(world):
    stays, goes = world.add(1), world.add(2)
    world.clock.advance(60)
    adapter = world.adapter()
    adapter.types.of("contacts", ())
    api_read = adapter.api.client.request

    def request(method, path, **more):
        if path.endswith("/batch/read") and world.account.contacts.find(goes[1]):
            world.delete(goes)
        return api_read(method, path, **more)

    adapter.api.client.request = request
    records, _ = read_all(adapter)
    assert [(one.object, one.id) for one in records] == [stays]


def test_removals_of_a_large_bin_are_read_once_an_hour(world):
    for number in range(12):
        world.delete(world.add(number))
    cursor = None
    for page in world.adapter().removals(cursor):
        cursor = page.cursor
    listed = len(world.simulator.calls("GET", "/objects/contacts$"))
    world.clock.advance(600)
    for page in world.adapter().removals(cursor):
        cursor = page.cursor
    assert len(world.simulator.calls("GET", "/objects/contacts$")) == listed
    world.clock.advance(3600)
    list(world.adapter().removals(cursor))
    assert len(world.simulator.calls("GET", "/objects/contacts$")) > listed


def test_the_shipped_mapping_reads_what_sales_did(crm, mapping):
    world = crm({"fields": mapping.reads, "key": mapping.key, "match": mapping.match})
    world.adapter().ensure_fields(mapping.field_plan())
    assert [line for line in world.adapter().check() if line.level == "fail"] == []
    sales = world.account
    worked, refused, waits, lead, won, lost = (world.add(number)[1] for number in range(1, 7))
    world.clock.advance(60)
    sales.edit(worked, {"hs_lead_status": "IN_PROGRESS"})
    sales.edit(refused, {"hs_lead_status": "UNQUALIFIED", "leadloop_rejection_reason": "Bad timing"})
    sales.edit(waits, {"hs_lead_status": "BAD_TIMING"})
    taken = sales.add_lead(lead)
    deals = [sales.add_deal(one, amount="500") for one in (won, lost)]
    world.clock.advance(60)
    reason = {"hs_pipeline_stage": "unqualified-stage-id", "hs_lead_disqualification_reason": "NOT_A_GOOD_FIT"}
    sales.edit(taken, reason, "leads")
    sales.move_deal(deals[0], "closedwon")
    sales.move_deal(deals[1], "closedlost", closed_lost_reason="Went with a competitor")
    world.clock.advance(60)
    records, _ = read_all(world.adapter())
    decisions = {
        one.id: [(told.kind, told.reason, told.precision, told.by) for told in mapping.decisions_of(one, None)]
        for one in records
    }
    assert decisions[worked] == [("accepted", None, "exact", "789")]
    assert decisions[refused] == [("rejected", "bad_timing", "exact", "789")]
    assert [told[0] for told in decisions[waits]] == ["recycled"]
    assert decisions[taken] == [("rejected", "no_fit", "exact", "789")]
    assert [told[0] for told in decisions[deals[0]]] == ["qualified", "won"]
    assert decisions[deals[1]][-1] == ("lost", "competitor", "exact", "789")
