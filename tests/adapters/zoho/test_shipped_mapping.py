"""The mapping that ships fits an account once `prepare` ran, and what sales did is read as what it was."""

from __future__ import annotations

import pytest

from connector.mapping import check_crm
from connector.model import REASONS
from connector.testing.conformance.crm.driving import read_all
from connector.testing.simulators.zoho import SALES_USERS
from tests.adapters.shipped import decisions_of, mapping_of, options_of


@pytest.fixture
def opened(zoho):
    """A world whose connection uses the shipped mapping, and that mapping."""
    mapping = mapping_of("zoho")
    return zoho(**options_of(mapping)), mapping


def test_every_field_of_the_mapping_is_made_by_prepare_and_fits(opened):
    world, mapping = opened
    for module in ("Leads", "Contacts"):
        fields = world.simulator.store.fields[module]
        for name in [name for name, one in fields.items() if one.custom]:
            del fields[name]
    outcomes = world.adapter().ensure_fields(mapping.field_plan())
    assert {one.status for one in outcomes} == {"created", "exists"}
    adapter = world.adapter()
    assert [line for line in adapter.check() if line.level == "fail"] == []
    fields = [field for name in mapping.reads for field in adapter.fields(name)]
    assert check_crm(mapping, fields) == []


def test_what_sales_did_with_leads_is_read_as_decisions(opened):
    world, mapping = opened
    sales = world.simulator
    leads = [world.add(number) for number in range(1, 8)]
    world.clock.advance(60)
    sales.edit(leads[0], Lead_Status="Contacted")
    sales.edit(leads[1], Lead_Status="Not Qualified", Rejection_Reason="No fit")
    sales.edit(leads[2], Lead_Status="Contact in Future", Rejection_Reason="Bad timing")
    contact, _ = sales.convert(leads[3][1], deal=False)
    _, open_deal = sales.convert(leads[4][1])
    won, lost = (sales.convert(lead[1])[1] for lead in leads[5:])
    world.clock.advance(60)
    sales.close(won, won=True, Amount=500)
    sales.close(lost, SALES_USERS[1], won=False, reason="Competitor")
    world.clock.advance(60)
    found = decisions_of(world, mapping)
    me = SALES_USERS[0]
    assert found[leads[0]] == [("accepted", None, me)]
    assert found[leads[1]] == [("rejected", "no_fit", me)]
    assert found[leads[2]] == [("recycled", "bad_timing", me)]
    assert [kind for kind, *_ in found[leads[3]]] == ["accepted"]
    assert found["Contacts", contact] == []
    assert [kind for kind, *_ in found["Deals", open_deal]] == ["qualified"]
    assert found["Deals", won][-1] == ("won", None, me)
    assert found["Deals", lost][-1] == ("lost", "competitor", SALES_USERS[1])


def test_each_reason_is_read_as_its_code(opened):
    world, mapping = opened
    leads = {reason: world.add(number) for number, reason in enumerate(REASONS)}
    world.clock.advance(60)
    for reason, lead in leads.items():
        picked = None if reason == "none_given" else reason.replace("_", " ").capitalize()
        world.simulator.edit(lead, Lead_Status="Junk Lead", Rejection_Reason=picked)
    world.clock.advance(60)
    found = decisions_of(world, mapping)
    assert {reason: [told[:2] for told in found[lead]] for reason, lead in leads.items()} == {
        reason: [("rejected", reason)] for reason in REASONS
    }


def test_a_conversion_has_its_own_time(opened):
    world, mapping = opened
    lead = world.add(1)
    world.clock.advance(3600)
    at = world.clock.now().replace(microsecond=0)
    world.simulator.convert(lead[1], deal=False)
    world.clock.advance(30 * 86_400)
    world.simulator.edit(lead, Designation="CEO")
    world.clock.advance(60)
    records, _ = read_all(world.adapter())
    (record,) = [one for one in records if one.object == "Leads"]
    decision = mapping.decide(record)
    assert (decision.kind, decision.at, decision.precision) == ("accepted", at, "exact")
